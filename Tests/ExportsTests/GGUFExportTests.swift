import Checkpoints
import Foundation
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import Exports

/// Files for llama.cpp. `Scripts/peers/compare_gguf.py` compares the same with the `gguf` package.
@Suite struct GGUFExportTests {
    private func export(_ model: RandomModel, _ type: GGUFTensorType = .f32) throws -> GGUFContents
    {
        let path = model.file("out-\(type.rawValue)")
        let files = try GGUFExport(model.open(), type: type).write(to: path)
        #expect(files.map(\.name) == ["model.gguf"])
        return try GGUFContents(path + "/model.gguf")
    }

    /// What llama.cpp can do, with the tensors it has beside those of a plain Llama.
    static let kinds:
        [(golden: String, changes: [String: Int], architecture: String, tensor: String)] = [
            ("llama-linear-biases", [:], "llama", "blk.1.attn_q.bias"),
            ("llama-rope3", [:], "llama", "rope_freqs.weight"),
            ("mistral-window", [:], "llama", "blk.1.ffn_gate.weight"),
            ("qwen2", [:], "qwen2", "blk.0.attn_k.bias"),
            ("qwen3", [:], "qwen3", "blk.1.attn_q_norm.weight"),
            ("smollm3", [:], "smollm3", "blk.3.attn_norm.weight"),
            ("olmo2", [:], "olmo2", "blk.0.post_ffw_norm.weight"),
            ("olmo2-one-head-of-keys", [:], "olmo2", "output.weight"),
            ("gemma2", ["query_pre_attn_scalar": 6], "gemma2", "blk.0.post_attention_norm.weight"),
            ("phi3", [:], "phi3", "blk.1.attn_qkv.weight"),
            ("phi3-longrope", [:], "phi3", "rope_factors_short.weight"),
        ]

    @Test(arguments: kinds.indices) func everyKindHasItsKeysAndTensors(_ index: Int) throws {
        let kind = Self.kinds[index]
        let noPositions: [String: Any] = ["no_rope_layers": [1, 1, 1, 0]]
        let model = try RandomModel(
            kind.golden, kind.golden == "smollm3" ? noPositions : kind.changes)
        let folder = try model.open()
        let sizes = folder.configuration
        let file = try export(model)
        #expect(file.keys["general.architecture"] as? String == kind.architecture)
        func key(_ name: String) -> Int? { file.keys["\(kind.architecture).\(name)"] as? Int }
        #expect(key("block_count") == sizes.layerCount)
        #expect(key("attention.head_count_kv") == sizes.keyValueHeadCount)
        #expect(key("attention.key_length") == sizes.headSize)
        let window = sizes.traits.windows.min()
        let isCut = kind.architecture != "gemma2" && window != nil
        #expect(key("context_length") == (isCut ? window : sizes.servedPositions))
        #expect(file.tensors[kind.tensor] != nil)
        let source = try WeightSource(folder)
        let names = GGUFTensorNames(sizes)
        let turns = ["llama", "smollm3"].contains(kind.architecture)
        for tensor in source.tensors {
            let written = try #require(file.tensors[names.name(of: tensor.name)])
            #expect(written.shape == tensor.shape && written.type == 0)
            var values = try source.values(of: tensor.name)
            if kind.architecture == "gemma2", tensor.name.hasSuffix("norm.weight") {
                values = values.map { $0 + 1 }
            }
            for (map, heads) in [("q_proj", sizes.headCount), ("k_proj", sizes.keyValueHeadCount)]
            where turns && tensor.name.contains(map) {
                values = Self.interleaved(values, rows: tensor.shape[0], heads: heads)
            }
            #expect(written.values == values, "\(tensor.name)")
        }
    }

