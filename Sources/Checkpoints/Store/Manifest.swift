public import Naming

/// What a checkpoint consists of and where it came from: `manifest.json`.
///
/// It lists every file with its length and hashes, so that damage is found and named, and carries
/// the fingerprints that tell how the checkpoint was made. The manifest ends with a hash of itself.
public struct Manifest: Hashable, Sendable {
    /// One file of the checkpoint.
    public struct File: Hashable, Sendable {
        /// Its length.
        public let byteCount: Int
        /// The 64-bit XXH3 of each MiB; the last may be shorter.
        public let blocks: [UInt64]
        /// The 128-bit XXH3 of the whole.
        public let whole: ContentHash
    }

    /// The format that this version writes; older ones are read, newer ones refused.
    public static let currentFormat = 1
    /// The name of the file that holds it.
    public static let fileName = "manifest.json"

    /// The number of optimizer steps behind the checkpoint.
    public var step: Int
    /// The files by name.
    public var files: [String: File]
    /// The checkpoints it descends from: a reference such as `runs/base@pre` to that checkpoint's
    /// identity.
    public var parents: [String: String]
    /// What the recipe was: names such as `file` or `hash` to their values.
    public var recipe: [String: String]
    /// Every script in force, by path, to its content hash.
    public var scripts: [String: String]
    /// Every data source, by name, to its fingerprint.
    public var data: [String: String]

    /// Makes a manifest.
    public init(
        step: Int, files: [String: File] = [:], parents: [String: String] = [:],
        recipe: [String: String] = [:], scripts: [String: String] = [:],
        data: [String: String] = [:]
    ) {
        self.step = step
        self.files = files
        self.parents = parents
        self.recipe = recipe
        self.scripts = scripts
        self.data = data
    }

    /// The hash of everything the manifest says, and so of every file it lists: what a descendant
    /// records as its parent.
    public var identity: ContentHash { ContentHash(of: body) }

    /// The file's whole text, the same for the same manifest.
    var text: String { body + Self.closing(identity) }

    /// All lines but the last two.
    private var body: String {
        var lines: [String] = []
        lines.append("  \"format\": \(Self.currentFormat)")
        lines.append("  \"step\": \(step)")
        for (key, texts) in [
            ("parents", parents), ("recipe", recipe), ("scripts", scripts), ("data", data),
        ] {
            lines.append("  \"\(key)\": \(JSONWriter.compact(.texts(texts)))")
        }
        let records = files.keys.sorted(by: bytewise).compactMap { name in
            files[name].map { "    \(JSONWriter.quoted(name)): " + Self.line(of: $0) }
        }
        lines.append("  \"files\": {\n" + records.joined(separator: ",\n") + "\n  }")
        return "{\n" + lines.joined(separator: ",\n")
    }

    private static func line(of file: File) -> String {
        JSONWriter.compact(
            .object([
                .init("bytes", .integer(file.byteCount)),
                .init("xxh3_128", .string(file.whole.hex)),
                .init("xxh3_64_per_mib", .array(file.blocks.map { .string($0.hexadecimal) })),
            ]))
    }

    private static func closing(_ identity: ContentHash) -> String {
        ",\n  \"manifest_xxh3_128\": \"\(identity.hex)\"\n}\n"
    }
}

extension Manifest {
    /// Reads and checks a manifest's text. Throws where it is no manifest, a newer format, or
    /// differs from the hash it ends with.
    init(bytes: [UInt8], path: String) throws(CheckpointError) {
        let value: JSONValue
        do {
            value = try JSONReader.read(bytes)
        } catch {
            throw CheckpointError(
                .damaged,
                "the manifest is not valid JSON at byte \(error.offset): \(error.message); "
                    + "use another checkpoint",
                path: path)
        }
        guard let format = value["format"]?.integer, format >= 1 else {
            throw Self.damaged("it has no format number", path)
        }
        guard format <= Self.currentFormat else {
            throw CheckpointError(
                .unknownFormat,
                "the manifest has format \(format) and this version reads up to "
                    + "\(Self.currentFormat); use a newer version",
                path: path)
        }
        // The hash covers the bytes as they lie, so that a change of any one is seen.
        guard let hash = value["manifest_xxh3_128"]?.string.flatMap(ContentHash.init(hex:)),
            bytes.suffix(Self.closing(hash).utf8.count).elementsEqual(Self.closing(hash).utf8),
            ContentHash(of: Array(bytes.dropLast(Self.closing(hash).utf8.count))) == hash
        else {
            throw Self.damaged("it differs from the hash it ends with", path)
        }
        guard let step = value["step"]?.integer, step >= 0 else {
            throw Self.damaged("it has no step", path)
        }
        guard let members = value["files"]?.object else {
            throw Self.damaged("it lists no files", path)
        }
        self.init(
            step: step,
            parents: try Self.texts("parents", value, path),
            recipe: try Self.texts("recipe", value, path),
            scripts: try Self.texts("scripts", value, path),
            data: try Self.texts("data", value, path))
        for member in members {
            guard CheckpointFile.isValidName(member.key) else {
                throw Self.damaged("\"\(member.key)\" is no name for a file", path)
            }
            files[member.key] = try Self.file(member, path)
        }
    }

    private static func file(
        _ member: JSONValue.Member, _ path: String
    ) throws(CheckpointError) -> File {
        guard let byteCount = member.value["bytes"]?.integer, byteCount >= 0,
            let whole = member.value["xxh3_128"]?.string.flatMap(ContentHash.init(hex:)),
            let digits = member.value["xxh3_64_per_mib"]?.array,
            digits.count == BlockHasher.blockCount(forByteCount: byteCount)
        else {
            throw damaged("its record of \"\(member.key)\" is incomplete", path)
        }
        let blocks = digits.compactMap { $0.string.flatMap { UInt64(hexadecimal: $0.utf8) } }
        guard blocks.count == digits.count else {
            throw damaged("its record of \"\(member.key)\" holds no hashes", path)
        }
        return File(byteCount: byteCount, blocks: blocks, whole: whole)
    }

    private static func texts(
        _ key: String, _ value: JSONValue, _ path: String
    ) throws(CheckpointError) -> [String: String] {
        guard let members = value[key]?.object else { throw damaged("it has no \(key)", path) }
        var texts: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw damaged("\(key) \"\(member.key)\" is not a text", path)
            }
            texts[member.key] = text
        }
        return texts
    }

    private static func damaged(_ reason: String, _ path: String) -> CheckpointError {
        CheckpointError(
            .damaged, "the manifest cannot be trusted: \(reason); use another checkpoint",
            path: path)
    }
}
