import Checkpoints
import Corpora
import Foundation
import Layers
import Naming
import Optimizers
import Tensors
import TestSupport
import Testing
import Training
import Transformers

extension TrainerTests {
    /// Runs that train adapters: what they write, and that stopping changes nothing.
    @Suite struct AdapterRunTests {
        /// A base in a folder of its own, and a run beside it.
        private func run(_ lora: LoRASettings, steps: Int = 6) throws -> (
            base: TinyRun, run: TinyRun
        ) {
            let base = try TinyRun(steps: 2)
            try base.train()
            let run = try TinyRun(steps: steps)
            run.configuration.model = .folder(base.path)
            run.configuration.tokenizer = .model
            run.configuration.lora = lora
            return (base, run)
        }

        static let kinds: [LoRASettings] = [
            LoRASettings(adapter: .init(rank: 2, alpha: 4)),
            LoRASettings(
                adapter: .init(rank: 3, alpha: 4, dropout: 0.3, isRankStabilized: true),
                base: .bf16,
                upRate: 8),
            LoRASettings(
                adapter: .init(
                    rank: 2, alpha: 4, dropout: 0.1, targets: .names(["q_proj", "down_proj"]),
                    hasMagnitudes: true), base: .int8),
        ]

        private static let adapterName = "adapter_model.safetensors"

        /// Stopped between two checkpoints, or killed so that the steps after one are lost.
        @Test(arguments: kinds.indices) func aStoppedRunGoesOnBitForBit(_ kind: Int) throws {
            let (base, whole) = try run(Self.kinds[kind])
            _ = base
            whole.configuration.checkpoints.keepLast = 20
            try whole.train()
            let names = [Self.adapterName, "optimizer.safetensors"]
            let wanted = try names.map { try tensors(whole, $0) }
            let metrics = try whole.metrics()
            for stop in [1, 3] {
                let stopped = try TinyRun(steps: 6)
                stopped.configuration = whole.configuration
                stopped.configuration.outputPath = stopped.folder.file("run").path
                let log = RunLog()
                log.onStep = { if $0.step == stop { StopSignal.request() } }
                let summary = try stopped.train(observer: log)
                StopSignal.reset()
                #expect(summary.ending == .interrupted && summary.steps == stop)
                #expect(try stopped.train(resumes: true).steps == 6)
                #expect(
                    try names.map { try tensors(stopped, $0) } == wanted, "stopped after \(stop)")
                #expect(try stopped.metrics() == metrics)
            }
            for step in [4, 2] {
                try whole.forgetCheckpoints(after: step)
                #expect(try whole.train(resumes: true).steps == 6)
                #expect(try names.map { try tensors(whole, $0) } == wanted, "killed after \(step)")
            }
        }

        /// The tensors of a checkpoint's file; its metadata tells where the run lies.
        private func tensors(_ run: TinyRun, _ name: String, step: Int = 6) throws -> [String:
            [UInt8]]
        {
            let path = run.path + String(format: "/checkpoints/step-%06d/", step) + name
            let file = try SafetensorsFile(path: path)
            return Dictionary(
                uniqueKeysWithValues: try file.names.map { ($0, try file.read($0)) })
        }

