import Testing

@testable import Tokenizers

@Suite struct WordSplitterTests {
    static func fast(_ text: [UInt8]) -> [Int] {
        text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return [] }
            let splitter = WordSplitter(base, count: text.count)
            var ends: [Int] = []
            while ends.last ?? 0 < text.count {
                ends.append(splitter.wordEnd(from: ends.last ?? 0))
            }
            return ends
        }
    }

    static func slow(_ text: [UInt8], _ pattern: SplitPattern) -> [Int] {
        var ends: [Int] = []
        text.withUnsafeBufferPointer { text in
            pattern.forEachMatch(in: text) { start, end in
                #expect(start == ends.last ?? 0)
                ends.append(end)
            }
        }
        return ends
    }

    @Test func equalsThePatternOnRandomText() throws {
        let pattern = try SplitPattern(WordSplitter.pattern)
        let alphabet: [Unicode.Scalar] =
            Array("  \n\t'''sstrevmldab1 2.-,!\r".unicodeScalars)
            + [
                "é", "Ж", "夜", "\u{661}", "½", "\u{A0}", "\u{3000}", "\u{85}", "\u{180E}",
                "\u{301}",
            ]
            + [
                "\u{200B}", "\u{1F989}", "\u{10FFFF}", "\u{E0100}", "\u{1D7D8}", "\u{2028}",
                "\u{0}",
            ]
        var random = SeededGenerator(state: 1)
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...24, using: &random) {
                text.unicodeScalars.append(
                    alphabet[Int.random(in: alphabet.indices, using: &random)])
            }
            let bytes = Array(text.utf8)
            let (fast, slow) = (Self.fast(bytes), Self.slow(bytes, pattern))
            #expect(fast == slow, "\(text.debugDescription)")
        }
    }

    @Test func equalsThePatternOnEveryScalar() throws {
        let pattern = try SplitPattern(WordSplitter.pattern)
        for plane in UInt32(0)..<17 {
            var text = ""
            for value in (plane << 16)..<((plane + 1) << 16) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                text.unicodeScalars.append(scalar)
                if value % 3 == 0 { text += " a " }
            }
            let bytes = Array(text.utf8)
            #expect(Self.fast(bytes) == Self.slow(bytes, pattern), "plane \(plane)")
        }
    }

    /// White space is what Unicode's property list says, whatever PCRE2's `\s` takes.
    @Test func spacesAreUnicodeWhiteSpace() {
        for value in UInt32(0)..<0x40000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isSpace = CharacterClass.table[Int(value)] == CharacterClass.space.rawValue
            #expect(isSpace == scalar.properties.isWhitespace, "U+\(String(value, radix: 16))")
        }
    }

    @Test func patternsWithinAClassKeepTheirMeaning() {
        #expect(PatternDialect.translate(#"[^\s\p{L}]\S\\s"#).contains(#"[^\x{9}"#))
        #expect(PatternDialect.translate(#"\\s"#) == #"\\s"#)
        #expect(PatternDialect.translate(#"a[b]c\d"#) == #"a[b]c\d"#)
    }

    @Test func badPatternsAreNamed() {
        #expect(throws: TokenizerError.self) { _ = try SplitPattern("(unclosed") }
    }

    /// Backtracking without end stops at the limit, and the text stays whole.
    @Test func pathologicalPatternsEnd() throws {
        let pattern = try SplitPattern(#"(a+)+b"#)
        let text = [UInt8](repeating: 0x61, count: 40)
        var matches = 0
        text.withUnsafeBufferPointer { pattern.forEachMatch(in: $0) { _, _ in matches += 1 } }
        #expect(matches == 0)
    }
}
