import Naming

/// Drops documents that say the same again and again.
///
/// The ratios and their usual bounds are those of Gopher (J. Rae and others, 2021, table A1), in
/// bytes where the paper has characters. Of a run of words that repeats, every word that is part of
/// a later occurrence counts once.
public struct RepetitionFilter: DocumentFilter {
    /// The most that repeated lines may be of all lines.
    public var lines: Double?
    /// The most that repeated lines may be of the text in bytes.
    public var lineBytes: Double?
    /// The most that repeated paragraphs may be of all paragraphs.
    public var paragraphs: Double?
    /// The most that repeated paragraphs may be of the text in bytes.
    public var paragraphBytes: Double?
    /// The most that the most frequent run of n words may be of the words' bytes, by n.
    public var topRuns: [Int: Double]
    /// The most that repeated runs of n words may be of the words' bytes, by n.
    public var repeatedRuns: [Int: Double]

    /// Runs whose most frequent one can be bounded.
    public static let topLengths = [2, 3, 4]
    /// Runs whose repetition can be bounded.
    public static let repeatedLengths = [5, 6, 7, 8, 9, 10]

    /// Gopher's bounds.
    public init() {
        (lines, lineBytes, paragraphs, paragraphBytes) = (0.30, 0.20, 0.30, 0.20)
        topRuns = [2: 0.20, 3: 0.18, 4: 0.16]
        repeatedRuns = [5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10]
    }

    public var name: String { "repetition" }

    public var settings: [Setting] {
        [
            Setting("lines", .number(lines)), Setting("line_bytes", .number(lineBytes)),
            Setting("paragraphs", .number(paragraphs)),
            Setting("paragraph_bytes", .number(paragraphBytes)),
        ]
            + topRuns.sorted { $0.key < $1.key }.map {
                Setting("top_\($0.key)gram", .number($0.value))
            }
            + repeatedRuns.sorted { $0.key < $1.key }.map {
                Setting("repeated_\($0.key)gram", .number($0.value))
            }
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        if lines != nil || lineBytes != nil {
            let found = Self.repeated(TextLines.filled(in: text), in: text)
            if let most = lines, found.share > most {
                return .dropping("repeated lines", "\(found.share.percent) of the lines")
            }
            if let most = lineBytes, found.byteShare > most {
                return .dropping("repeated lines", "\(found.byteShare.percent) of the text")
            }
        }
        if paragraphs != nil || paragraphBytes != nil {
            let found = Self.repeated(TextLines.paragraphs(in: text), in: text)
            if let most = paragraphs, found.share > most {
                return .dropping("repeated paragraphs", "\(found.share.percent) of the paragraphs")
            }
            if let most = paragraphBytes, found.byteShare > most {
                return .dropping("repeated paragraphs", "\(found.byteShare.percent) of the text")
            }
        }
        guard !topRuns.isEmpty || !repeatedRuns.isEmpty else { return .keep }
        let words = WordScan.words(in: text)
        let bytes = words.reduce(0) { $0 + $1.end - $1.start }
        guard bytes > 0 else { return .keep }
        var table = RunTable(capacity: words.count)
        for (n, most) in topRuns.sorted(by: { $0.key < $1.key }) {
            let share = Double(Self.topRun(n, of: words, &table)) / Double(bytes)
            if share > most {
                return .dropping("one run of \(n) words again and again", "\(share.percent) of the text")
            }
        }
        for (n, most) in repeatedRuns.sorted(by: { $0.key < $1.key }) {
            let share = Double(Self.repeatedRuns(n, of: words, &table)) / Double(bytes)
            if share > most {
                return .dropping("repeated runs of \(n) words", "\(share.percent) of the text")
            }
        }
        return .keep
    }

    /// What of some pieces stood before.
    private static func repeated(
        _ pieces: [Range<Int>], in text: UnsafeBufferPointer<UInt8>
    ) -> (share: Double, byteShare: Double) {
        guard pieces.count > 1 else { return (0, 0) }
        var table = RunTable(capacity: pieces.count)
        var (count, bytes, all) = (0, 0, 0)
        for piece in pieces {
            all += piece.count
            let hash = ContentHash.xxh3(
                UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[piece])))
            if table.add(hash) > 1 {
                count += 1
                bytes += piece.count
            }
        }
        return (Double(count) / Double(pieces.count), Double(bytes) / Double(all))
    }

    /// Bytes of the words of the most frequent run, over all its occurrences; 0 where none repeats.
    private static func topRun(
        _ n: Int, of words: [WordScan.Word], _ table: inout RunTable
    ) -> Int {
        table.clear()
        var (most, place) = (1, 0)
        RunHashes.forEach(n, of: words) { first, hash in
            let count = table.add(hash)
            if count > most { (most, place) = (count, first) }
        }
        guard most > 1 else { return 0 }
        return most * words[place..<place + n].reduce(0) { $0 + $1.end - $1.start }
    }

    /// Bytes of the words that are part of a run that stood before.
    private static func repeatedRuns(
        _ n: Int, of words: [WordScan.Word], _ table: inout RunTable
    ) -> Int {
        table.clear()
        var (bytes, covered) = (0, 0)
        RunHashes.forEach(n, of: words) { first, hash in
            guard table.add(hash) > 1 else { return }
            for word in words[max(first, covered)..<first + n] { bytes += word.end - word.start }
            covered = first + n
        }
        return bytes
    }
}

/// Counts hashes: open addressing over a table that is used again for the next count.
struct RunTable {
    private var slots: [(hash: UInt64, count: Int32, round: Int32)]
    private var round: Int32 = 1
    private let mask: Int

    /// A table for so many hashes.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        mask = size - 1
        slots = Array(repeating: (0, 0, 0), count: size)
    }

    /// Forgets everything.
    mutating func clear() { round += 1 }

    /// Counts a hash; gives how often it came, this time included.
    mutating func add(_ hash: UInt64) -> Int {
        slots.withUnsafeMutableBufferPointer { slots in
            var index = Int(truncatingIfNeeded: hash) & mask
            while true {
                if slots[index].round != round {
                    slots[index] = (hash, 1, round)
                    return 1
                }
                if slots[index].hash == hash {
                    slots[index].count += 1
                    return Int(slots[index].count)
                }
                index = (index + 1) & mask
            }
        }
    }
}
