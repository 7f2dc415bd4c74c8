import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Transformers

/// What adapters begin with, and which are refused.
@Suite struct AdapterTests {
    private static let architectures = AdapterGoldenTests.folder.deletingLastPathComponent()
        .appending(path: "architectures")

    private static let bases: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: architectures.path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    private func base(_ name: String) throws -> ModelFolder {
        try ModelFolder(reference: Self.architectures.appending(path: name).path) { _ in }
    }

    /// The maps by their sizes are those that the decoder has.
    @Test(arguments: bases) func modulesAreTheDecodersMaps(_ name: String) throws {
        let configuration = try base(name).configuration
        let decoder = Decoder(configuration, precision: .f32, positions: 1, on: CPUBackend.shared)
        let maps = decoder.parameters.all.filter { $0.role == .matrix }
        let parts = maps.flatMap { map in
            map.parts.map { AdaptableShape($0.name, inputs: map.shape[1], outputs: $0.rows) }
        }
        #expect(
            parts
                == configuration.adaptableModules.map {
                    AdaptableShape($0.name + ".weight", inputs: $0.inputs, outputs: $0.outputs)
                })
    }

    private struct AdaptableShape: Equatable {
        let name: String
        let inputs: Int
        let outputs: Int

        init(_ name: String, inputs: Int, outputs: Int) {
            self.name = name
            self.inputs = inputs
            self.outputs = outputs
        }
    }

    /// B is zero and lengths are the base's own, so that nothing changes before training does.
    @Test(arguments: bases, [false, true]) func aNewAdapterChangesNothing(
        _ name: String, dora: Bool
    ) throws {
        let folder = try base(name)
        let decoder = try folder.decoder(precision: .f32, on: CPUBackend.shared)
        let adapter = try Adapter(
            AdapterConfiguration(rank: 3, hasMagnitudes: dora), of: folder.configuration,
            precision: .f32, on: CPUBackend.shared)
        let adapted = decoder.adapted(by: adapter, seed: 5)
        func logits(_ model: Decoder) -> [Float] {
            let ids = Tensor([Int32](1...6), shape: [6], on: model.backend)
            let hidden = model.hidden(
                ids, in: model.rows(batch: 1, time: 6), on: Tape(gradients: nil))
            return model.logits(hidden.value).read()
        }
        if dora {
            #expect(relativeError(logits(adapted), logits(decoder)) < 1e-6)
        } else {
            #expect(logits(adapted) == logits(decoder))
        }
        // A is uniform up to 1 / √inputs, as PEFT draws it.
        for module in adapter.modules {
            let a = try #require(adapter[module.name]).down.value.read()
            let bound = 1 / Float(module.module.inputs).squareRoot()
            #expect(a.allSatisfy { abs($0) <= bound } && Set(a).count > 1)
        }
    }

    @Test func drawsFollowTheSeedAndTheName() throws {
        let folder = try base("llama-rope3")
        func numbers(_ seed: UInt64, _ targets: AdapterTargets) throws -> [String: [Float]] {
            let decoder = try folder.decoder(precision: .f32, on: CPUBackend.shared)
            let adapter = try Adapter(
                AdapterConfiguration(rank: 2, targets: targets), of: folder.configuration,
                precision: .f32, on: CPUBackend.shared)
            _ = decoder.adapted(by: adapter, seed: seed)
            return Dictionary(
                uniqueKeysWithValues: adapter.parameters.publicTensors.map {
                    ($0.name, $0.tensor.read())
                })
        }
        let all = try numbers(1, .allLinear)
        let some = try numbers(1, .names(["q_proj"]))
        #expect(some.allSatisfy { all[$0.key] == $0.value })
        let other = try numbers(2, .names(["q_proj"]))
        #expect(other.contains { some[$0.key] != $0.value })
    }

    @Test(arguments: [
        (AdapterTargets.names(["q_porj"]), "\"q_proj\"?"),
        (.names(["q_proj", "w1"]), "\"w1\""),
        (.names(["lm_head"]), "the head or the embedding"),
        (.pattern("model.layers.9..*"), "\"q_proj\""),
        (.pattern("(q_proj"), "is no pattern"),
    ])
    func targetsThatFitNothingAreRefused(_ targets: AdapterTargets, _ words: String) throws {
        let model = try base("llama-rope3").configuration
        let error = #expect(throws: ModelError.self) { try targets.check(against: model) }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func aPatternThatExplodesIsGivenUp() throws {
        let model = try base("llama-rope3").configuration
        let error = #expect(throws: ModelError.self) {
            try AdapterTargets.pattern("(([a-z0-9._]+)+)+[A-Z]").check(against: model)
        }
        #expect(error?.message.contains("is given up") == true, "\(error?.message ?? "")")
    }

    /// Any byte of the file may be another: it is read, or refused as a mistake of the user's.
    @Test func mutatedConfigurationsAreReadOrRefused() throws {
        let models = try ["llama-odd-heads", "phi3"].map { try base($0).configuration }
        var random = SplitMix64(seed: 77)
        var refused = 0
        for name in ["lora", "patterns", "one-layer", "rslora-dora"] {
            let whole = [UInt8](
                try Data(
                    contentsOf: AdapterGoldenTests.folder.appending(
                        path: "\(name)/adapter_config.json")))
            for _ in 0..<Fuzzing.rounds(1250) {
                let bytes = Fuzzing.mutated(whole, fragments: Fuzzing.jsonFragments, &random)
                do {
                    let read = try AdapterConfiguration(json: Data(bytes), path: "mutant")
                    for model in models { _ = try read.modules(of: model) }
                } catch let error as ModelError {
                    refused += 1
                    #expect(!error.message.isEmpty)
                }
            }
        }
        #expect(refused > 1000)
    }

    @Test func aRankThatTheFileDoesNotHoldTakesNoMemory() throws {
        let base = Self.architectures.appending(path: "llama-odd-heads").path
        let (folder, path) = try copy(of: "lora", base: base) { target in
            let file = target.appending(path: "adapter_config.json")
            var object =
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
                ?? [:]
            object["r"] = 65_536
            try JSONSerialization.data(withJSONObject: object).write(to: file)
        }
        _ = folder
        let opened = try ModelFolder(reference: path) { _ in }
        let error = #expect(throws: ModelError.self) {
            try opened.decoder(precision: .f32, on: CPUBackend.shared)
        }
        #expect(error?.message.contains("has the shape") == true, "\(error?.message ?? "")")
    }

    /// Everything that PEFT's file can ask for and that is not built is refused by its name.
    @Test(arguments: [
        (#""bias": "all""#, "bias = all"), (#""fan_in_fan_out": true"#, "fan_in_fan_out = true"),
        (#""lora_bias": true"#, "lora_bias = true"),
        (#""modules_to_save": ["lm_head"]"#, "modules_to_save"),
        (#""layers_to_transform": [0]"#, "layers_to_transform"),
        (#""exclude_modules": "q_proj""#, "exclude_modules"),
        (#""layer_replication": [[0, 2]]"#, "layer_replication"),
        (#""trainable_token_indices": [1]"#, "trainable_token_indices"),
        (#""target_parameters": ["x"]"#, "target_parameters"),
        (#""use_qalora": true"#, "use_qalora"),
        (#""megatron_config": {"a": 1}"#, "megatron_config"),
        (#""init_lora_weights": "pissa""#, "init_lora_weights = pissa"),
        (#""init_lora_weights": "loftq""#, "init_lora_weights = loftq"),
        (#""peft_type": "LOHA""#, "peft_type = LOHA"), (#""task_type": "SEQ_CLS""#, "task_type"),
        (#""something_new": 0.5"#, "something_new = 0.5"), (#""r": 0"#, "The rank is 0"),
        (#""r": "8""#, "r must be a whole number"), (#""lora_alpha": 0"#, "alpha is 0"),
        (#""target_modules": null"#, "target_modules"),
        (#""target_modules": [3]"#, "target_modules"),
        (#""lora_dropout": 1.5"#, "dropout is 1.5"),
        (#""rank_pattern": {"q_proj": 0.5}"#, "rank_pattern.q_proj"),
        (#""use_dora": 1"#, "use_dora must be true or false"),
    ])
    func configurationsThatComputeSomethingElseAreRefused(_ key: String, _ words: String) throws {
        var object = try #require(
            JSONSerialization.jsonObject(
                with: Data(
                    contentsOf: AdapterGoldenTests.folder.appending(
                        path: "lora/adapter_config.json"))) as? [String: Any])
        let change = try #require(
            JSONSerialization.jsonObject(with: Data("{\(key)}".utf8)) as? [String: Any])
        object.merge(change) { $1 }
        let json = try JSONSerialization.data(withJSONObject: object)
        let error = #expect(throws: ModelError.self) {
            try AdapterConfiguration(json: json, path: "adapter_config.json")
        }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.path == "adapter_config.json")
    }

    @Test func patternsThatContradictEachOtherAreRefused() throws {
        var configuration = AdapterConfiguration()
        configuration.rankPattern = ["q_proj": 4, "layers.0.self_attn.q_proj": 8]
        let model = try base("llama-rope3").configuration
        let error = #expect(throws: ModelError.self) { try configuration.modules(of: model) }
        #expect(error?.message.contains("Two patterns of rank_pattern") == true)
    }

    @Test func whatIsWrittenIsRead() throws {
        let model = try base("phi3").configuration
        for targets in [AdapterTargets.allLinear, .names(["qkv_proj"]), .pattern(".*down_proj")] {
            var written = AdapterConfiguration(
                rank: 7, alpha: 3.5, dropout: 0.25, targets: targets, isRankStabilized: true,
                hasMagnitudes: true)
            written.rankPattern = ["down_proj": 3]
            written.alphaPattern = ["qkv_proj": 9]
            let json = try written.json(base: "/somewhere/else", model: model)
            let read = try AdapterConfiguration(json: json, path: "written")
            #expect(try read.modules(of: model) == written.modules(of: model))
            // PEFT fits an expression to modules that are no linear map too, and stops there.
            guard case .names(let names) = read.targets else {
                Issue.record("\(read.targets)")
                continue
            }
            #expect(!names.isEmpty && names.allSatisfy { !$0.contains("*") })
        }
    }

    // MARK: Folders

    /// A copy of a golden adapter with another base.
    private func copy(
        of name: String, base: String, change: (URL) throws -> Void = { _ in }
    ) throws -> (TemporaryFolder, String) {
        let folder = try TemporaryFolder()
        let target = folder.file("adapter")
        try FileManager.default.copyItem(
            at: AdapterGoldenTests.folder.appending(path: name), to: target)
        let file = target.appending(path: "adapter_config.json")
        var object =
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        object["base_model_name_or_path"] = base
        try JSONSerialization.data(withJSONObject: object).write(to: file)
        try change(target)
        return (folder, target.path)
    }

    @Test func aBaseThatIsNotThereIsNamedAndCanBeGiven() throws {
        let (folder, path) = try copy(of: "lora", base: "some-company/some-model")
        let error = #expect(throws: ModelError.self) { try ModelFolder(reference: path) { _ in } }
        let sentence = error?.description ?? ""
        #expect(sentence.contains(path) && sentence.contains("some-company/some-model"))
        #expect(sentence.contains("--base"))
        let base = Self.architectures.appending(path: "llama-odd-heads").path
        #expect(try ModelFolder(reference: path, base: base) { _ in }.path == base)
        // A way from the adapter's folder is found too.
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("base").path, withDestinationPath: base)
        let (near, nearPath) = try copy(of: "lora", base: "base") { target in
            try FileManager.default.createSymbolicLink(
                atPath: target.appending(path: "base").path, withDestinationPath: base)
        }
        _ = near
        #expect(try ModelFolder(reference: nearPath) { _ in }.adapter != nil)
        #expect(throws: ModelError.self) {
            try ModelFolder(reference: base, base: base) { _ in }
        }
    }

    @Test(arguments: [
        ("llama-rope3", "has the shape"), ("phi3", "lack"), ("gemma2", "lack"),
    ])
    func anAdapterForAnotherBaseIsRefused(_ other: String, _ words: String) throws {
        let base = Self.architectures.appending(path: other).path
        let (folder, path) = try copy(of: "lora", base: base)
        _ = folder
        let opened = try ModelFolder(reference: path) { _ in }
        let error = #expect(throws: ModelError.self) {
            try opened.decoder(precision: .f32, on: CPUBackend.shared)
        }
        let sentence = error?.description ?? ""
        #expect(
            sentence.contains(base) && sentence.contains("adapter"),
            "\(words): \(sentence)")
    }

    @Test func whatIsLeftOverIsRefused() throws {
        let base = Self.architectures.appending(path: "llama-odd-heads").path
        let (folder, path) = try copy(of: "lora", base: base) { target in
            let file = target.appending(path: "adapter_config.json")
            var object =
                try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
                ?? [:]
            object["target_modules"] = ["q_proj"]
            try JSONSerialization.data(withJSONObject: object).write(to: file)
        }
        _ = folder
        let opened = try ModelFolder(reference: path) { _ in }
        let error = #expect(throws: ModelError.self) {
            try opened.decoder(precision: .f32, on: CPUBackend.shared)
        }
        #expect(error?.message.contains("hold") == true, "\(error?.message ?? "")")
    }

    @Test func pickledAndMissingWeightsAreRefused() throws {
        let base = Self.architectures.appending(path: "llama-odd-heads").path
        let (folder, path) = try copy(of: "lora", base: base) { target in
            try FileManager.default.moveItem(
                at: target.appending(path: "adapter_model.safetensors"),
                to: target.appending(path: "adapter_model.bin"))
        }
        _ = folder
        let error = #expect(throws: ModelError.self) { try ModelFolder(reference: path) { _ in } }
        #expect(error?.message.contains("can run code") == true)
    }

    @Test func aWholeModelIsWantedWhereAnAdapterIsNot() throws {
        let path = AdapterGoldenTests.folder.appending(path: "lora").path
        let folder = try CheckpointFolder(path: path, requiresManifest: false)
        let error = #expect(throws: ModelError.self) { try ModelFolder(folder) }
        #expect(error?.message.contains("nightjar merge") == true)
        let opened = try ModelFolder(reference: path) { _ in }
        let other = #expect(throws: ModelError.self) { try WeightSource(opened) }
        #expect(other?.message.contains("nightjar merge") == true)
    }
}