        @Test func aCheckpointIsAnAdapterThatNamesItsBase() throws {
            let (base, run) = try run(Self.kinds[0])
            let before = try base.weights(step: 2)
            let log = RunLog()
            let summary = try run.train(observer: log)
            #expect(try #require(summary.heldOutAfter).loss < summary.heldOutBefore?.loss ?? 0)
            #expect(try base.weights(step: 2) == before)
            let path = run.path + "/checkpoints/step-000006"
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(!names.contains("config.json") && !names.contains("model.safetensors"))
            #expect(
                Set(names).isSuperset(of: [
                    "adapter_config.json", Self.adapterName, "optimizer.safetensors", "state.json",
                    "manifest.json", "tokenizer.json",
                ]))
            let opened = try ModelFolder(reference: run.path) { _ in }
            let adapter = try #require(opened.adapter)
            let hash = try #require(adapter.baseHash)
            #expect(try opened.contentHash() == hash)
            let parents = try #require(adapter.folder.manifest).parents
            #expect(parents[opened.path] == hash.hex, "\(parents)")
            // Optimizer state is for the adapter alone.
            let moments = try tensors(run, "optimizer.safetensors")
            #expect(moments.keys.allSatisfy { $0.contains(".lora_") })
        }

        @Test func movingRunAndBaseTogetherLosesNothing() throws {
            let (base, run) = try run(Self.kinds[0], steps: 2)
            try run.train()
            let folder = try TemporaryFolder()
            // The way from one to the other stays the same.
            for made in [base, run] {
                let name = made.folder.url.lastPathComponent
                try FileManager.default.copyItem(at: made.folder.url, to: folder.file(name))
                try FileManager.default.removeItem(at: made.folder.url)
            }
            let moved = folder.file(run.folder.url.lastPathComponent).appending(path: "run").path
            #expect(try ModelFolder(reference: moved) { _ in }.adapter != nil)
        }

        @Test func anotherBaseIsRefusedByNameAndHash() throws {
            let (base, run) = try run(Self.kinds[0], steps: 4)
            try run.train()
            let opened = try ModelFolder(reference: base.path) { _ in }
            let weights = opened.path + "/model.safetensors"
            var bytes = try Data(contentsOf: URL(filePath: weights))
            bytes[bytes.count - 2] ^= 1
            try bytes.write(to: URL(filePath: weights))
            try FileManager.default.removeItem(atPath: opened.path + "/manifest.json")
            run.configuration.model = .folder(opened.path)
            run.configuration.budget = .steps(6)
            let error = #expect(throws: TrainingError.self) { try run.train(resumes: true) }
            let sentence = error?.message ?? ""
            #expect(sentence.contains(opened.path) && sentence.contains(run.path), "\(sentence)")
            #expect(sentence.contains("hash"))
            let other = #expect(throws: ModelError.self) {
                try ModelFolder(reference: run.path) { _ in }
            }
            #expect(other?.description.contains(opened.path) == true)
            #expect(other?.description.contains(run.path) == true)
            try FileManager.default.removeItem(atPath: opened.path)
            let missing = #expect(throws: TrainingError.self) { try run.train(resumes: true) }
            #expect(missing?.message.contains(opened.path) == true, "\(missing?.message ?? "")")
            #expect(missing?.message.contains(run.path) == true)
        }

        @Test func aChangedRecipeIsRefusedOnResuming() throws {
            let (base, run) = try run(Self.kinds[0], steps: 2)
            _ = base
            try run.train()
            run.configuration.budget = .steps(4)
            let asked = run.configuration
            func refused(_ words: String, _ change: (inout RunConfiguration) -> Void) {
                run.configuration = asked
                change(&run.configuration)
                let error = #expect(throws: TrainingError.self) { try run.train(resumes: true) }
                #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            }
            refused("rank 2, scale 2.0, dropout 0.0") { $0.lora?.adapter.rank = 4 }
            refused("7 adapted maps") { $0.lora?.adapter.targets = .names(["q_proj"]) }
            refused("magnitudes") { $0.lora?.adapter.hasMagnitudes = true }
            refused("put lora back") { $0.lora = nil }
            run.configuration = asked
            #expect(try run.train(resumes: true).steps == 4)
        }

        @Test func adaptersNeedAModelThatLearnedAndAreNotStacked() throws {
            let fresh = try TinyRun(steps: 2)
            fresh.configuration.lora = Self.kinds[0]
            let none = #expect(throws: TrainingError.self) { try fresh.train() }
            #expect(none?.message.contains("model.init has learned nothing") == true)
            let (base, run) = try run(Self.kinds[0], steps: 2)
            _ = base
            try run.train()
            for lora in [Self.kinds[0], nil] {
                let next = try TinyRun(steps: 2)
                next.configuration.model = .folder(run.path)
                next.configuration.tokenizer = .model
                next.configuration.lora = lora
                let error = #expect(throws: TrainingError.self) { try next.train() }
                #expect(error?.message.contains("nightjar merge") == true)
            }
            let wrong = try TinyRun(steps: 2)
            wrong.configuration = run.configuration
            wrong.configuration.outputPath = wrong.folder.file("run").path
            wrong.configuration.lora?.adapter.targets = .names(["q_porj"])
            let error = #expect(throws: ModelError.self) { try wrong.train() }
            #expect(error?.message.contains("\"q_proj\"?") == true)
        }

        @Test func rollingBackPutsTheAdapterBack() throws {
            let (base, run) = try run(Self.kinds[2], steps: 8)
            _ = base
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: 2, keepLast: 20, keepBest: 0)
            let hooks = ClosureHooks()
            hooks.onDecide = { $0.step == 6 ? .rollback(reason: "spike") : .keep }
            try run.train(hooks: hooks)
            #expect(
                try tensors(run, Self.adapterName, step: 6)
                    == tensors(run, Self.adapterName, step: 4))
            #expect(
                try tensors(run, Self.adapterName, step: 8)
                    != tensors(run, Self.adapterName, step: 4))
        }

        @Test func theRateOfBIsItsOwn() throws {
            let (base, plain) = try run(LoRASettings(adapter: .init(rank: 2, alpha: 4)), steps: 1)
            _ = base
            plain.configuration.gradientClip = nil
            plain.configuration.schedule = .constant(.init())
            try plain.train()
            let faster = try TinyRun(steps: 1)
            faster.configuration = plain.configuration
            faster.configuration.outputPath = faster.folder.file("run").path
            faster.configuration.lora?.upRate = 4
            try faster.train()
            func numbers(_ run: TinyRun) throws -> [String: [Float]] {
                try tensors(run, Self.adapterName, step: 1).mapValues { bytes in
                    bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
                }
            }
            let (one, four) = (try numbers(plain), try numbers(faster))
            for (name, values) in one {
                let others = try #require(four[name])
                for (value, other) in zip(values, others) {
                    // B begins at zero, so that its first move is the rate times Adam's ratio.
                    let expected = name.contains("lora_B") ? 4 * value : value
                    #expect(abs(other - expected) <= 1e-6 * max(1e-3, abs(expected)), "\(name)")
                }
            }
            #expect(one.contains { $0.key.contains("lora_B") && $0.value.contains { $0 != 0 } })
        }

        @Test func supervisedRunsTrainAdaptersToo() throws {
            let base = try SupervisedRun.make(steps: 2)
            try base.train()
            let run = try SupervisedRun.make(steps: 4)
            run.configuration.model = .folder(base.path)
            run.configuration.tokenizer = .model
            run.configuration.chatTemplate = .model
            run.configuration.lora = Self.kinds[1]
            try run.train()
            #expect(try ModelFolder(reference: run.path) { _ in }.adapter != nil)
        }

        @Test func memoryIsThatOfTheAdapter() throws {
            let model = ModelConfiguration(
                vocabularySize: 4096, hiddenSize: 512, intermediateSize: 1376, layerCount: 8,
                headCount: 8, tiesEmbeddings: true)
            let modules = try AdapterConfiguration().modules(of: model)
            func bytes(_ adapted: [AdaptedModule]?, _ form: FrozenForm?) -> Int {
                MemoryEstimate(
                    training: model, adapted: adapted, frozen: form, rows: 1, time: 256,
                    precision: .bf16, optimizer: .adamW(.init()), recomputes: true
                ).bytes
            }
            let full = bytes(nil, nil)
            #expect(bytes(modules, .int8) < bytes(modules, .bf16))
            #expect(bytes(modules, .bf16) < bytes(modules, .f32))
            #expect(bytes(modules, .f32) < full)
        }
    }
}
