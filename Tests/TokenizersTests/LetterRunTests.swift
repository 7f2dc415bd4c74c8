import Testing

@testable import Tokenizers

@Suite struct LetterRunTests {
    static func length(_ text: [UInt8]) -> Int {
        func word(_ from: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(text[from + $1]) << UInt64(8 * $1) }
        }
        return LetterRun.length(word(0), word(8))
    }

    @Test func everyByteIsALetterOrNot() {
        for byte in UInt8.min...UInt8.max {
            let isLetter = (0x41...0x5A).contains(byte & ~0x20)
            for place in 0..<8 {
                let others = LetterRun.notLetters(
                    0x6161_6161_6161_6161 & ~(0xFF << UInt64(8 * place))
                        | UInt64(byte) << UInt64(8 * place))
                #expect(others == (isLetter ? 0 : 0x80 << UInt64(8 * place)), "\(byte), \(place)")
            }
        }
    }

    /// Where it answers, it answers as both splitters do; it answers for words of letters.
    @Test func equalsTheSplittersOnRandomText() {
        let alphabet = Array("aZ etm  s'r.9\n\u{0}\u{7F}@[`{éЖ".utf8.filter { $0 < 0x80 }) + [0x20]
        var random = SeededGenerator(state: 11)
        var answers = 0
        for round in 0..<40_000 {
            var text = (0..<16).map { _ in
                round % 3 == 0 || Int.random(in: 0..<6, using: &random) == 0
                    ? alphabet.randomElement(using: &random) ?? 0
                    : UInt8.random(in: 0x61...0x7A, using: &random)
            }
            if round % 2 == 0 { text[0] = 0x20 }
            // A letter that is not ASCII goes on with the word.
            if round % 5 == 0 {
                let place = Int.random(in: 0..<15, using: &random)
                text.replaceSubrange(place...(place + 1), with: Array("é".utf8))
            }
            let length = Self.length(text)
            answers += length > 0 ? 1 : 0
            text.withUnsafeBufferPointer { text in
                guard let base = text.baseAddress else { return }
                let splitter = WordSplitter(base, count: text.count)
                let modern = GPT4WordSplitter(splitter, digits: 3)
                let end = splitter.wordEnd(from: 0)
                #expect(length == 0 || length == end && length == modern.wordEnd(from: 0))
                let letters = text[(text[0] == 0x20 ? 1 : 0)..<end]
                let isPlain = letters.allSatisfy { (0x41...0x5A).contains($0 & ~0x20) }
                if isPlain, !letters.isEmpty, end < 16, text[end] < 0x80 { #expect(length == end) }
            }
        }
        #expect(answers > 10_000)
    }
}
