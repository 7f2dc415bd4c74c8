import Foundation
import Testing

@testable import Tokenizers

/// Text that no one should send, and everyone does.
@Suite struct BadInputTests {
    static func tokenizers() throws -> [any Tokenizer] {
        try [ByteTokenizer()]
            + ["byte-level", "split-pattern", "byte-fallback", "digits"].map {
                try BytePairTokenizer(
                    TokenizerFile.read(try Goldens.read($0)["tokenizer"].bytes(), name: $0))
            }
    }

    static func bytes(_ ids: [Int32], _ tokenizer: any Tokenizer) -> [UInt8] {
        Array(ids.flatMap { tokenizer.bytes(of: $0) })
    }

    @Test func emptyTextHasNoIDs() throws {
        for tokenizer in try Self.tokenizers() {
            #expect(tokenizer.encode("").isEmpty)
            #expect(tokenizer.encode(bytes: []).isEmpty)
            #expect(tokenizer.decode([], skipsSpecialTokens: false) == "")
        }
    }

    @Test func malformedUTF8KeepsEveryByte() throws {
        var random = SeededGenerator(state: 5)
        for tokenizer in try Self.tokenizers() {
            let prefix = [UInt8](repeating: 0x20, count: tokenizer.leadingSpacesStripped)
            for _ in 0..<3000 {
                let text = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...255, using: &random)
                        : UInt8(ascii: "a")
                }
                let back = Self.bytes(tokenizer.encode(bytes: text), tokenizer)
                // The space put in front of a text is put in front of well-formed text only.
                #expect(back == text || back == prefix + text, "\(text)")
            }
        }
    }

    @Test func aMalformedByteIsItsOwnToken() throws {
        let tokenizer = try Self.tokenizers()[1]
        let ids = tokenizer.encode(bytes: [0x61, 0xFF, 0x61])
        #expect(ids.count == 3)
        #expect(ids[0] == ids[2] && tokenizer.bytes(of: ids[1]) == [0xFF])
    }

    @Test func zeroBytesAreText() throws {
        for tokenizer in try Self.tokenizers() {
            let ids = tokenizer.encode("a\u{0}b\u{0}\u{0}")
            #expect(tokenizer.decode(ids, skipsSpecialTokens: false) == "a\u{0}b\u{0}\u{0}")
        }
    }

    /// A word of a megabyte takes about ten times as long as one of a hundred kilobytes.
    @Test(arguments: [" ", "a", "é", "'", "\n", "<|end", "a1"])
    func hugeWordsAreNotQuadratic(_ unit: String) throws {
        for tokenizer in try Self.tokenizers() {
            func time(_ size: Int) -> (seconds: Double, isWhole: Bool) {
                let text = String(repeating: unit, count: size / unit.utf8.count)
                let start = ContinuousClock.now
                let ids = tokenizer.encode(text)
                let took = ContinuousClock.now - start
                let isWhole = tokenizer.decode(ids, skipsSpecialTokens: false) == text
                return (took / .seconds(1), isWhole)
            }
            let small = time(100_000)
            let large = time(1_000_000)
            #expect(small.isWhole && large.isWhole)
            // Quadratic would be a hundredfold, of tens of seconds.
            #expect(
                large.seconds < 40 * small.seconds + 1, "\(small.seconds) -> \(large.seconds) s")
        }
    }

    @Test func threadsShareATokenizer() async throws {
        let tokenizer = try Self.tokenizers()[1]
        let texts = (0..<200).map { "thread \($0) says it's \($0 * $0) o'clock" }
        let expected = texts.map { tokenizer.encode($0) }
        await withTaskGroup(of: (Int, [Int32]).self) { group in
            for (index, text) in texts.enumerated() {
                group.addTask { (index, tokenizer.encode(text)) }
            }
            for await (index, ids) in group { #expect(ids == expected[index]) }
        }
    }
}
