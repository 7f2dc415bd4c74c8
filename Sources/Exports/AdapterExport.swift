public import Transformers
import Checkpoints
import Foundation
import Layers
import Tensors

/// A plain PEFT folder for other tools: `adapter_config.json`, `adapter_model.safetensors` and the
/// tokenizer, without optimizer and state.
public struct AdapterExport {
    private let base: ModelFolder
    private let folder: AdapterFolder
    private let adapter: Adapter
    private let carried: CarriedFiles
    /// The type that its numbers get.
    public let type: WeightType

    /// Opens an adapter with its base and checks that the two belong together.
    ///
    /// - Parameters:
    ///   - model: an adapter, opened with its base.
    ///   - type: nil for f32, in which adapters are trained.
    public init(_ model: ModelFolder, type: WeightType? = nil) throws {
        guard let folder = model.adapter else {
            throw ExportError(.mismatch, "\(model.path) is a whole model and no adapter.")
        }
        base = try ModelFolder(model.folder)
        self.folder = folder
        adapter = try folder.adapter(of: base, precision: .f32, on: CPUBackend.shared)
        carried = try CarriedFiles(of: model)
        self.type = type ?? .f32
    }

    /// Writes the folder: aside, then renamed. Returns each file's length.
    ///
    /// - Throws: `CheckpointError` where something is at `path` already, `ModelError` naming a tensor
    ///   whose numbers are not finite or too large for the type.
    public func write(to path: String) throws -> [(name: String, byteCount: Int)] {
        let target = try AtomicFolder(newAt: path)
        let named = try AdapterBase(base)
        let json = try adapter.configuration.json(base: named.path, model: base.configuration)
        let type = type.stored
        let tensors = adapter.parameters.publicTensors
        let values = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
        let weights = CheckpointFile(
            AdapterFolder.weightsName,
            tensors: tensors.map {
                TensorDeclaration(name: $0.name, type: type, shape: $0.tensor.shape.dimensions)
            }, metadata: named.metadata(from: path)
        ) { tensor, sink in
            try sink.append(
                WeightEncoding.bytes(
                    of: values[tensor.name]?.read() ?? [], as: type, name: tensor.name))
        }
        let files =
            [CheckpointFile(AdapterFolder.configurationName, bytes: Array(json)), weights]
            + carried.files.map { CheckpointFile($0.name, bytes: $0.contents) }
        return try CheckpointContents(files: files).writeFiles(to: target)
    }
}
