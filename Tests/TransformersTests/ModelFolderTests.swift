import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

/// Model folders as other programs write them: weights in shards, `generation_config.json`.
struct ModelFolderTests {
    /// A copy of a golden model whose weights are in three shards.
    private func sharded() throws -> TemporaryFolder {
        let whole = try GoldenDecoder("grouped").folder
        let folder = try TemporaryFolder()
        try folder.write(
            String(decoding: whole.folder.read("config.json"), as: UTF8.self), to: "config.json")
        let file = try #require(whole.weights.first)
        var map: [String: String] = [:]
        for part in 0..<3 {
            let name = "model-0000\(part + 1)-of-00003.safetensors"
            let entries = file.entries.enumerated().filter { $0.offset % 3 == part }.map(\.element)
            let writer = try SafetensorsWriter(
                tensors: entries.map {
                    TensorDeclaration(name: $0.name, type: $0.type, shape: $0.shape)
                })
            try writer.write(toFile: folder.file(name).path) { tensor, sink in
                try sink.append(file.read(tensor.name))
            }
            for entry in entries { map[entry.name] = name }
        }
        let index = try JSONSerialization.data(withJSONObject: ["weight_map": map])
        try folder.write(
            String(decoding: index, as: UTF8.self), to: "model.safetensors.index.json")
        return folder
    }

    @Test func shardsGiveTheWeightsOfTheOneFile() throws {
        let shards = try sharded()
        let parts = try ModelFolder(reference: shards.url.path) { Issue.record("\($0)") }
        #expect(parts.weights.count == 3)
        let backend = CPUBackend.shared
        let one = try GoldenDecoder("grouped").folder.decoder(precision: .f32, on: backend)
        let other = try parts.decoder(precision: .f32, on: backend)
        let pairs = zip(one.parameters.publicTensors, other.parameters.publicTensors)
        for (a, b) in pairs { #expect(a.name == b.name && a.tensor.read() == b.tensor.read()) }
    }

    @Test func aFolderWithoutSafetensorsSaysWhatItHas() throws {
        let folder = try sharded()
        try FileManager.default.removeItem(at: folder.file("model.safetensors.index.json"))
        try folder.write("x", to: "pytorch_model.bin")
        let error = #expect(throws: ModelError.self) {
            try ModelFolder(reference: folder.url.path) { _ in }
        }
        #expect(
            try #require(error).message.contains("\"pytorch_model.bin\" is in a form that can run"))
    }

    @Test func generationDefaultsAreRead() throws {
        let folder = try sharded()
        let before = try ModelFolder(reference: folder.url.path) { _ in }
        #expect(try before.generationDefaults() == GenerationDefaults())
        try folder.write(
            """
            {"eos_token_id": [7, 9], "do_sample": true, "temperature": 0.6, "top_p": 0.9,
             "top_k": 20, "repetition_penalty": 1.1, "num_beams": 1, "min_p": 0.05,
             "suppress_tokens": [1], "max_length": 4096, "transformers_version": "5.0"}
            """, to: "generation_config.json")
        let model = try ModelFolder(reference: folder.url.path) { _ in }
        let defaults = try model.generationDefaults()
        #expect(defaults.samples && defaults.temperature == 0.6 && defaults.topP == 0.9)
        #expect(defaults.topK == 20 && defaults.repetitionPenalty == 1.1)
        #expect(model.endTokens(defaults).isSuperset(of: [7, 9]))
        #expect(defaults.minP == 0.05)
        #expect(defaults.unfollowed.count == 1)
        #expect(defaults.unfollowed.contains { $0.hasPrefix("suppress_tokens") })
    }

