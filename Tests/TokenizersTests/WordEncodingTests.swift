import Testing

@testable import Tokenizers

/// The loop over words cut by hand against the same vocabulary behind PCRE2.
@Suite struct WordEncodingTests {
    static func learnt(minimumWords: Int) throws -> BytePairModel {
        var trainer = try BytePairTrainer(.init(vocabularySize: 700))
        var random = SeededGenerator(state: 51)
        for _ in 0..<minimumWords {
            let text = WordSplitterTests.randomText(40, using: &random)
            text.withUnsafeBufferPointer { trainer.count($0) }
            let words = (0..<20).map { _ in
                String(repeating: "streamed", count: 3).prefix(
                    Int.random(in: 1...23, using: &random))
            }
            Array(words.joined(separator: " ").utf8).withUnsafeBufferPointer { trainer.count($0) }
        }
        return try trainer.learn().model
    }

    @Test(arguments: WordSplitterTests.patterns.indices, [false, true])
    func equalsTheGenericPath(_ index: Int, ignoresMerges: Bool) throws {
        var model = try Self.learnt(minimumWords: 400)
        model.ignoresMerges = ignoresMerges
        func tokenizer(_ pattern: String) throws -> BytePairTokenizer {
            var model = model
            model.preTokenizer = [
                .split(pattern: .regex(pattern), behavior: .isolated, isInverted: false),
                .byteLevel(addsPrefixSpace: false, usesPattern: false),
            ]
            return try BytePairTokenizer(model)
        }
        let (words, pattern) = WordSplitterTests.patterns[index]
        let (fast, slow) = (try tokenizer(pattern), try tokenizer("(?:\(pattern))"))
        #expect(fast.pipeline.preTokenizer.words == words)
        #expect(slow.pipeline.preTokenizer.words == nil)
        var random = SeededGenerator(state: 52)
        for round in 0..<3_000 {
            var text: [UInt8] = []
            // Words of letters of all lengths, so that some end with the text and some are long.
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                text += WordSplitterTests.randomText(6, using: &random)
                text += Array(
                    " streamedstreamedstreamed".prefix(Int.random(in: 0...25, using: &random)).utf8)
                if round % 4 == 0 { text.append(UInt8.random(in: 0x80...0xFF, using: &random)) }
            }
            #expect(fast.encode(bytes: text) == slow.encode(bytes: text), "\(text)")
        }
    }

    /// The table of byte pairs begins what the rule itself, applied to the word's bytes, gives.
    @Test func equalsTheRuleOnEveryWord() throws {
        let tokenizer = try BytePairTokenizer(try Self.learnt(minimumWords: 100))
        #expect(tokenizer.bytePairs.count == 1 << 16)
        var random = SeededGenerator(state: 54)
        for _ in 0..<1_500 {
            let word = Array(
                "streamedstreamed".shuffled(using: &random).prefix(
                    Int.random(in: 1...16, using: &random))
            )
            .map { $0.asciiValue ?? 0 }
            let bytes = Bool.random(using: &random) ? word : Array("streamedé".utf8) + word
            let symbols = bytes.map { tokenizer.symbols.bytes[Int($0)] }
            let expected = WordMergingTests.slow(symbols, tokenizer.model.merges)
            #expect(tokenizer.encode(bytes: bytes) == expected)
        }
    }

    /// More ids than the buffer on their way out holds, in one call.
    @Test func longTextsLeaveNothingBehind() throws {
        let tokenizer = try BytePairTokenizer(try Self.learnt(minimumWords: 50))
        var random = SeededGenerator(state: 53)
        var text: [UInt8] = []
        while text.count < 60_000 {
            text += WordSplitterTests.randomText(30, using: &random)
            text += Array("stream".utf8)
        }
        let ids = tokenizer.encode(bytes: text)
        #expect(ids.count > 2 * EncodingScratch.outCapacity)
        #expect(tokenizer.decode(ids, skipsSpecialTokens: false).utf8.elementsEqual(text))
        #expect(tokenizer.encode(bytes: text) == ids)
    }
}
