import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import Exports

/// Adapters merged into their bases, and written for other tools.
@Suite struct AdapterMergeTests {
    /// A random base with an adapter beside it, whose numbers are random too.
    private struct Adapted {
        let base: RandomModel
        let path: String

        init(_ kind: String, _ configuration: AdapterConfiguration, tokenizer: Bool = false) throws
        {
            base = try RandomModel(kind)
            let folder = try base.open()
            let adapter = try Adapter(
                configuration, of: folder.configuration, precision: .f32, on: CPUBackend.shared)
            let decoder = try folder.decoder(precision: .f32, on: CPUBackend.shared)
                .adapted(by: adapter, seed: 3)
            var random = SplitMix64(seed: 8)
            for parameter in adapter.parameters.all {
                let start = parameter.value.read()
                parameter.load { _ in
                    start.map {
                        parameter.role == .magnitude
                            ? $0 * Float(1 + 0.2 * random.normal())
                            : $0 + Float(0.1 * random.normal())
                    }
                }
            }
            decoder.refresh()
            path = base.file("adapter")
            let named = try AdapterBase(folder)
            var files = [
                CheckpointFile(
                    "adapter_config.json",
                    bytes: Array(
                        try configuration.json(base: named.path, model: folder.configuration)))
            ]
            let tensors = adapter.parameters.publicTensors
            let values = Dictionary(
                uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor.read()) })
            files.append(
                CheckpointFile(
                    "adapter_model.safetensors",
                    tensors: tensors.map {
                        TensorDeclaration(
                            name: $0.name, type: .float32, shape: $0.tensor.shape.dimensions)
                    }, metadata: named.metadata(from: path)
                ) { tensor, sink in try sink.append(values[tensor.name] ?? []) })
            if tokenizer {
                files += try ByteTokenizer().huggingFaceFiles().map {
                    CheckpointFile($0.name, bytes: $0.contents)
                }
                files.append(CheckpointFile("chat_template.jinja", text: "{{ 'adapted' }}"))
            }
            _ = try CheckpointContents(files: files).write(
                step: 7, to: AtomicFolder(newAt: path))
        }

        func open() throws -> ModelFolder { try ModelFolder(reference: path) { _ in } }
    }

    private func logits(_ folder: ModelFolder) throws -> [Float] {
        let ids: [Int32] = [5, 9, 200, 31, 77, 12, 150, 3]
        let model = try folder.decoder(
            precision: .f32, positions: ids.count, on: CPUBackend.shared)
        let shape: Shape = [ids.count]
        let context = SequenceContext(
            batch: 1, time: ids.count,
            positions: Tensor(ids.indices.map(Int32.init), shape: shape, on: model.backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor(
                    [Int32](repeating: 0, count: ids.count), shape: shape, on: model.backend)))
        let hidden = model.hidden(
            Tensor(ids, shape: shape, on: model.backend), in: context, on: Tape(gradients: nil))
        return model.logits(hidden.value).read()
    }

    private func relativeError(_ a: [Float], _ b: [Float]) -> Double {
        let difference = zip(a, b).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
        let norm = b.reduce(0.0) { $0 + pow(Double($1), 2) }
        return (difference / norm).squareRoot()
    }

    static let configurations: [AdapterConfiguration] = [
        .init(rank: 3, alpha: 5),
        .init(rank: 4, alpha: 2, targets: .names(["down_proj", "o_proj"]), isRankStabilized: true),
        .init(rank: 2, alpha: 4, hasMagnitudes: true),
        .init(rank: 4, alpha: 3, isRankStabilized: true, hasMagnitudes: true),
    ]

    @Test(arguments: FolderExportTests.kinds, configurations.indices)
    func theMergedModelAnswersAsTheTwo(_ kind: String, _ index: Int) throws {
        let made = try Adapted(kind, Self.configurations[index])
        let both = try made.open()
        let merge = try AdapterMerge(both, type: .f32, shardByteCount: 20_000)
        _ = try merge.write(to: made.base.file("merged"))
        let merged = try ModelFolder(reference: made.base.file("merged")) { _ in }
        #expect(merged.adapter == nil && merged.weights.count > 1)
        #expect(merged.configuration == both.configuration)
        let (ours, wanted) = (try logits(merged), try logits(both))
        #expect(relativeError(ours, wanted) < 2e-6)
        // The adapter does something, or nothing would be shown.
        #expect(relativeError(try logits(made.base.open()), wanted) > 1e-3)
        // What is not adapted is what it was, bit for bit.
        let (before, after) = (try WeightSource(made.base.open()), try WeightSource(merged))
        let adapted = Set(
            try Self.configurations[index].modules(of: both.configuration).map {
                $0.name + ".weight"
            })
        for tensor in before.tensors {
            let isSame = try before.values(of: tensor.name) == after.values(of: tensor.name)
            #expect(isSame == !adapted.contains(tensor.name), "\(tensor.name)")
        }
    }

    @Test func lineageAndTokenizerTravel() throws {
        let made = try Adapted("qwen3", Self.configurations[0], tokenizer: true)
        let path = made.base.file("merged")
        _ = try AdapterMerge(made.open()).write(to: path)
        let folder = try CheckpointFolder(path: path)
        let manifest = try #require(folder.manifest)
        #expect(manifest.recipe["method"] == "merge" && manifest.step == 7)
        #expect(Set(manifest.parents.keys) == [made.base.path, made.path])
        #expect(
            String(decoding: try folder.read("chat_template.jinja"), as: UTF8.self)
                == "{{ 'adapted' }}")
        #expect(throws: CheckpointError.self) { try AdapterMerge(made.open()).write(to: path) }
        // Without a tokenizer of its own it has its base's.
        let plain = try Adapted("qwen3", Self.configurations[0])
        _ = try AdapterMerge(plain.open()).write(to: plain.base.file("merged"))
        let other = try CheckpointFolder(path: plain.base.file("merged"))
        #expect(other.contains("tokenizer.json") && other.contains("generation_config.json"))
    }

    @Test func anAdapterIsWrittenForOtherTools() throws {
        let made = try Adapted("llama-odd-heads", Self.configurations[3])
        let path = made.base.file("elsewhere/peft")
        let files = try AdapterExport(made.open()).write(to: path)
        #expect(
            Set(files.map(\.name)).isSuperset(of: [
                "adapter_config.json", "adapter_model.safetensors", "tokenizer.json",
            ]))
        let again = try ModelFolder(reference: path) { _ in }
        #expect(try logits(again) == logits(made.open()))
        let half = made.base.file("half")
        _ = try AdapterExport(made.open(), type: .bf16).write(to: half)
        let rounded = try ModelFolder(reference: half) { _ in }
        let error = relativeError(try logits(rounded), try logits(made.open()))
        #expect(error > 0 && error < 0.05)
    }

    @Test func adaptersAreNoModelsForTheRest() throws {
        let made = try Adapted("llama-odd-heads", Self.configurations[0])
        let adapter = try made.open()
        for body: () throws -> Void in [
            { _ = try GGUFExport(adapter, type: .f16) },
            { _ = try FolderExport(adapter) },
            { _ = try WeightInterpolation(adapter, made.base.open()) },
        ] {
            let error = #expect(throws: ModelError.self) { try body() }
            #expect(error?.message.contains("nightjar merge") == true)
        }
        let whole = #expect(throws: ExportError.self) { try AdapterMerge(made.base.open()) }
        #expect(whole?.message.contains("nothing to merge") == true)
        #expect(throws: ExportError.self) { try AdapterExport(made.base.open()) }
    }
}
