public import Corpora
import Naming

/// Drops documents whose text came before: by the 128-bit XXH3 of the text, normalized.
///
/// Memory is about 11 bytes a document that stays, and the file that it remembers them in 32.
public final class ExactDuplicates: PreparationStep, StepMemory {
    /// What counts as the same.
    public enum Normalization: String, Sendable, CaseIterable {
        /// Every byte counts.
        case none
        /// Runs of spaces and line ends count as one space, and none at the ends.
        case spaces
        /// Only words count, without case (within ASCII), marks and spaces.
        case words
    }

    private let normalization: Normalization
    private var index = CompactIndex()
    private var log: RecordLog?

    /// A step that takes texts for the same under a normalization.
    public init(normalization: Normalization = .spaces) { self.normalization = normalization }

    public var name: String { "exact duplicates" }
    public var settings: [Setting] { [Setting("normalize", .text(normalization.rawValue))] }
    public var memory: (any StepMemory)? { self }
    public var residentBytes: Int { index.byteCount }

    public func verdicts(on documents: [Document], threads: Int) throws -> [Verdict] {
        guard let log else { preconditionFailure("the memory is opened before the first document") }
        let normalization = normalization
        let hashes = ParallelMap.results(of: documents, threads: threads) { document in
            document.utf8.withUnsafeBufferPointer { Self.hash($0, normalization) }
        }
        return try zip(documents, hashes).map { document, hash -> Verdict in
            if let first = try find(hash, in: log) {
                return .dropping("seen before", "the text of \(try log.place(first))")
            }
            index.insert(log.count, under: hash.low)
            try Self.withBytes(of: hash) { try log.append($0, of: document.origin) }
            return .keep
        }
    }

    public func open(path: String, byteCount: Int) throws {
        let log = try RecordLog(path: path, payloadBytes: 16, byteCount: byteCount)
        index = CompactIndex()
        try log.forEach { number, bytes in index.insert(number, under: Self.hash(bytes).low) }
        self.log = log
    }

    public func save() throws -> Int { try log?.save() ?? 0 }

    private func find(_ hash: ContentHash, in log: RecordLog) throws -> Int? {
        var found: Int?
        try index.forEachCandidate(of: hash.low) { number in
            try withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
                try log.read(number, into: bytes)
                if Self.hash(UnsafeRawBufferPointer(bytes)) == hash { found = number }
            }
            return found == nil
        }
        return found
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> ContentHash {
        ContentHash(
            high: UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    private static func withBytes(
        of hash: ContentHash, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        try withUnsafeBytes(of: (hash.high.littleEndian, hash.low.littleEndian), body)
    }

    /// The hash of what counts of a text.
    static func hash(
        _ text: UnsafeBufferPointer<UInt8>, _ normalization: Normalization
    ) -> ContentHash {
        switch normalization {
        case .none: return ContentHash(of: UnsafeRawBufferPointer(text))
        case .spaces:
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: text.count + 1) { kept in
                var count = 0
                var gap = false
                for byte in text {
                    if TextLines.isSpace(byte) {
                        gap = count > 0
                        continue
                    }
                    if gap {
                        kept[count] = 0x20
                        count += 1
                        gap = false
                    }
                    kept[count] = byte
                    count += 1
                }
                return ContentHash(of: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(kept)[..<count]))
            }
        case .words:
            return WordScan.words(in: text).map(\.hash).withUnsafeBytes { ContentHash(of: $0) }
        }
    }
}
