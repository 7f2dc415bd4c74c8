import Foundation
import Testing

@testable import Tokenizers

/// Vocabularies written to GGUF and read again.
@Suite struct GGUFVocabularyKeysTests {
    /// The keys as a file of no tensors.
    private static func file(_ keys: GGUFVocabularyKeys) throws -> URL {
        var bytes = Array("GGUF".utf8)
        GGUFValue.append(UInt32(3), to: &bytes)
        GGUFValue.append(UInt64(0), to: &bytes)
        GGUFValue.append(UInt64(keys.keys.count), to: &bytes)
        for (key, value) in keys.keys { bytes += value.encoded(under: key) }
        let url = FileManager.default.temporaryDirectory.appending(
            component: "\(UUID().uuidString).gguf")
        try Data(bytes).write(to: url)
        return url
    }

    @Test(arguments: [
        "smollm", "gguf-llama", "gguf-smollm", "spm-bpe", "r50k_base", "o200k_base",
    ])
    func theIdsAreThoseOfTheTokenizer(_ name: String) throws {
        let (cases, tokenizer) = try TokenizerKindTests.load(name)
        let keys = try GGUFVocabularyKeys(tokenizer, idCount: tokenizer.vocabularySize + 3)
        let file = try Self.file(keys)
        defer { try? FileManager.default.removeItem(at: file) }
        let copy = try TokenizerLoader.load(file.path)
        #expect(copy.vocabularySize == tokenizer.vocabularySize + 3)
        #expect(copy.specialTokens.end == tokenizer.specialTokens.end)
        for example in cases {
            let text = try example["text"].text()
            #expect(copy.encode(text) == tokenizer.encode(text), "\(text.debugDescription)")
        }
    }

    @Test(arguments: [
        ("bert-uncased", "only byte-pair"), ("t5", "only byte-pair"),
        ("spm-unigram", "only byte-pair"), ("gemma", "takes the space"),
        ("roberta", "takes the space"),
        ("falcon", "by name only"), ("cl100k_base", "by name only"),
        ("words", "without a fallback"),
        ("spm-bpe-folded", "GGUF cannot say"),
    ])
    func whatLlamaCppCannotSayIsRefused(_ name: String, _ reason: String) throws {
        let (_, tokenizer) = try TokenizerKindTests.load(name)
        let error = #expect(throws: TokenizerError.self) {
            try GGUFVocabularyKeys(tokenizer, idCount: tokenizer.vocabularySize)
        }
        let message = try #require(error).message
        #expect(message.contains(reason), "\(message)")
    }

    /// Merges in an order that no scores can give: one token by two ways, another between them.
    @Test func anOrderWithoutScoresIsFound() throws {
        let bytes = (UInt8.min...UInt8.max).map { BytePairModel.byteToken($0) }
        let words = ["a", "b", "c", "d", "ab", "cd", "abc", "bc", "bcd"].map { Array($0.utf8) }
        var model = BytePairModel(
            vocabulary: [Array("<unk>".utf8)] + bytes + words, merges: [],
            alphabet: .characters(byteFallback: true, fusesUnknown: true))
        func id(_ word: String) -> Int32 {
            Int32(model.vocabulary.firstIndex(of: Array(word.utf8)) ?? 0)
        }
        func merge(_ left: String, _ right: String) -> BytePairModel.Merge {
            .init(left: id(left), right: id(right), result: id(left + right))
        }
        model.unknown = 0
        model.normalizers = [
            .replace(.init(pattern: [0x20], content: SentencePieceNormalization.space))
        ]
        model.decoding = [
            .replace(.init(pattern: SentencePieceNormalization.space, content: [0x20])),
            .byteFallback, .fuse,
        ]
        // "bcd" is a token that these merges never reach, and that scores would.
        model.merges = [merge("a", "b"), merge("b", "c"), merge("c", "d"), merge("ab", "c")]
        let tokenizer = try BytePairTokenizer(model)
        let error = #expect(throws: TokenizerError.self) {
            try GGUFVocabularyKeys(tokenizer, idCount: tokenizer.vocabularySize)
        }
        #expect(try #require(error).message.contains("nearly, not wholly"))
    }

    @Test func tooManyIdsAreRefused() throws {
        #expect(throws: TokenizerError.self) {
            try GGUFVocabularyKeys(ByteTokenizer(), idCount: 257)
        }
        let keys = try GGUFVocabularyKeys(ByteTokenizer(), idCount: 258)
        #expect(keys.remarks.isEmpty && keys.keys.first?.value == .text("gpt2"))
    }

    @Test(.enabled(if: Goldens.isShared("tokenizer/llamacpp/ggml-vocab-phi-3.gguf")))
    func publishedVocabulariesComeBack() throws {
        for name in ["gpt-2", "phi-3"] {
            let path = Goldens.shared.appending(path: "tokenizer/llamacpp/ggml-vocab-\(name).gguf")
                .path
            let tokenizer = try TokenizerLoader.load(path)
            let file = try Self.file(
                GGUFVocabularyKeys(tokenizer, idCount: tokenizer.vocabularySize))
            defer { try? FileManager.default.removeItem(at: file) }
            let copy = try TokenizerLoader.load(file.path)
            let text = try String(contentsOfFile: path + ".inp", encoding: .utf8)
            #expect(copy.encode(text) == tokenizer.encode(text))
        }
    }
}
