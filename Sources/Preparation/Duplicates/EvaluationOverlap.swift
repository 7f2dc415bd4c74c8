public import Corpora
import Naming

/// Drops documents that share a run of words with a row of an evaluation set: a model that learned
/// them would be measured on what it has seen (decontamination; T. Brown and others, 2020, appendix C,
/// take runs of 13 words).
///
/// Words are compared without case (within ASCII), marks and spaces. A row of fewer words than a run
/// has is looked for whole, down to `leastWords`; shorter ones would be found by chance, and are
/// counted in `passedOver`. Memory is about 24 bytes for each word of the evaluation sets.
public final class EvaluationOverlap: PreparationStep {
    /// How rows are looked for.
    public struct Settings: Sendable, Hashable {
        /// Words of a run.
        public var runWords: Int
        /// Words of the shortest row that is looked for.
        public var leastWords: Int
        /// Different runs of one row that a document must have.
        public var leastRuns: Int

        /// The usual settings.
        public init(runWords: Int = 13, leastWords: Int = 8, leastRuns: Int = 1) {
            self.runWords = runWords
            self.leastWords = leastWords
            self.leastRuns = leastRuns
        }
    }

    private let sets: [Source]
    private let given: Settings
    private var table = Table()
    private var isRead = false
    /// Rows of the evaluation sets, and those among them that are too short to be looked for.
    public private(set) var rows = 0
    /// Rows that are too short to be looked for.
    public private(set) var passedOver = 0
    /// The first three of them.
    public private(set) var firstPassedOver: [String] = []

    /// A step that looks for the rows of evaluation sets.
    public init(sets: [Source], settings: Settings = Settings()) {
        self.sets = sets
        given = settings
    }

    public var name: String { "evaluation overlap" }

    public var settings: [Setting] {
        [
            Setting("run_words", given.runWords), Setting("min_words", given.leastWords),
            Setting("min_runs", given.leastRuns),
            Setting("sets", .texts(sets.map(\.name))),
        ]
    }

    /// The evaluation sets, whose files decide verdicts too.
    public var evaluationSets: [Source] { sets }

    /// Reads the evaluation sets, unless that is done.
    ///
    /// - Throws: `CorporaError` for a set that cannot be read or holds nothing.
    public func readSets() throws {
        guard !isRead else { return }
        for set in sets {
            // Rows are looked for whole.
            var whole = set
            whole.maximumDocumentBytes = whole.maximumDocumentBytes ?? 1 << 30
            let before = rows
            try DocumentReader(whole).read { document, _ in
                add(document)
            }
            guard rows > before else {
                throw CorporaError(
                    .emptyCorpus, "the evaluation set '\(set.name)' (\(set.place)) holds no row",
                    advice: "Check its path, its format and its field.")
            }
        }
        isRead = true
    }

    private func add(_ document: Document) {
        let number = rows
        rows += 1
        let words = document.utf8.withUnsafeBufferPointer { WordScan.words(in: $0) }
        let place = document.origin.place
        guard words.count >= min(given.leastWords, given.runWords) else {
            passedOver += 1
            if firstPassedOver.count < 3 { firstPassedOver.append(place) }
            return
        }
        let n = min(given.runWords, words.count)
        table.known[number] = Table.Row(
            set: document.origin.source, place: place, runCount: words.count - n + 1)
        table.lengths.insert(n)
        RunHashes.forEach(n, of: words) { _, hash in
            let key = hash &+ UInt64(n)
            if table.rows[key] == nil { table.rows[key] = UInt32(number) }
        }
    }

    public func verdicts(on documents: [Document], threads: Int) throws -> [Verdict] {
        try readSets()
        let (table, least) = (table, given.leastRuns)
        return ParallelMap.results(of: documents, threads: threads) { document in
            document.utf8.withUnsafeBufferPointer { text -> Verdict in
                guard let (row, words) = table.first(in: text, leastRuns: least) else {
                    return .keep
                }
                let shown = shortened(String(decoding: text[words], as: UTF8.self), to: 120)
                return .dropping(
                    "overlap with \(row.set)",
                    row.place + ": \""
                        + shown.split(whereSeparator: \.isNewline).joined(separator: " ") + "\"")
            }
        }
    }

    /// What is looked for.
    private struct Table: Sendable {
        /// A row that has a run, by the run's hash and length.
        var rows: [UInt64: UInt32] = [:]
        /// Lengths of runs that some row has.
        var lengths: Set<Int> = []
        /// By a row's number.
        var known: [Int: Row] = [:]

        struct Row: Sendable {
            var set: String
            var place: String
            /// Runs that the row has.
            var runCount: Int
        }

        /// The first row of which a text has enough runs, and where the first of these stands.
        func first(
            in text: UnsafeBufferPointer<UInt8>, leastRuns: Int
        ) -> (row: Row, words: Range<Int>)? {
            let words = WordScan.words(in: text)
            var counts: [UInt32: (hashes: Set<UInt64>, words: Range<Int>)] = [:]
            var found: (row: Row, words: Range<Int>)?
            for n in lengths.sorted(by: >) where found == nil {
                RunHashes.forEach(n, of: words) { first, hash in
                    guard found == nil, let number = rows[hash &+ UInt64(n)],
                        let row = known[Int(number)]
                    else { return }
                    let place = words[first].start..<words[first + n - 1].end
                    var entry = counts[number] ?? ([], place)
                    entry.hashes.insert(hash)
                    counts[number] = entry
                    if entry.hashes.count >= min(leastRuns, row.runCount) {
                        found = (row, entry.words)
                    }
                }
            }
            return found
        }
    }
}