    /// Row by row: row r of a head's first half goes to 2 r, of its second half to 2 r + 1.
    private static func interleaved(_ values: [Float], rows: Int, heads: Int) -> [Float] {
        let (width, size) = (values.count / rows, rows / heads)
        var result = values
        for row in 0..<rows {
            let (head, place) = (row / size, row % size)
            let target = head * size + (place < size / 2 ? 2 * place : 2 * (place - size / 2) + 1)
            for column in 0..<width {
                result[target * width + column] = values[row * width + column]
            }
        }
        return result
    }

    @Test func gemma3IsWritten() throws {
        let changes: [String: Any] = [
            "num_hidden_layers": 6, "rope_local_base_freq": 10_000,
            "layer_types": [String](repeating: "sliding_attention", count: 5) + ["full_attention"],
            "rope_parameters": NSNull(),
        ]
        let file = try export(RandomModel("gemma3", changes))
        #expect(file.keys["general.architecture"] as? String == "gemma3")
        #expect(file.keys["gemma3.attention.sliding_window"] as? Int == 4)
        #expect(
            file.tensors["blk.5.attn_k_norm.weight"] != nil && file.tensors["output.weight"] == nil)
    }

    @Test(arguments: ["gemma2", "gemma2-uncapped", "gemma3", "qwen3-biases", "smollm3-list"])
    func whatItComputesOtherwiseIsRefused(_ golden: String) throws {
        let model = try RandomModel(golden)
        let error = #expect(throws: ExportError.self) { try GGUFExport(model.open()) }
        #expect(try #require(error).message.contains("--format hf"))
    }

    @Test func narrowTypesAreNear() throws {
        let model = try RandomModel("llama-odd-heads", ["hidden_size": 96, "head_dim": 32])
        let exact = try export(model)
        let (halves, blocks) = (try export(model, .f16), try export(model, .q8_0))
        #expect(halves.keys["general.file_type"] as? Int == 1)
        #expect(blocks.keys["general.file_type"] as? Int == 7)
        for (name, tensor) in exact.tensors {
            let (half, block) = (
                try #require(halves.tensors[name]), try #require(blocks.tensors[name])
            )
            let isVector = tensor.shape.count == 1
            let isWhole = (tensor.shape.last ?? 0) % 32 == 0
            #expect(half.type == (isVector ? 0 : 1))
            #expect(block.type == (isVector ? 0 : isWhole ? 8 : 1))
            let greatest = tensor.values.map(abs).max() ?? 0
            for index in tensor.values.indices {
                #expect(abs(half.values[index] - tensor.values[index]) <= greatest / 1024)
                #expect(abs(block.values[index] - tensor.values[index]) <= greatest / 200)
            }
        }
    }

    @Test func theTokenizerAndTheTemplateComeAlong() throws {
        let model = try RandomModel("qwen3", ["vocab_size": 300])
        let file = try export(model)
        #expect((file.keys["tokenizer.ggml.tokens"] as? [Any])?.count == 300)
        #expect(file.keys["tokenizer.ggml.pre"] as? String == "gpt-2")
        #expect(file.keys["tokenizer.ggml.eos_token_id"] as? Int == 256)
        #expect(file.keys["tokenizer.ggml.eot_token_id"] as? Int == 7)
        #expect(file.keys["tokenizer.chat_template"] as? String == "{{ messages[0].content }}")
        let copy = try TokenizerLoader.load(model.file("out-f32/model.gguf"))
        for text in ["", "a b", " naïve 東京 🙂\n", "x<|endoftext|>y<|pad|>"] {
            #expect(copy.encode(text) == ByteTokenizer().encode(text))
        }
        try FileManager.default.removeItem(atPath: model.path + "/tokenizer.json")
        #expect(throws: ExportError.self) { try GGUFExport(model.open()) }
    }

    @Test func nothingIsReplaced() throws {
        let model = try RandomModel("qwen3")
        let export = try GGUFExport(model.open())
        #expect(throws: CheckpointError.self) { try export.write(to: model.path) }
        #expect(!FileManager.default.fileExists(atPath: model.path + "/model.gguf"))
    }
}
