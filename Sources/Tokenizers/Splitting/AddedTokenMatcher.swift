/// Finds added tokens in text: leftmost first, the longest of those.
struct AddedTokenMatcher: Sendable {
    /// A stretch of text, or a token found in it.
    enum Piece {
        case text(Range<Int>)
        case token(Int32)
    }

    private let tokens: [AddedToken]
    /// Indices into `tokens` by first byte, longest content first.
    private let byFirst: [[Int]]
    /// The bytes that begin a token, as a table of 256 flags.
    private let begins: FrozenBuffer<Bool>
    /// The pairs of bytes that begin a token, as a table of 65,536 flags.
    private let beginsPair: FrozenBuffer<Bool>
    /// The same pairs where they are few: each byte eight times over, first and second in turns.
    private let fewPairs: FrozenBuffer<UInt64>

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens
        var byFirst = [[Int]](repeating: [], count: 256)
        for (index, token) in tokens.enumerated() {
            if let first = token.content.first { byFirst[Int(first)].append(index) }
        }
        for first in byFirst.indices {
            byFirst[first].sort { tokens[$0].content.count > tokens[$1].content.count }
        }
        self.byFirst = byFirst
        begins = FrozenBuffer(byFirst.map { !$0.isEmpty })
        var pairs = [Bool](repeating: false, count: tokens.isEmpty ? 0 : 1 << 16)
        for token in tokens where !token.content.isEmpty {
            let first = Int(token.content[0]) << 8
            for second in 0..<256 where token.content.count == 1 || token.content[1] == second {
                pairs[first | second] = true
            }
        }
        beginsPair = FrozenBuffer(pairs)
        let all = pairs.indices.filter { pairs[$0] }
        fewPairs = FrozenBuffer(
            all.count > 8
                ? [] : all.flatMap { [$0 >> 8, $0 & 0xFF] }.map { UInt64($0) * Self.ones })
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    var isEmpty: Bool { tokens.isEmpty }

    /// Calls `body` with the text between tokens and the tokens, in order, leaving nothing out.
    ///
    /// With `matchesSpecial` false, special tokens are text.
    func forEachPiece(
        _ text: UnsafeBufferPointer<UInt8>, matchesSpecial: Bool, _ body: (Piece) -> Void
    ) {
        guard let base = text.baseAddress else { return }
        var done = 0
        var index = 0
        while index < text.count {
            if !begins[Int(base[index])] {
                index = skip(base, from: index &+ 1, text.count)
                continue
            }
            let second = index + 1 < text.count ? base[index + 1] : 0
            guard
                index + 1 == text.count || beginsPair[Int(base[index]) << 8 | Int(second)],
                let token = longestMatch(text, index)
            else {
                index = skip(base, from: index + 1, text.count)
                continue
            }
            var start = index
            var end = index + token.content.count
            index = end
            if token.isSpecial, !matchesSpecial { continue }
            if token.isSingleWord, !standsAlone(text, start, end) { continue }
            if token.stripsLeft { start = max(done, spaceStart(text, before: start)) }
            if token.stripsRight { end = spaceEnd(text, after: end) }
            if start > done { body(.text(done..<start)) }
            body(.token(token.id))
            // Where the token before stripped past this match, what it took from behind the match
            // is text again: the reference does so, and the ids must agree.
            done = end
        }
        if done < text.count { body(.text(done..<text.count)) }
    }

    /// A place from `start` on before which no token begins; `begins` decides what is there.
    ///
    /// Eight places are looked at together: a byte of `other` is zero where a pair stands, and the
    /// lowest such byte is found without error (Warren, "Hacker's Delight" (2012), section 6-1).
    @inline(__always)
    private func skip(_ base: UnsafePointer<UInt8>, from start: Int, _ count: Int) -> Int {
        guard fewPairs.count > 0 else { return start }
        var index = start
        while index &+ 9 <= count {
            let raw = UnsafeRawPointer(base + index)
            let first = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
            let second = UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: 1, as: UInt64.self))
            var hits: UInt64 = 0
            var pair = 0
            while pair < fewPairs.count {
                let other = (first ^ fewPairs[pair]) | (second ^ fewPairs[pair &+ 1])
                hits |= (other &- Self.ones) & ~other & 0x8080_8080_8080_8080
                pair &+= 2
            }
            if hits != 0 { return index &+ hits.trailingZeroBitCount &>> 3 }
            index &+= 8
        }
        return index
    }

    private func longestMatch(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> AddedToken? {
        for candidate in byFirst[Int(text[index])] {
            let content = tokens[candidate].content
            guard index + content.count <= text.count else { continue }
            var matched = 1
            while matched < content.count, text[index + matched] == content[matched] {
                matched += 1
            }
            if matched == content.count { return tokens[candidate] }
        }
        return nil
    }

    private func standsAlone(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        if let before = scalar(text, before: start), Self.isWordCharacter(before.scalar) {
            return false
        }
        guard let after = scalar(text, at: end) else { return true }
        return !Self.isWordCharacter(after.scalar)
    }

    private func spaceStart(_ text: UnsafeBufferPointer<UInt8>, before position: Int) -> Int {
        var position = position
        while let (scalar, length) = scalar(text, before: position),
            scalar.properties.isWhitespace
        { position -= length }
        return position
    }

    private func spaceEnd(_ text: UnsafeBufferPointer<UInt8>, after position: Int) -> Int {
        var position = position
        while let (scalar, length) = scalar(text, at: position), scalar.properties.isWhitespace {
            position += length
        }
        return position
    }

    private func scalar(
        _ text: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        guard let base = text.baseAddress, position < text.count,
            UTF8Scan.sequenceLength(base, position, text.count) > 0
        else { return nil }
        let (value, length) = UTF8Scan.decode(base, position)
        return Unicode.Scalar(value).map { ($0, length) }
    }

    private func scalar(
        _ text: UnsafeBufferPointer<UInt8>, before position: Int
    ) -> (scalar: Unicode.Scalar, length: Int)? {
        for length in 1...4 where length <= position {
            if let found = scalar(text, at: position - length), found.length == length {
                return found
            }
        }
        return nil
    }

    /// `\w` of Unicode's technical standard 18.
    static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            return true
        default: return false
        }
    }
}
