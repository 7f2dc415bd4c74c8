import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import Testing
import Transformers

/// Every architecture against `transformers`; remake with `Scripts/goldens/architectures.py`.
@Suite struct ArchitectureGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/architectures")

    private static let names: [String] = {
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    /// A golden model, and what it was asked.
    private struct Golden {
        let folder: ModelFolder
        let file: SafetensorsFile
        let batch: Int
        let time: Int
        let inputs: [Int32]
        let targets: [Int32]

        init(_ name: String) throws {
            let path = ArchitectureGoldenTests.folder.appending(path: name).path
            folder = try ModelFolder(reference: path) { _ in }
            file = try SafetensorsFile(path: path + "/golden.safetensors")
            let shape = try file.entry("ids").shape
            let ids = try file.withBytes(of: "ids") { Array($0.bindMemory(to: Int32.self)) }
            batch = shape[0]
            time = shape[1] - 1
            let width = shape[1]
            inputs = (0..<shape[0]).flatMap { ids[$0 * width..<($0 + 1) * width - 1] }
            targets = (0..<shape[0]).flatMap { ids[$0 * width + 1..<($0 + 1) * width] }
        }

        func floats(_ name: String) throws -> [Float] {
            try file.withBytes(of: name) { Array($0.bindMemory(to: Float.self)) }
        }

        func hidden(_ model: Decoder, on tape: Tape) -> Traced {
            model.hidden(
                Tensor(inputs, shape: [inputs.count], on: model.backend),
                in: model.rows(batch: batch, time: time), on: tape)
        }
    }

    @Test func thereIsOneOfEveryType() throws {
        let types = try Set(Self.names.map { try Golden($0).folder.configuration.modelType.name })
        #expect(types == Set(ModelType.all.map(\.name)))
    }

    @Test(arguments: names, DecoderGoldenTests.backends.indices)
    func logitsAndGradientsEqualThoseOfTransformers(_ name: String, _ backend: Int) throws {
        let golden = try Golden(name)
        let model = try golden.folder.decoder(
            precision: .f32, on: DecoderGoldenTests.backends[backend])
        let gradients = try #require(model.parameters.makeGradients())
        let tape = Tape(gradients: gradients)
        let hidden = golden.hidden(model, on: tape)
        let error = relativeError(model.logits(hidden.value).read(), try golden.floats("logits"))
        #expect(error < 1e-5, "logits: relative error \(error)")
        let count = golden.targets.count
        let loss = model.loss(
            hidden, targets: Tensor(golden.targets, shape: [count], on: model.backend),
            weights: Tensor([Float](repeating: 1, count: count), shape: [count], on: model.backend),
            normalizer: Double(count), on: tape)
        #expect(relativeError(loss.loss.value.read(), try golden.floats("loss")) < 1e-5)
        tape.backward(from: loss.loss)
        for parameter in model.parameters.all {
            var row = 0
            for part in parameter.parts {
                let ours = gradients[parameter.slot].rows(row..<row + part.rows).read()
                row += part.rows
                let error = relativeError(ours, try golden.floats("gradient.\(part.name)"))
                #expect(error < 1e-5, "\(part.name): relative error \(error)")
            }
        }
    }

    /// Prompts in pieces and tokens one by one, through the cache.
    @Test(arguments: names)
    func generationGivesTheSameLogits(_ name: String) throws {
        let golden = try Golden(name)
        var model = try golden.folder.decoder(precision: .f32, on: CPUBackend.shared)
        model.prepareForInference()
        let whole = model.logits(golden.hidden(model, on: Tape(gradients: nil)).value)
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
            let logits = model.logits(hidden.value)
            #expect(logits.read() == whole.rows(range).read(), "\(range)")
        }
    }

    /// Maps that are arranged as they are read, and of which nothing else is kept.
    @Test(arguments: names)
    func weightsArrangedAsTheyAreLoadedGiveTheSameLogits(_ name: String) throws {
        let golden = try Golden(name)
        let forms: [(ElementKind, InferenceWeights)] = [(.f32, .full), (.bf16, .full), (.f32, .int8)]
        for (precision, weights) in forms {
            func decoder(_ prepared: InferenceWeights?) throws -> Decoder {
                var model = try golden.folder.decoder(
                    precision: precision, frozen: FrozenForm(precision), prepared: prepared,
                    on: CPUBackend.shared)
                model.prepareForInference(weights)
                return model
            }
            let kept = try decoder(nil), loaded = try decoder(weights)
            func logits(_ model: Decoder) -> [Float] {
                model.logits(golden.hidden(model, on: Tape(gradients: nil)).value).read()
            }
            #expect(logits(loaded) == logits(kept), "\(precision), \(weights)")
            func bytes(_ model: Decoder) -> Int {
                model.parameters.all.filter { $0.role == .matrix }
                    .reduce(0) { $0 + $1.value.storage.byteCount }
            }
            #expect(bytes(kept) > 4096 && bytes(loaded) < bytes(kept) / 4)
        }
    }

    @Test(arguments: names)
    func bothSpellingsOfAConfigurationSayTheSame(_ name: String) throws {
        let path = Self.folder.appending(path: name)
        func read(_ file: String) throws -> ModelConfiguration {
            try ModelConfiguration(json: Data(contentsOf: path.appending(path: file)), path: file)
        }
        let configuration = try read("config.json")
        #expect(try read("older.json") == configuration)
        let written = try configuration.json(elementKind: "float32")
        #expect(try ModelConfiguration(json: written, path: "written") == configuration)
        // transformers takes no integer for these.
        let text = String(decoding: written, as: UTF8.self)
        #expect(try !text.contains(Regex(#""(rope_theta|[a-z_]+capping)" : \d+,?\n"#)))
        // What is written can be read in either spelling alone.
        let object = try JSONSerialization.jsonObject(with: written) as? [String: Any] ?? [:]
        for keys in [["rope_parameters", "dtype"], ["rope_theta", "rope_scaling", "torch_dtype"]] {
            let rest = object.filter { !keys.contains($0.key) }
            let data = try JSONSerialization.data(withJSONObject: rest)
            #expect(try ModelConfiguration(json: data, path: "half") == configuration, "\(keys)")
        }
    }

    @Test(arguments: names)
    func theCensusCountsEveryNumber(_ name: String) throws {
        let golden = try Golden(name)
        let model = Decoder(
            golden.folder.configuration, precision: .f32, on: ReferenceBackend.shared)
        #expect(Census(golden.folder.configuration).parameters == model.parameters.count)
    }
}
