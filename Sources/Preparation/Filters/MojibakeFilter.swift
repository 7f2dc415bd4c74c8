/// Finds text that was decoded wrongly, and drops it or puts it right.
///
/// `Ã©` for `é`, `â€™` for an apostrophe: UTF-8 that was read as Windows-1252 or Latin-1. Such a
/// sequence is two to four characters that stand for bytes which are one character of UTF-8; the
/// first of them is one of those that Latin, Greek, Cyrillic, general punctuation, Chinese, Japanese
/// and emoji begin with. U+FFFD and control characters count as broken too, and cannot be put right.
public struct MojibakeFilter: DocumentFilter {
    /// What becomes of a document with broken characters.
    public enum Action: String, Sendable, CaseIterable {
        /// It goes where they are too many.
        case drop
        /// Sequences that can be put right are, and the document goes where too many broken
        /// characters are left.
        case `repair`
    }

    /// What becomes of a document with broken characters.
    public var action: Action
    /// The most that broken characters may be of all.
    public var mostBroken: Double

    /// Drops documents of which one character in a thousand is broken, unless told otherwise.
    public init(action: Action = .drop, mostBroken: Double = 0.001) {
        self.action = action
        self.mostBroken = mostBroken
    }

    public var name: String { "mojibake" }

    public var settings: [Setting] {
        [Setting("action", .text(action.rawValue)), Setting("max_broken", .number(mostBroken))]
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        var scan = MojibakeScan(text)
        // One such pair may be meant, as a capital letter before a closing quote.
        guard action == .repair, scan.longest > 2 || scan.sequences > 1 else {
            return judged(scan, repaired: nil, count: 0)
        }
        var repaired = scan.repaired
        var count = scan.sequences
        // What was read wrongly twice is put right twice.
        for _ in 0..<2 {
            scan = repaired.withUnsafeBufferPointer { MojibakeScan($0) }
            guard scan.longest > 2 || scan.sequences > 1 else { break }
            count += scan.sequences
            repaired = scan.repaired
        }
        return judged(scan, repaired: repaired, count: count)
    }

    private func judged(_ scan: MojibakeScan, repaired: [UInt8]?, count: Int) -> Verdict {
        let share = Double(scan.broken) / Double(max(1, scan.characters))
        if share > mostBroken {
            return .dropping("broken characters", "\(scan.broken) of \(scan.characters) characters")
        }
        return repaired.map { .rewrite($0, counts: ["sequences": count]) } ?? .keep
    }
}

/// One look over a text for sequences that were decoded wrongly.
private struct MojibakeScan {
    private(set) var characters = 0
    /// Characters that are part of a sequence, U+FFFD, and controls.
    private(set) var broken = 0
    private(set) var sequences = 0
    /// Characters of the longest sequence.
    private(set) var longest = 0
    /// The text with every sequence put right.
    private(set) var repaired: [UInt8] = []

    init(_ text: UnsafeBufferPointer<UInt8>) {
        repaired.reserveCapacity(text.count)
        var index = 0
        var copied = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x80 {
                characters += 1
                if byte < 0x20 || byte == 0x7f, !(0x09...0x0d).contains(byte) { broken += 1 }
                index += 1
                continue
            }
            if let sequence = Self.sequence(at: index, text) {
                repaired.append(contentsOf: text[copied..<index])
                repaired.append(contentsOf: sequence.bytes)
                index = sequence.end
                copied = index
                characters += sequence.bytes.count
                broken += sequence.bytes.count
                sequences += 1
                longest = max(longest, sequence.bytes.count)
                continue
            }
            let (scalar, next) = Self.scalar(at: index, text)
            characters += 1
            if scalar == 0xfffd || (0x80..<0xa0).contains(scalar) { broken += 1 }
            index = next
        }
        repaired.append(contentsOf: text[copied..<text.count])
    }

    /// The bytes that a sequence stands for, which are one character of UTF-8.
    private static func sequence(
        at start: Int, _ text: UnsafeBufferPointer<UInt8>
    ) -> (bytes: [UInt8], end: Int)? {
        let (first, after) = scalar(at: start, text)
        guard let lead = byte(of: first) else { return nil }
        let length: Int
        switch lead {
        case 0xc2...0xc5, 0xce...0xd1: length = 2
        case 0xe2...0xe9, 0xef: length = 3
        case 0xf0: length = 4
        default: return nil
        }
        var bytes = [lead]
        var index = after
        while bytes.count < length {
            guard index < text.count else { return nil }
            let (scalar, next) = scalar(at: index, text)
            guard let byte = byte(of: scalar), byte & 0xc0 == 0x80 else { return nil }
            bytes.append(byte)
            index = next
        }
        return String(validating: bytes, as: UTF8.self) == nil ? nil : (bytes, index)
    }

    private static func scalar(
        at start: Int, _ text: UnsafeBufferPointer<UInt8>
    ) -> (value: UInt32, next: Int) {
        let byte = text[start]
        if byte < 0x80 { return (UInt32(byte), start + 1) }
        let length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
        var value = UInt32(byte) & (0x7f >> UInt32(length))
        let end = min(start + length, text.count)
        for index in start + 1..<end { value = value << 6 | UInt32(text[index] & 0x3f) }
        return (value, end)
    }

    /// The byte that Windows-1252, or Latin-1 where that has none, shows as this character.
    private static func byte(of scalar: UInt32) -> UInt8? {
        if (0x80..<0x100).contains(scalar) { return UInt8(scalar) }
        return windows[scalar]
    }

    /// What Windows-1252 has at 0x80 to 0x9f.
    private static let windows: [UInt32: UInt8] = [
        0x20ac: 0x80, 0x201a: 0x82, 0x0192: 0x83, 0x201e: 0x84, 0x2026: 0x85, 0x2020: 0x86,
        0x2021: 0x87, 0x02c6: 0x88, 0x2030: 0x89, 0x0160: 0x8a, 0x2039: 0x8b, 0x0152: 0x8c,
        0x017d: 0x8e, 0x2018: 0x91, 0x2019: 0x92, 0x201c: 0x93, 0x201d: 0x94, 0x2022: 0x95,
        0x2013: 0x96, 0x2014: 0x97, 0x02dc: 0x98, 0x2122: 0x99, 0x0161: 0x9a, 0x203a: 0x9b,
        0x0153: 0x9c, 0x017e: 0x9e, 0x0178: 0x9f,
    ]
}
