import Testing

@testable import Tokenizers

@Suite struct StreamingDecoderTests {
    let tokenizer = ByteTokenizer()

    @Test func holdsACharacterBackUntilItIsWhole() {
        var stream = StreamingDecoder(tokenizer)
        let deltas = Array("a🦉é".utf8).map { stream.push(Int32($0)) }
        #expect(deltas == ["a", "", "", "", "🦉", "", "é"])
        #expect(stream.flush() == "")
    }

    @Test func flushGivesWhatIsLeft() {
        var stream = StreamingDecoder(tokenizer)
        #expect(stream.push(0xE5) == "" && stream.push(0xA4) == "")
        #expect(stream.flush() == "\u{FFFD}")
        #expect(stream.flush() == "")
        #expect(stream.push(65) == "A")
    }

    @Test func malformedBytesDoNotWait() {
        var stream = StreamingDecoder(tokenizer)
        #expect(stream.push(0xFF) == "\u{FFFD}")
        #expect(stream.push(0xE0) == "")
        // 0x80 cannot follow 0xE0.
        #expect(stream.push(0x80) == "\u{FFFD}\u{FFFD}")
    }

    @Test func deltasJoinToTheDecodedText() {
        var random = SeededGenerator(state: 4)
        let lively: [UInt8] = [
            0x41, 0x80, 0xBF, 0xC3, 0xE0, 0xED, 0xF0, 0xF4, 0x90, 0xA0, 0xFF, 0x8F,
        ]
        for _ in 0..<5000 {
            let ids = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Int32(lively[Int.random(in: lively.indices, using: &random)])
            }
            var stream = StreamingDecoder(tokenizer)
            let deltas = ids.map { stream.push($0) } + [stream.flush()]
            #expect(deltas.joined() == tokenizer.decode(ids, skipsSpecialTokens: true), "\(ids)")
        }
    }

    @Test func specialTokensAreSkippedOrShown() {
        var skipping = StreamingDecoder(tokenizer)
        #expect(skipping.push(256) == "")
        var showing = StreamingDecoder(tokenizer, skipsSpecialTokens: false)
        #expect(showing.push(256) == "<|endoftext|>")
    }
}
