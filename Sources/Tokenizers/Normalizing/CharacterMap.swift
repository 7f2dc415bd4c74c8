import CUTF8Proc

/// The rewriting rules of a SentencePiece model: a double-array trie of what is replaced, and the
/// texts that replace it (the `precompiled_charsmap` of its file).
///
/// Yata et al., "An Efficient Implementation of Trie Structures" (darts-clone's layout of units).
public final class CharacterMap: Sendable, Hashable {
    /// The map as its file has it.
    public let bytes: [UInt8]
    private let units: FrozenBuffer<UInt32>
    private let textBytes: FrozenBuffer<UInt8>
    /// The bytes that a rule begins with, as a table of 256 flags.
    private let begins: FrozenBuffer<Bool>

    /// The texts that `match` gives ranges of.
    var texts: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: textBytes.pointer, count: textBytes.count)
    }

    /// Throws where the sizes inside `bytes` contradict each other.
    init(_ bytes: [UInt8]) throws {
        func malformed(_ what: String) -> TokenizerError {
            TokenizerError(.malformed, "the character map \(what)")
        }
        guard bytes.count > 4 else { throw malformed("has \(bytes.count) bytes, but needs 5") }
        let size = bytes[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard size % 4 == 0, size > 0, size < bytes.count - 4 else {
            throw malformed("says its trie has \(size) bytes, of \(bytes.count - 4)")
        }
        guard bytes.last == 0 else { throw malformed("does not end its last text") }
        self.bytes = bytes
        let trie = bytes[4..<(4 + size)]
        units = FrozenBuffer(
            stride(from: trie.startIndex, to: trie.endIndex, by: 4).map { index in
                UInt32(trie[index]) | UInt32(trie[index + 1]) << 8 | UInt32(trie[index + 2]) << 16
                    | UInt32(trie[index + 3]) << 24
            })
        textBytes = FrozenBuffer(Array(bytes[(4 + size)...]))
        let units = units
        let root = Self.offset(units[0])
        begins = FrozenBuffer(
            (0..<256).map { byte in
                let node = root ^ byte
                return byte > 0 && node < units.count
                    && units[node] & 0x8000_00FF == UInt32(byte)
            })
    }

    public static func == (left: CharacterMap, right: CharacterMap) -> Bool {
        left.bytes == right.bytes
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

    /// A rule that matches at `start`: how many bytes it takes, and the text that replaces them.
    ///
    /// The longest, or the shortest where not `isLongest`; a text that lies outside of the map
    /// counts as no rule.
    @inline(__always)
    func match(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, isLongest: Bool
    ) -> (length: Int, text: Range<Int>)? {
        if start < end, !begins[Int(text[start])] { return nil }
        var node = Self.offset(units[0])
        var found: (length: Int, text: Int)?
        var index = start
        while index < end, text[index] != 0 {
            node ^= Int(text[index])
            guard node < units.count else { break }
            let unit = units[node]
            guard unit & 0x8000_00FF == UInt32(text[index]) else { break }
            index += 1
            node ^= Self.offset(unit)
            guard node < units.count else { break }
            if unit >> 8 & 1 == 1 {
                found = (index - start, Int(units[node] & 0x7FFF_FFFF))
                if !isLongest { break }
            }
        }
        guard let found, found.text < textBytes.count else { return nil }
        var last = found.text
        // The last byte is 0: `init` has looked.
        while textBytes[last] != 0 { last += 1 }
        return (found.length, found.text..<last)
    }

    @inline(__always)
    private static func offset(_ unit: UInt32) -> Int {
        Int(unit >> 10) << Int((unit & 1 << 9) >> 6)
    }

    /// Rewrites as Hugging Face's `Precompiled` does: a cluster of less than six bytes as a whole
    /// where a rule begins it, otherwise character by character.
    func rewriteClusters(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var start = 0
            while start < buffer.count {
                // An ASCII character before another is a cluster, unless a line feed ends it.
                if base[start] < 0x80, base[start] != 0x0D, !begins[Int(base[start])],
                    start + 1 == buffer.count || base[start + 1] < 0x80
                {
                    result.append(base[start])
                    start += 1
                    continue
                }
                let end = Self.clusterEnd(base, start, buffer.count)
                if end - start < 6,
                    let rule = match(buffer, start, end, isLongest: false)
                {
                    result.append(contentsOf: texts[rule.text])
                    start = end
                }
                while start < end {
                    let length = UTF8Scan.decode(base, start).length
                    if let rule = match(buffer, start, start + length, isLongest: false) {
                        result.append(contentsOf: texts[rule.text])
                    } else {
                        result.append(contentsOf: buffer[start..<(start + length)])
                    }
                    start += length
                }
            }
        }
        return result
    }

    /// The end of the grapheme cluster that begins at `start` (Unicode Standard Annex 29).
    private static func clusterEnd(
        _ base: UnsafePointer<UInt8>, _ start: Int, _ count: Int
    ) -> Int {
        var (previous, length) = UTF8Scan.decode(base, start)
        var end = start + length
        var state: Int32 = 0
        while end < count {
            // Of ASCII only a carriage return holds on to what follows.
            if base[end] < 0x80, previous != 0x0D { break }
            let (next, length) = UTF8Scan.decode(base, end)
            if utf8proc_grapheme_break_stateful(Int32(previous), Int32(next), &state) { break }
            previous = next
            end += length
        }
        return end
    }
}
