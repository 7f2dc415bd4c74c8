import Testing

@testable import Tokenizers

@Suite struct AddedTokenMatcherTests {
    /// Place by place, the longest token that stands there.
    static func slow(_ text: [UInt8], _ tokens: [AddedToken]) -> [String] {
        var pieces: [String] = []
        var done = 0
        var index = 0
        while index < text.count {
            let found = tokens.filter { text[index...].starts(with: $0.content) }
                .max { $0.content.count < $1.content.count }
            guard let found else {
                index += 1
                continue
            }
            if index > done { pieces.append("\(done)..<\(index)") }
            pieces.append("token \(found.id)")
            index += found.content.count
            done = index
        }
        if done < text.count { pieces.append("\(done)..<\(text.count)") }
        return pieces
    }

    static func fast(_ text: [UInt8], _ matcher: AddedTokenMatcher) -> [String] {
        var pieces: [String] = []
        text.withUnsafeBufferPointer {
            matcher.forEachPiece($0, matchesSpecial: true) { piece in
                switch piece {
                case .text(let range): pieces.append("\(range)")
                case .token(let id): pieces.append("token \(id)")
                }
            }
        }
        return pieces
    }

    @Test(arguments: [
        ["<|end|>"], ["<|end|>", "<|pad|>", "||x", "  ", "    ", "\u{FE}\u{FF}"], ["<", "ab"],
        ["ab", "ba", "bb", "aa", "<a", "<b", "|a", "|b", "|<", "a<"], ["\u{301}a", "é"],
    ])
    func findsWhatASearchPlaceByPlaceFinds(_ contents: [String]) {
        let tokens = contents.enumerated().map {
            AddedToken(id: Int32($0), content: Array($1.utf8), isSpecial: true)
        }
        let matcher = AddedTokenMatcher(tokens)
        var random = SeededGenerator(state: 41)
        let alphabet =
            Array("<|end>padx  ab".utf8) + Array("é\u{301}\u{FE}".utf8) + [0x80, 0x01, 0]
        var matches = 0
        for round in 0..<8_000 {
            var text = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                round % 2 == 0
                    ? alphabet.randomElement(using: &random) ?? 0
                    : UInt8.random(in: 0x61...0x7A, using: &random)
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                text.insert(
                    contentsOf: tokens.randomElement(using: &random)?.content ?? [], at: place)
            }
            let expected = Self.slow(text, tokens)
            matches += expected.count { $0.hasPrefix("token") }
            #expect(Self.fast(text, matcher) == expected, "\(text)")
        }
        #expect(matches > 4_000)
    }
}