    /// What published files hold besides, by which nothing that is computed changes.
    @Test func keysOfOtherProgramsAreNoMistakes() throws {
        func read(_ more: String) throws -> ModelConfiguration {
            try ModelConfiguration(
                json: Data(
                    """
                    {"model_type": "llama", "vocab_size": 100, "hidden_size": 16, \
                    "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, \(more)}
                    """.utf8), path: "config.json")
        }
        let published = try read(
            """
            "is_llama_config": true, "transformers.js_config": {"dtype": "q4"}, "max_length": 4096, \
            "pad_token_id": -1, "pruned_heads": {}, "do_sample": true, "_attn_implementation": "sdpa", \
            "cache_implementation": "hybrid", "eos_token_id": 99
            """)
        #expect(published.paddingToken == nil && published.endTokens == [99])
        // Both spellings of one thing are none.
        let both = try read(
            #""rope_theta": 5000.0, "rope_scaling": {"type": "linear", "factor": 2.0}, "#
                + #""rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 5000.0}"#)
        #expect(both.ropeTheta == 5000)
        for (keys, sentence) in [
            (#""pruned_heads": {"0": [1]}"#, "pruned_heads"),
            (#""eos_token_id": 100"#, "eos_token_id is 100, and the ids of a vocabulary of 100"),
            (#""hidden_size": 32"#, "the key \"hidden_size\" occurs twice"),
            // Readers follow the one or the other, and the answers are others.
            (
                #""rope_scaling": {"type": "linear", "factor": 2.0}, "#
                    + #""rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}"#,
                "rope_scaling and rope_parameters say different things"
            ),
            (
                #""original_max_position_embeddings": 32, "rope_scaling": {"rope_type": "llama3", "#
                    + #""factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "#
                    + #""original_max_position_embeddings": 16}"#,
                "original_max_position_embeddings and that of the configuration say different things"
            ),
            (
                #""rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "#
                    + #""high_freq_factor": 1.0, "original_max_position_embeddings": 16}"#,
                "must be above low_freq_factor"
            ),
            (
                #""rope_scaling": {"rope_type": "linear", "type": "default", "factor": 2.0}"#,
                "type and rope_type say different things"
            ),
        ] {
            let error = #expect(throws: ModelError.self) { try read(keys) }
            #expect("\(try #require(error))".contains(sentence), "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        (#"{"temperature": "hot"}"#, "temperature"), (#"{"eos_token_id": [true]}"#, "eos_token_id"),
        (#"[1]"#, "not a JSON object"), ("{", "line 1, column 2"),
        ("{\n  \"top_k\": 5,\n  \"top_k\": 6\n}", "line 3, column 10: the key \"top_k\" occurs twice"),
        (#"{"do_sample": true, "top_p": 1.5}"#, "top_p is 1.5; it is above 0 and at most 1"),
    ])
    func badGenerationDefaultsNameFileAndKey(text: String, sentence: String) throws {
        let folder = try sharded()
        try folder.write(text, to: "generation_config.json")
        let model = try ModelFolder(reference: folder.url.path) { _ in }
        let error = #expect(throws: ModelError.self) { try model.generationDefaults() }
        let description = "\(try #require(error))"
        #expect(description.contains("generation_config.json") && description.contains(sentence))
    }
}

/// Positions that a model has and those that it is served with.
@Suite struct ServedPositionsTests {
    @Test func stretchedPositionsAreNotServed() throws {
        let goldens = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Goldens/architectures")
        for (name, served, all) in [("phi3-longrope", 32, 64), ("llama-rope3", 64, 64)] {
            let folder = try ModelFolder(reference: goldens.appending(path: name).path) { _ in }
            #expect(folder.configuration.servedPositions == served)
            #expect(folder.configuration.maximumPositions == all)
        }
    }

    /// Every stored type into every kind, past the size of a piece.
    @Test(arguments: [StoredType.float32, .float16, .bfloat16, .float64])
    func weightsOfEveryTypeGoIntoEveryKind(_ type: StoredType) throws {
        var configuration = try GoldenDecoder("grouped").folder.configuration
        configuration.vocabularySize = 20_000
        let shapes = Decoder(configuration, precision: .f32, positions: 1, on: CPUBackend.shared)
            .parameters.publicShapes
        // Numbers that each type holds exactly, so that each kind has them too.
        func number(_ index: Int) -> Float { Float(index % 251 - 125) / 64 }
        func bytes(_ count: Int) -> [UInt8] {
            (0..<count).flatMap { index -> [UInt8] in
                let value = number(index), bits = value.bitPattern
                switch type {
                case .float32: return withUnsafeBytes(of: bits) { Array($0) }
                case .float64: return withUnsafeBytes(of: Double(value)) { Array($0) }
                case .bfloat16: return withUnsafeBytes(of: UInt16(bits >> 16)) { Array($0) }
                default:
                    let half =
                        value == 0
                        ? 0
                        : UInt16(bits >> 31) << 15
                            | UInt16((bits >> 23 & 0xff) - 112) << 10
                            | UInt16(bits >> 13 & 0x3ff)
                    return withUnsafeBytes(of: half) { Array($0) }
                }
            }
        }
        let folder = try TemporaryFolder()
        try folder.write(
            String(decoding: configuration.json(elementKind: "float32"), as: UTF8.self),
            to: "config.json")
        let writer = try SafetensorsWriter(
            tensors: shapes.map {
                TensorDeclaration(name: $0.name, type: type, shape: $0.shape.dimensions)
            })
        try writer.write(toFile: folder.file("model.safetensors").path) { tensor, sink in
            try sink.append(bytes(tensor.shape.reduce(1, *)))
        }
        let opened = try ModelFolder(reference: folder.url.path) { _ in }
        #expect(opened.storedTypes == [type])
        for frozen in [nil, FrozenForm.f32, .bf16] {
            for precision in [ElementKind.f32, .bf16] {
                let model = try opened.decoder(
                    precision: precision, frozen: frozen, on: CPUBackend.shared)
                for (name, tensor) in model.parameters.publicTensors {
                    let expected = (0..<tensor.count).map(number)
                    let read: [Float] = CPUBackend.shared.cast(tensor, to: .f32).read()
                    #expect(read == expected, "\(name) from \(type) to \(tensor.kind)")
                }
            }
        }
    }

    /// transformers takes the head then, and readers that take the table compute something else.
    @Test(arguments: [0, 1, 2]) func aTiedHeadThatDiffersIsRefused(_ kind: Int) throws {
        let whole = try GoldenDecoder("tied").folder
        let file = try #require(whole.weights.first)
        let folder = try TemporaryFolder()
        try folder.write(
            String(decoding: whole.folder.read("config.json"), as: UTF8.self), to: "config.json")
        let table = try file.entry("model.embed_tokens.weight")
        let head = TensorDeclaration(
            name: "lm_head.weight", type: table.type,
            shape: kind == 2 ? [table.shape[0] + 1, table.shape[1]] : table.shape)
        let writer = try SafetensorsWriter(
            tensors: file.entries.map {
                TensorDeclaration(name: $0.name, type: $0.type, shape: $0.shape)
            } + [head])
        try writer.write(toFile: folder.file("model.safetensors").path) { tensor, sink in
            guard tensor.name == head.name else { return try sink.append(file.read(tensor.name)) }
            var bytes = try file.read(table.name)
            if kind == 1 { bytes[bytes.count - 1] ^= 1 }
            if kind == 2 { bytes += [UInt8](repeating: 0, count: bytes.count / table.shape[0]) }
            try sink.append(bytes)
        }
        let opened = try ModelFolder(reference: folder.url.path) { _ in }
        guard kind > 0 else {
            _ = try opened.decoder(precision: .f32, on: CPUBackend.shared)
            return
        }
        let error = #expect(throws: ModelError.self) {
            try opened.decoder(precision: .f32, on: CPUBackend.shared)
        }
        #expect(error?.message.contains("two heads are meant") == true)
    }

    @Test func settingsOfManyMebibytesAreNotParsed() throws {
        let folder = try TemporaryFolder()
        let whole = try GoldenDecoder("grouped").folder.folder.read("config.json")
        try folder.write(
            String(decoding: whole, as: UTF8.self) + String(repeating: " ", count: 9 << 20),
            to: "config.json")
        let error = #expect(throws: CheckpointError.self) {
            try ModelFolder(reference: folder.url.path) { _ in }
        }
        #expect(error?.path.hasSuffix("config.json") == true)
        #expect(error?.message.contains("no file of settings") == true)
    }
}
