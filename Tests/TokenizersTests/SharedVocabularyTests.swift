import Foundation
import Testing

@testable import Tokenizers

/// Real vocabularies against the ids that others published for them; `SharedVectorTests` says which
/// ids there are without a vocabulary.
@Suite(.enabled(if: Goldens.hasShared, "../shared/data and NIGHTJAR_SHARED_DATA are absent"))
struct SharedVocabularyTests {
    static let gpt2 = Result { try SharedVocabularies.gpt2() }
    static let phi3 = Result {
        try SharedVocabularies.load("tokenizer/llamacpp/ggml-vocab-phi-3.gguf")
    }
    static let bert = Result { try SharedVocabularies.bert() }

    /// Texts and ids of a pair of llama.cpp's files.
    static func llamaCpp(_ name: String) throws -> [(text: String, ids: [Int32])] {
        let path = "tokenizer/llamacpp/ggml-vocab-\(name).gguf"
        let texts = String(decoding: try Goldens.sharedBytes(path + ".inp"), as: UTF8.self)
            .components(separatedBy: "\n__ggml_vocab_test__\n")
        let lines = String(decoding: try Goldens.sharedBytes(path + ".out"), as: UTF8.self)
            .components(separatedBy: "\n")
        return zip(texts, lines).map { text, line in
            (text, line.split(separator: " ").compactMap { Int32($0) })
        }
    }

    @Test func gpt2AgreesWithLlamaCpp() throws {
        let tokenizer = try SharedVocabularies.load("tokenizer/llamacpp/ggml-vocab-gpt-2.gguf")
        let own = try Self.gpt2.get()
        let cases = try Self.llamaCpp("gpt-2")
        #expect(cases.count >= 46)
        for (text, ids) in cases {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(own.encode(text) == ids, "\(text.debugDescription)")
            #expect(tokenizer.decode(ids, skipsSpecialTokens: false) == text)
        }
    }

    @Test func bertAgreesWithLlamaCpp() throws {
        let tokenizer = try SharedVocabularies.load("tokenizer/llamacpp/ggml-vocab-bert-bge.gguf")
        let own = try Self.bert.get()
        let cases = try Self.llamaCpp("bert-bge")
        #expect(cases.count >= 46)
        for (text, ids) in cases {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(own.encode(text) == ids, "\(text.debugDescription)")
        }
    }

    @Test func bertAgreesWithSwiftTransformers() throws {
        let tokenizer = try Self.bert.get()
        let long = try Goldens.sharedJSON("tokenizer/swift_transformers/bert_uncased_encoded.json")
        let ids = try long["token_ids"].ids()
        let own = tokenizer.encode(try long["text"].text())
        #expect(own == ids || [101] + own + [102] == ids)
        let tests = try Goldens.sharedJSON("tokenizer/swift_transformers/tokenizer_tests.json")
        for model in ["bert-base-uncased", "google-bert/bert-base-uncased"] {
            for example in try tests[model].elements() {
                let text = try example["input"].text()
                let ids = try example["encoded"]["input_ids"].ids()
                #expect([101] + tokenizer.encode(text) + [102] == ids, "\(text.debugDescription)")
            }
        }
    }

    @Test func gpt2AgreesWithSwiftTransformers() throws {
        let tokenizer = try Self.gpt2.get()
        let long = try Goldens.sharedJSON("tokenizer/swift_transformers/gpt2_encoded_tokens.json")
        #expect(tokenizer.encode(try long["text"].text()) == (try long["token_ids"].ids()))
        let tests = try Goldens.sharedJSON("tokenizer/swift_transformers/tokenizer_tests.json")
        for (key, value) in try tests.members() {
            let model = String(decoding: key, as: UTF8.self)
            guard ["distilgpt2", "openai/whisper-tiny.en"].contains(model) else { continue }
            for example in try JSONField(value, file: model).elements() {
                // Whisper frames a text with special tokens; the words are GPT-2's.
                var ids = try example["encoded"]["input_ids"].ids()
                if model != "distilgpt2" { ids = Array(ids.dropFirst(2).dropLast()) }
                let text = try example["input"].text()
                #expect(tokenizer.encode(text) == ids, "\(model): \(text.debugDescription)")
            }
        }
    }

    @Test(arguments: ["r50k_base", "cl100k_base"])
    func rankFilesAgreeWithTheirPlans(_ name: String) throws {
        let tokenizer = try SharedVocabularies.load("tokenizer/tiktoken/\(name).tiktoken")
        let plans = String(
            decoding: try Goldens.sharedBytes("tokenizer/tiktoken/TestPlans.txt"), as: UTF8.self)
        var count = 0
        for block in plans.components(separatedBy: "EncodingName: ")
        where block.hasPrefix(name + "\n") {
            let parts = block.dropFirst(name.count + 1 + "Sample: ".count)
                .components(separatedBy: "\nEncoded: ")
            try #require(parts.count == 2)
            let list = parts[1].trimmingCharacters(in: CharacterSet(charactersIn: "[] \n"))
            let ids = list.split(separator: ",").compactMap {
                Int32($0.trimmingCharacters(in: .whitespaces))
            }
            #expect(tokenizer.encode(parts[0]) == ids, "\(parts[0].debugDescription)")
            count += 1
        }
        #expect(count == 64)
    }

