import Foundation
import Testing

@testable import Tokenizers

/// Vocabularies of every kind, as files, against the libraries they follow.
///
/// Made by `Scripts/goldens/tokenizer_kinds.py` with `tokenizers` 0.23.3, `sentencepiece` 0.2.3 and
/// `tiktoken` 0.14.
@Suite struct TokenizerKindTests {
    static let names = [
        "bert-uncased", "bert-cased", "t5", "albert", "unigram-bytes", "gemma", "words", "falcon",
        "roberta", "smollm", "spm-unigram", "spm-unigram-bytes", "spm-bpe", "spm-bpe-folded",
        "r50k_base", "cl100k_base", "o200k_base", "gguf-llama", "gguf-smollm", "gguf-bert",
    ]
    static let folder = Goldens.root.appending(path: "Tests/Goldens/tokenizers/kinds")

    static func load(_ name: String) throws -> (cases: [JSONField], tokenizer: any Tokenizer) {
        let golden = try Goldens.read("kinds/\(name).cases")
        let path = folder.appending(path: try golden["file"].text()).path
        return (try golden["cases"].elements(), try TokenizerLoader.load(path))
    }

    @Test func everyFileIsCompared() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        let cases = files.filter { $0.hasSuffix(".cases.json") }
        #expect(Set(cases) == Set(Self.names.map { "\($0).cases.json" }))
    }

    @Test(arguments: names) func encodesAsTheReference(_ name: String) throws {
        let (cases, tokenizer) = try Self.load(name)
        #expect(cases.count >= 14)
        // Twice: the second time every word is in a cache.
        for example in cases + cases {
            let text = try example["text"].text()
            let ids = try example["ids"].ids()
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            let decoded = tokenizer.decode(ids, skipsSpecialTokens: false)
            if !example["decoded"].isNull {
                #expect(
                    try Array(decoded.utf8) == example["decoded"].bytes(),
                    "\(text.debugDescription)")
            }
            // Kinds that lose nothing give the text back.
            if ["gguf-smollm", "smollm", "r50k_base", "cl100k_base", "o200k_base"].contains(name) {
                #expect(decoded == text, "\(text.debugDescription)")
            }
        }
    }

    /// Ids in any order, halves of characters among them.
    @Test(arguments: names) func streamsWholeCharacters(_ name: String) throws {
        let (cases, tokenizer) = try Self.load(name)
        let pool = try cases.flatMap { try $0["ids"].ids() }
        var random = SeededGenerator(state: 11)
        for _ in 0..<300 {
            let ids = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                pool[Int.random(in: pool.indices, using: &random)]
            }
            for skips in [true, false] {
                var stream = StreamingDecoder(tokenizer, skipsSpecialTokens: skips)
                let deltas = ids.map { stream.push($0) }
                let text = tokenizer.decode(ids, skipsSpecialTokens: skips)
                #expect(deltas.joined() + stream.flush() == text, "\(ids)")
                // A half would be shown as a replacement character that the whole text lacks.
                let halves = deltas.joined().unicodeScalars.count { $0 == "\u{FFFD}" }
                #expect(halves <= text.unicodeScalars.count { $0 == "\u{FFFD}" })
            }
        }
    }

    /// A checkpoint carries what is needed to encode alike.
    @Test(arguments: names) func copiesEncodeAlike(_ name: String) throws {
        let (cases, tokenizer) = try Self.load(name)
        try TokenizerLoaderTests.inFolder { folder in
            try TokenizerLoaderTests.save(tokenizer, in: folder)
            let copy = try TokenizerLoader.load(folder.path)
            #expect(copy.fingerprint == tokenizer.fingerprint)
            #expect(copy.vocabularySize == tokenizer.vocabularySize)
            #expect(copy.specialTokens == tokenizer.specialTokens)
            for example in cases {
                let (text, ids) = (try example["text"].text(), try example["ids"].ids())
                #expect(copy.encode(text) == ids, "\(text.debugDescription)")
                #expect(
                    copy.decode(ids, skipsSpecialTokens: false)
                        == tokenizer.decode(ids, skipsSpecialTokens: false))
            }
        }
    }

    @Test(arguments: names) func anyBytesAreEncoded(_ name: String) throws {
        let (_, tokenizer) = try Self.load(name)
        var random = SeededGenerator(state: 12)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
                Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : 0x61
            }
            for id in tokenizer.encode(bytes: bytes) {
                #expect((0..<tokenizer.vocabularySize).contains(Int(id)))
            }
        }
    }

    /// A text ten times as long takes about ten times as long.
    @Test(arguments: ["t5", "spm-unigram", "spm-bpe-folded", "bert-uncased", "words"])
    func longTextsAreNotQuadratic(_ name: String) throws {
        let (_, tokenizer) = try Self.load(name)
        for unit in ["moonlight ", "a", " ", "é", "夜"] {
            func seconds(_ size: Int) -> Double {
                let text = String(repeating: unit, count: size / unit.utf8.count)
                let start = ContinuousClock.now
                _ = tokenizer.encode(text)
                return (ContinuousClock.now - start) / .seconds(1)
            }
            let (small, large) = (seconds(50_000), seconds(500_000))
            #expect(large < 40 * small + 1, "\(unit.debugDescription): \(small) -> \(large) s")
        }
    }
}
