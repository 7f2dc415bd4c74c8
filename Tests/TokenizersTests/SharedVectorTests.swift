import Foundation
import Testing

@testable import Tokenizers

/// Which of the shared ids are compared, and which have no vocabulary beside them.
@Suite(.enabled(if: Goldens.hasShared, "../shared/data and NIGHTJAR_SHARED_DATA are absent"))
struct SharedVectorTests {
    /// Vectors by the test of `SharedVocabularyTests` that compares them.
    static let compared = [
        "llamacpp/gpt-2", "llamacpp/phi-3", "llamacpp/bert-bge", "tiktoken/r50k_base",
        "tiktoken/cl100k_base", "swift_transformers/gpt2_encoded_tokens",
        "swift_transformers/llama_encoded", "swift_transformers/bert_uncased_encoded",
        "tests/bert-base-uncased", "tests/google-bert/bert-base-uncased", "tests/distilgpt2",
        "tests/coreml-projects/Llama-2-7b-chat-coreml", "tests/openai/whisper-tiny.en",
    ]

    /// Vectors whose vocabulary is not there.
    static let skipped = [
        "tiktoken/p50k_base", "tiktoken/p50k_edit", "tiktoken/o200k_base",
        "swift_transformers/distilbert_cased_encoded", "swift_transformers/falcon_encoded",
        "swift_transformers/gemma_encoded", "swift_transformers/llama_3.2_encoded",
        "swift_transformers/t5_base_encoded", "swift_transformers/whisper_large_v2_encoded",
        "swift_transformers/whisper_tiny_en_encoded", "tests/tiiuae/falcon-7b",
        "tests/pcuenq/gemma-tokenizer", "tests/openai/whisper-large-v2", "tests/t5-base",
        "tests/pcuenq/Llama-3.2-1B-Instruct-tokenizer",
        "tests/distilbert/distilbert-base-multilingual-cased",
    ]

    /// All vectors that the folder holds.
    static func present() throws -> [String] {
        let folder = Goldens.shared.appending(path: "tokenizer")
        func files(_ name: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: name).path)
        }
        var vectors: [String] = []
        for file in try files("llamacpp") where file.hasSuffix(".gguf.out") {
            let name = file.dropFirst("ggml-vocab-".count).dropLast(".gguf.out".count)
            vectors.append("llamacpp/\(name)")
        }
        for file in try files("swift_transformers") where file.contains("encoded") {
            vectors.append("swift_transformers/\(file.dropLast(".json".count))")
        }
        let tests = try Goldens.sharedJSON("tokenizer/swift_transformers/tokenizer_tests.json")
        vectors += try tests.members().map { "tests/" + String(decoding: $0.key, as: UTF8.self) }
        let plans = String(
            decoding: try Goldens.sharedBytes("tokenizer/tiktoken/TestPlans.txt"), as: UTF8.self)
        vectors += Set(
            plans.components(separatedBy: "EncodingName: ").dropFirst().map {
                "tiktoken/" + $0.prefix { !$0.isNewline }
            })
        return vectors
    }

    @Test func everyVectorIsComparedOrHasNoVocabulary() throws {
        let present = try Self.present()
        #expect(present.count > 25)
        for vector in present.sorted() {
            let isKnown = Self.compared.contains(vector) != Self.skipped.contains(vector)
            #expect(isKnown, "\(vector) is new: compare it, or say that its vocabulary is absent")
            if Self.skipped.contains(vector) { print("skipped, no vocabulary: \(vector)") }
        }
        #expect(Set(Self.compared).isSubset(of: present))
    }
}
