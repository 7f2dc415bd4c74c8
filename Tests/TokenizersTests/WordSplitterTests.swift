import Testing

@testable import Tokenizers

@Suite struct WordSplitterTests {
    static func fast(_ text: [UInt8], _ words: WordPattern = .gpt2) -> [Int] {
        func ends(_ splitter: some WordCutting) -> [Int] {
            var ends: [Int] = []
            while ends.last ?? 0 < text.count {
                ends.append(splitter.wordEnd(from: ends.last ?? 0))
            }
            return ends
        }
        return text.withUnsafeBufferPointer { text in
            guard let base = text.baseAddress else { return [] }
            let splitter = WordSplitter(base, count: text.count)
            return switch words {
            case .gpt2: ends(splitter)
            case .gpt4(let digits): ends(GPT4WordSplitter(splitter, digits: digits))
            case .openAI: ends(GPT4WordSplitter(splitter, digits: 3, joinsLastSpace: true))
            }
        }
    }

    /// Every pattern that is cut by hand.
    static let patterns: [(words: WordPattern, pattern: String)] = [
        (.gpt2, WordSplitter.pattern),
        (.gpt4(digits: 3), GPT4WordSplitter.pattern(digits: 3)),
        (.gpt4(digits: 1), GPT4WordSplitter.pattern(digits: 1)),
        (.openAI, GPT4WordSplitter.openAIPattern),
    ]

    /// Letters, marks, numbers, spaces and line ends of all lengths, contractions in both cases.
    static let alphabet: [Unicode.Scalar] =
        Array("  \n\t'''sstrevmldab1 2.-,!\rSTREVMLD789".unicodeScalars)
        + [
            "é", "Ж", "夜", "\u{661}", "½", "\u{A0}", "\u{3000}", "\u{85}", "\u{180E}",
            "\u{301}", "\u{200B}", "\u{1F989}", "\u{10FFFF}", "\u{E0100}", "\u{1D7D8}",
            "\u{2028}", "\u{0}", "\u{17F}", "\u{212A}", "\u{2019}",
        ]

    static func randomText(_ count: Int, using random: inout SeededGenerator) -> [UInt8] {
        var text = ""
        for _ in 0..<Int.random(in: 0...count, using: &random) {
            text.unicodeScalars.append(
                alphabet[Int.random(in: alphabet.indices, using: &random)])
        }
        return Array(text.utf8)
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

    @Test(arguments: patterns.indices)
    func equalsThePatternOnRandomText(_ index: Int) throws {
        let (words, source) = Self.patterns[index]
        let pattern = try SplitPattern(source)
        var random = SeededGenerator(state: 1)
        for _ in 0..<30_000 {
            let bytes = Self.randomText(24, using: &random)
            let (fast, slow) = (Self.fast(bytes, words), Self.slow(bytes, pattern))
            #expect(fast == slow, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    @Test(arguments: patterns.indices)
    func equalsThePatternOnEveryScalar(_ index: Int) throws {
        let (words, source) = Self.patterns[index]
        let pattern = try SplitPattern(source)
        for plane in UInt32(0)..<17 {
            var text = ""
            for value in (plane << 16)..<((plane + 1) << 16) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                text.unicodeScalars.append(scalar)
                if value % 3 == 0 { text += value % 2 == 0 ? " a " : "'" }
            }
            let bytes = Array(text.utf8)
            #expect(Self.fast(bytes, words) == Self.slow(bytes, pattern), "plane \(plane)")
        }
    }

    @Test func handWrittenPatternsAreRecognised() {
        let end = PreTokenizerStep.byteLevel(addsPrefixSpace: false, usesPattern: false)
        for (words, source) in Self.patterns {
            let split = PreTokenizerStep.split(
                pattern: .regex(source), behavior: .isolated, isInverted: false)
            #expect(WordPattern([split, end]) == words)
            #expect(WordPattern([split]) == nil)
            #expect(WordPattern([split, split, end]) == nil)
            let removed = PreTokenizerStep.split(
                pattern: .regex(source), behavior: .removed, isInverted: false)
            #expect(WordPattern([removed, end]) == nil)
        }
        #expect(WordPattern([.byteLevel(addsPrefixSpace: false, usesPattern: true)]) == .gpt2)
        #expect(WordPattern([.byteLevel(addsPrefixSpace: true, usesPattern: true)]) == nil)
        #expect(WordPattern([end]) == nil)
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
