import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import Testing
import Transformers

/// Adapters against PEFT; remake with `Scripts/goldens/adapters.py`.
@Suite struct AdapterGoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/adapters")

    static let names: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    /// A golden adapter with its base, and what the two were asked.
    struct Golden {
        /// The base, opened by the way that the adapter names.
        let folder: ModelFolder
        let adapter: AdapterFolder
        let file: SafetensorsFile
        let batch: Int
        let time: Int
        let inputs: [Int32]
        let targets: [Int32]

        init(_ name: String) throws {
            let path = AdapterGoldenTests.folder.appending(path: name).path
            folder = try ModelFolder(reference: path) { _ in }
            adapter = try #require(folder.adapter)
            file = try SafetensorsFile(path: path + "/golden.safetensors")
            let base = try SafetensorsFile(path: folder.path + "/golden.safetensors")
            let shape = try base.entry("ids").shape
            let ids = try base.withBytes(of: "ids") { Array($0.bindMemory(to: Int32.self)) }
            batch = shape[0]
            time = shape[1] - 1
            let width = shape[1]
            inputs = (0..<shape[0]).flatMap { ids[$0 * width..<($0 + 1) * width - 1] }
            targets = (0..<shape[0]).flatMap { ids[$0 * width + 1..<($0 + 1) * width] }
        }

        func floats(_ name: String) throws -> [Float] {
            try file.withBytes(of: name) { Array($0.bindMemory(to: Float.self)) }
        }

        func hidden(_ model: Decoder, recompute: Bool = false, on tape: Tape) -> Traced {
            model.hidden(
                Tensor(inputs, shape: [inputs.count], on: model.backend),
                in: model.rows(batch: batch, time: time), recompute: recompute, on: tape)
        }

        func loss(_ model: Decoder, recompute: Bool = false, on tape: Tape) -> TracedLoss {
            let count = targets.count
            return model.loss(
                hidden(model, recompute: recompute, on: tape),
                targets: Tensor(targets, shape: [count], on: model.backend),
                weights: Tensor(
                    [Float](repeating: 1, count: count), shape: [count], on: model.backend),
                normalizer: Double(count), on: tape)
        }

        /// The base held as it is said, with the adapter beside it.
        func frozen(_ form: FrozenForm, on backend: any Backend) throws -> Decoder {
            let base = Decoder(
                folder.configuration, precision: .f32, frozen: form, on: backend)
            try base.load(from: folder.weights)
            return try base.adapted(by: adapter, of: folder)
        }
    }

    @Test func everyKindIsThere() throws {
        let all = try Self.names.map { try Golden($0) }
        #expect(
            Set(all.map(\.folder.configuration.modelType.name)).count == ModelType.all.count)
        #expect(all.contains { $0.adapter.configuration.isRankStabilized })
        #expect(all.contains { $0.adapter.configuration.hasMagnitudes })
        #expect(all.contains { !$0.adapter.configuration.rankPattern.isEmpty })
    }

    /// The bases are stored in bf16, so that holding them so loses nothing.
    @Test(arguments: names, [FrozenForm.f32, .bf16])
    func logitsAndGradientsEqualThoseOfPEFT(_ name: String, _ form: FrozenForm) throws {
        let golden = try Golden(name)
        for backend in DecoderGoldenTests.backends {
            let model = try golden.frozen(form, on: backend)
            let logits = model.logits(golden.hidden(model, on: Tape(gradients: nil)).value)
            let error = relativeError(logits.read(), try golden.floats("logits"))
            #expect(error < 1e-5, "logits: relative error \(error)")
            for recompute in [false, true] {
                let gradients = try #require(model.trained.makeGradients())
                let tape = Tape(gradients: gradients)
                let loss = golden.loss(model, recompute: recompute, on: tape)
                #expect(
                    relativeError(loss.loss.value.read(), try golden.floats("loss")) < 1e-5)
                tape.backward(from: loss.loss)
                for parameter in model.trained.all {
                    let error = relativeError(
                        gradients[parameter.slot].read(),
                        try golden.floats("gradient.\(parameter.name)"))
                    #expect(error < 1e-5, "\(parameter.name): relative error \(error)")
                }
            }
        }
    }

    /// Prompts in pieces and tokens one by one, through the cache, with weights arranged for it.
    @Test(arguments: names)
    func generationGivesTheSameLogits(_ name: String) throws {
        let golden = try Golden(name)
        var model = try golden.folder.decoder(precision: .f32, on: CPUBackend.shared)
        model.prepareForInference()
        let whole = model.logits(golden.hidden(model, on: Tape(gradients: nil)).value)
        #expect(relativeError(whole.read(), try golden.floats("logits")) < 1e-5)
        let cache = model.makeCache(slots: 2, capacity: golden.time)
        for range in [0..<5, 5..<6, 6..<golden.time] {
            let count = range.count
            let positions = range.map(Int32.init)
            let context = SequenceContext(
                batch: 1, time: count,
                positions: Tensor(positions, shape: [count], on: model.backend),
                table: model.rotary,
                memory: .cache(
                    cache, slots: Array(repeating: 1, count: count), positions: positions))
            let hidden = model.hidden(
                Tensor(Array(golden.inputs[range]), shape: [count], on: model.backend),
                in: context, on: Tape(gradients: nil))
            #expect(model.logits(hidden.value).read() == whole.rows(range).read(), "\(range)")
        }
    }

    /// Gradients through weights of 8 bits are those through the numbers that they stand for.
    @Test(arguments: ["lora", "dora", "dora-fused", "rslora"])
    func eightBitsAreTheNumbersThatTheyStandFor(_ name: String) throws {
        let golden = try Golden(name)
        let backend = CPUBackend.shared
        let rounded = try golden.frozen(.int8, on: backend)
        // The same base with every map's weight replaced by what its 8 bits stand for.
        let base = Decoder(
            golden.folder.configuration, precision: .f32, frozen: .f32, on: backend)
        try base.load(from: golden.folder.weights)
        for parameter in base.parameters.all where parameter.role == .matrix {
            let numbers = backend.dequantized(backend.quantized(parameter.value), to: .f32)
            backend.copy(numbers, to: parameter.value)
        }
        let plain = try base.adapted(by: golden.adapter, of: golden.folder)
        var all: [[[Float]]] = []
        for model in [rounded, plain] {
            let gradients = try #require(model.trained.makeGradients())
            let tape = Tape(gradients: gradients)
            tape.backward(from: golden.loss(model, on: tape).loss)
            all.append(model.trained.all.map { gradients[$0.slot].read() })
        }
        #expect(all[0] == all[1])
        let logits = rounded.logits(golden.hidden(rounded, on: Tape(gradients: nil)).value)
        let error = relativeError(logits.read(), try golden.floats("logits"))
        #expect(error > 1e-5 && error < 0.05, "8 bits are off by \(error)")
    }

    /// One base, several adapters: each answers as if it were alone, and the base as without any.
    @Test func adaptersShareABase() throws {
        let golden = try Golden("lora")
        let base = try ModelFolder(golden.folder.folder).decoder(
            precision: .f32, on: CPUBackend.shared)
        func logits(_ model: Decoder) -> [Float] {
            model.logits(golden.hidden(model, on: Tape(gradients: nil)).value).read()
        }
        let plain = logits(base)
        let one = try base.adapted(by: golden.adapter, of: golden.folder)
        let fresh = try Adapter(
            AdapterConfiguration(rank: 2, alpha: 4, targets: .names(["q_proj"])),
            of: base.configuration, precision: .f32, on: CPUBackend.shared)
        let two = base.adapted(by: fresh, seed: 1)
        #expect(relativeError(logits(one), try golden.floats("logits")) < 1e-5)
        #expect(logits(two) == plain)
        let values = [Float](repeating: 0.25, count: fresh.parameters.all[1].shape.count)
        fresh.parameters.all[1].load { _ in values }
        two.refresh()
        let changed = logits(two)
        #expect(changed != plain && changed != logits(one))
        #expect(logits(base) == plain)
        // An adapted decoder that is adapted again has the other adapter alone.
        #expect(logits(one.adapted(by: fresh)) == changed)
    }
}
