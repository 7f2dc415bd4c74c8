public import Corpora

/// Drops documents that are nearly one that stays: MinHash over runs of words, found by bands of
/// equal lanes (locality-sensitive hashing: P. Indyk and R. Motwani, 1998), as K. Lee and others,
/// 2022, took near duplicates out of corpora.
///
/// The usual 14 bands of 8 lanes are 112 permutations. Documents of similarity s meet in a band with
/// probability 1 - (1 - s^8)^14: 92 % at 0.8, 77 % at 0.75, 21 % at 0.6. Those that meet are compared
/// over all lanes, and from `threshold` on the later one goes. A document is compared with those that
/// stayed, so that chains of likeness end at the first.
///
/// Memory is about 8 x bands / 0.76 bytes for each document that stays, 147 with the usual bands, and
/// its file has 2 x bands x rows + 16, 240 with these. `mostBytes` bounds the memory.
public final class NearDuplicates: PreparationStep, StepMemory {
    /// How alike documents are that count as one.
    public struct Settings: Sendable, Hashable {
        /// Jaccard similarity of the sets of word runs, 0 to 1, from which on the later goes.
        public var threshold: Double
        /// Words of a run.
        public var runWords: Int
        /// Bands of the signature.
        public var bands: Int
        /// Lanes of a band.
        public var rows: Int
        /// Bytes of memory that the tables may take; it decides nothing but where the work stops.
        public var mostBytes: Int

        /// The usual settings.
        public init(
            threshold: Double = 0.8, runWords: Int = 5, bands: Int = 14, rows: Int = 8,
            mostBytes: Int = 1 << 30
        ) {
            self.threshold = threshold
            self.runWords = runWords
            self.bands = bands
            self.rows = rows
            self.mostBytes = mostBytes
        }
    }

    private let given: Settings
    private let minHash: MinHash
    private var index = CompactIndex()
    private var log: RecordLog?

    /// A step with these settings.
    public init(_ settings: Settings = Settings()) {
        given = settings
        minHash = MinHash(
            runWords: settings.runWords, bands: settings.bands, rows: settings.rows)
    }

    public var name: String { "near duplicates" }

    public var settings: [Setting] {
        [
            Setting("threshold", .number(given.threshold)), Setting("run_words", given.runWords),
            Setting("bands", given.bands), Setting("rows", given.rows),
        ]
    }

    public var memory: (any StepMemory)? { self }
    public var residentBytes: Int { index.byteCount }

    public func verdicts(on documents: [Document], threads: Int) throws -> [Verdict] {
        guard let log else { preconditionFailure("the memory is opened before the first document") }
        let minHash = minHash
        let signatures = ParallelMap.results(of: documents, threads: threads) { document in
            document.utf8.withUnsafeBufferPointer { minHash.signature(of: $0) }
        }
        return try zip(documents, signatures).map { document, signature -> Verdict in
            // A text without words is like no other.
            guard let signature else { return .keep }
            return try signature.withUnsafeBufferPointer { signature -> Verdict in
                if let (number, similarity) = try nearest(to: signature, in: log) {
                    return .dropping(
                        "nearly seen before",
                        "\(similarity.written(digits: 2)) like \(try log.place(number))")
                }
                insert(log.count, signature)
                try log.append(UnsafeRawBufferPointer(signature), of: document.origin)
                guard index.byteCount <= given.mostBytes else { throw tooLarge(log.count) }
                return .keep
            }
        }
    }

    public func open(path: String, byteCount: Int) throws {
        let log = try RecordLog(
            path: path, payloadBytes: 2 * minHash.lanes, byteCount: byteCount)
        index = CompactIndex()
        try log.forEach { number, bytes in
            // Records are of even sizes in a buffer that is aligned for any number.
            insert(number, bytes.bindMemory(to: UInt16.self))
        }
        self.log = log
    }

    public func save() throws -> Int { try log?.save() ?? 0 }

    private func insert(_ number: Int, _ signature: UnsafeBufferPointer<UInt16>) {
        for band in 0..<minHash.bands {
            index.insert(number, under: minHash.bandHash(band, of: signature))
        }
    }

    /// The first document found that is alike enough.
    private func nearest(
        to signature: UnsafeBufferPointer<UInt16>, in log: RecordLog
    ) throws -> (number: Int, similarity: Double)? {
        var found: (number: Int, similarity: Double)?
        var compared: [Int] = []
        try withUnsafeTemporaryAllocation(of: UInt16.self, capacity: minHash.lanes) { other in
            for band in 0..<minHash.bands where found == nil {
                try index.forEachCandidate(of: minHash.bandHash(band, of: signature)) { number in
                    // Documents that are alike meet in many bands.
                    guard !compared.contains(number) else { return true }
                    compared.append(number)
                    try log.read(number, into: UnsafeMutableRawBufferPointer(other))
                    let similarity = MinHash.similarity(signature, UnsafeBufferPointer(other))
                    if similarity >= given.threshold { found = (number, similarity) }
                    return found == nil
                }
            }
        }
        return found
    }

    private func tooLarge(_ count: Int) -> CorporaError {
        CorporaError(
            .badSetting,
            "near duplicates: the tables of \(count) documents take more than memory_mb = "
                + "\(given.mostBytes >> 20)",
            advice: "Raise it and go on with --resume, or take fewer bands.")
    }
}