    @Test func phi3AgreesWithLlamaCpp() throws {
        let tokenizer = try Self.phi3.get()
        let cases = try Self.llamaCpp("phi-3")
        #expect(cases.count >= 46)
        for (text, ids) in cases {
            #expect(tokenizer.encode(text) == ids, "\(text.debugDescription)")
            #expect(tokenizer.decode(ids, skipsSpecialTokens: false) == text)
        }
    }

    /// Phi-3's first 32,000 ids are Llama 2's.
    @Test func llama2AgreesWithSwiftTransformers() throws {
        let tokenizer = try Self.phi3.get()
        let long = try Goldens.sharedJSON("tokenizer/swift_transformers/llama_encoded.json")
        let ids = try long["token_ids"].ids()
        #expect([1] + tokenizer.encode(try long["text"].text()) == ids)
        let tests = try Goldens.sharedJSON("tokenizer/swift_transformers/tokenizer_tests.json")
        for example in try tests["coreml-projects/Llama-2-7b-chat-coreml"].elements() {
            let text = try example["input"].text()
            let ids = try example["encoded"]["input_ids"].ids()
            #expect([1] + tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
    }

    @Test(arguments: ["shared-olmo", "shared-stories260k"])
    func filesAgreeWithTheReference(_ name: String) throws {
        let golden = try Goldens.read(name)
        let path = Goldens.shared.appending(path: try golden["path"].text()).path
        let tokenizer = try TokenizerLoader.load(path)
        for text in try golden["cases"].elements() { try text.check(tokenizer) }
    }

    /// The library reads special tokens written out in a text as letters.
    @Test func mistralAgreesWithSentencePiece() throws {
        let golden = try Goldens.read("shared-mistral")
        let tokenizer = try SharedVocabularies.load(try golden["path"].text())
        #expect(tokenizer.vocabularySize == 32_000)
        #expect(tokenizer.specialTokens.beginning == 1 && tokenizer.specialTokens.end == 2)
        for example in try golden["cases"].elements() {
            let text = try example["text"].text()
            #expect(
                try tokenizer.encode(ordinary: text) == example["ordinary"].ids(),
                "\(text.debugDescription)")
        }
    }

    /// OLMo has no tokens for the bytes that UTF-8 never uses, nor an unknown one.
    @Test func bytesWithoutATokenBecomeReplacementCharacters() throws {
        let path = Goldens.shared.appending(path: "tokenizer/olmo/tokenizer.json").path
        let tokenizer = try TokenizerLoader.load(path)
        #expect(
            tokenizer.encode(bytes: [0x61, 0xFF]) == tokenizer.encode("a")
                + tokenizer.encode("\u{FFFD}"))
        #expect(tokenizer.bytes(of: tokenizer.encode(bytes: [0x80])[0]) == [0x80])
    }

    @Test func storiesDecodeToTheirReferenceText() throws {
        let folder = "checkpoint/stories260K/converted"
        let tokenizer = try TokenizerLoader.load(Goldens.shared.appending(path: folder).path)
        #expect(tokenizer.vocabularySize == 512)
        #expect(tokenizer.specialTokens.beginning == 1)
        #expect(tokenizer.specialTokens.end == 2)
        #expect(tokenizer.specialTokens.unknown == 0)
        let reference = try Goldens.sharedJSON(folder + "/reference.json")
        let (ids, text) = (try reference["ids"].ids(), try reference["text"].text())
        #expect(tokenizer.decode(ids, skipsSpecialTokens: true) == text)
        #expect(tokenizer.encode(text) == Array(ids.dropFirst()))
        var stream = StreamingDecoder(tokenizer)
        #expect(ids.map { stream.push($0) }.joined() + stream.flush() == text)
    }

    /// A made-up file whose merges name parts that its vocabulary does not have.
    @Test func mergesOfUnknownPartsAreRefusedByPlace() throws {
        let path = "tokenizer/swift_transformers/tokenizer.json"
        #expect {
            _ = try SharedVocabularies.load(path)
        } throws: { error in
            guard let error = error as? TokenizerError else { return false }
            return error.kind == .inconsistent && error.key == "model.merges[0]"
                && error.file?.hasSuffix(path) == true && error.message.contains("off")
        }
    }
}
