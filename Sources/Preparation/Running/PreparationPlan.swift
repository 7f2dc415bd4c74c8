import Conversations
public import Corpora
import Naming

/// What a preparation reads, does and writes.
public struct PreparationPlan {
    /// Read one after the other; their names are the categories of what is written.
    public var sources: [Source]
    /// Asked one after the other.
    public var steps: [any PreparationStep]
    /// What the result is, in a sentence.
    public var about: String
    /// Bytes of text after which another file begins.
    public var shardBytes: Int
    /// Whether the texts of dropped documents are written too.
    public var keepsDropped: Bool
    /// Threads that work; what is written does not depend on it.
    public var threads: Int
    /// Seconds between two savings of the state.
    public var saveSeconds: Double
    /// Paths below this folder are written relative to it; nil leaves all as they are.
    public var baseFolder: String?
    /// What made the plan, such as a script and its hash: it changes the result.
    public var madeOf: [Part]

    /// Something that decides the result, and what it was.
    public struct Part: Sendable, Hashable, Codable {
        /// What it is, in words: `step 2 (length)`.
        public var what: String
        /// How it stands: two that differ give other results.
        public var value: String

        /// A part with its value.
        public init(_ what: String, _ value: String) {
            self.what = what
            self.value = value
        }
    }

    /// A plan with the usual settings.
    public init(sources: [Source], steps: [any PreparationStep]) {
        self.sources = sources
        self.steps = steps
        about = ""
        shardBytes = 256 << 20
        keepsDropped = false
        threads = 2
        saveSeconds = 30
        madeOf = []
    }

    /// The path of a file as it is written down.
    func relative(_ path: String) -> String {
        guard let baseFolder else { return path }
        let start = baseFolder.hasSuffix("/") ? baseFolder : baseFolder + "/"
        return path.hasPrefix(start) ? String(path.dropFirst(start.count)) : path
    }

    /// Everything that decides the result; files count by path, size and modification time, and texts
    /// in memory by content.
    func parts(_ readers: [DocumentReader]) throws -> [Part] {
        var parts = [Part("the format", "\(Self.format)")]
        parts.append(Part("shard_mb", "\(shardBytes)"))
        parts.append(Part("keep_dropped", "\(keepsDropped)"))
        parts += madeOf
        for (source, reader) in zip(sources, readers) {
            parts.append(Part("source '\(source.name)'", description(of: source)))
            parts += files(of: reader, what: "file")
        }
        for (index, step) in steps.enumerated() {
            let settings = step.settings.map { "\($0.name) = \($0.value)" }
            parts.append(
                Part("step \(index + 1)", "\(step.name): " + settings.joined(separator: ", ")))
            guard let overlap = step as? EvaluationOverlap else { continue }
            for set in overlap.evaluationSets {
                parts.append(Part("evaluation set '\(set.name)'", description(of: set)))
                parts += files(of: try DocumentReader(set), what: "evaluation file")
            }
        }
        return parts
    }

    private static let format = 1

    private func files(of reader: DocumentReader, what: String) -> [Part] {
        reader.files.map { file in
            Part(
                "\(what) \(relative(file.path))",
                "\(file.byteCount) bytes, modified \(file.modified)")
        }
    }

    private func description(of source: Source) -> String {
        let place: String
        switch source.place {
        case .files(let paths): place = paths.map(relative).joined(separator: ", ")
        case .folder(let path, let patterns):
            place = "\(relative(path)), \(patterns.joined(separator: " "))"
        case .memory(let texts):
            place = ContentHash(of: texts.joined(separator: "\u{0}")).hex
        }
        return [
            place, Self.words(source.format), "bad rows \(source.badRow.rawValue)",
            "invalid UTF-8 \(source.invalidUTF8.rawValue)",
            "parts of \(source.maximumDocumentBytes.map(String.init) ?? "any number of") bytes",
        ].joined(separator: "; ")
    }

    private static func words(_ format: Source.Format) -> String {
        guard case .conversations(let rows) = format else { return "\(format)" }
        let fields = rows.fields.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)" }
        return "conversations (\(rows.format.rawValue)) " + fields.joined(separator: ", ")
    }

    /// Checks what can be checked without reading anything.
    func validate() throws {
        func refuse(_ message: String, _ advice: String) -> CorporaError {
            CorporaError(.badSetting, message, advice: advice)
        }
        guard !sources.isEmpty else { throw refuse("nothing is read", "Name a source.") }
        var names: Set<String> = []
        for source in sources {
            guard names.insert(source.name).inserted else {
                throw refuse("two sources are called '\(source.name)'", "Give each its own name.")
            }
            guard !source.name.contains("/"), !source.name.hasPrefix(".") else {
                throw refuse(
                    "source '\(source.name)' cannot name a folder",
                    "Leave out / and a dot at the front.")
            }
        }
    }
}
