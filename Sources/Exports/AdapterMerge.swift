public import Transformers
import Checkpoints
import Layers
import Tensors

/// An adapter merged into its base: a whole model whose answers are those of the two, in single
/// precision up to rounding.
///
/// Each adapted weight becomes `W + scale · B · A`; with magnitudes its rows are then brought to
/// them.
public struct AdapterMerge {
    private let base: ModelFolder
    private let folder: AdapterFolder
    /// By the weight's public name.
    private let updates: [String: LowRankUpdate]
    private let source: WeightSource
    private let carried: CarriedFiles
    private let shardByteCount: Int
    /// The type that the weights get.
    public let type: WeightType
    /// What people should know; sentences.
    public let remarks: [String]

    /// Opens an adapter with its base and checks that the two belong together.
    ///
    /// - Parameters:
    ///   - model: an adapter, opened with its base.
    ///   - type: nil for the one that the base's weights are stored in.
    /// - Throws: `ExportError` where the model is no adapter; `ModelError`, `CheckpointError` or
    ///   `TokenizerError` naming what does not fit.
    public init(
        _ model: ModelFolder, type: WeightType? = nil,
        shardByteCount: Int = FolderExport.standardShardByteCount
    ) throws {
        guard shardByteCount > 0 else {
            throw ExportError(
                .badSetting, "A shard of \(shardByteCount) bytes holds nothing; give 1 or more.")
        }
        guard let folder = model.adapter else {
            throw ExportError(
                .mismatch,
                "\(model.path) is a whole model, and there is nothing to merge into it; name an "
                    + "adapter's folder, or two models with --alpha.")
        }
        base = try ModelFolder(model.folder)
        self.folder = folder
        self.shardByteCount = shardByteCount
        source = try WeightSource(base)
        let adapter = try folder.adapter(of: base, precision: .f32, on: CPUBackend.shared)
        var updates: [String: LowRankUpdate] = [:]
        for module in adapter.modules {
            updates[module.name + ".weight"] = adapter[module.name]?.update
        }
        self.updates = updates
        carried = try CarriedFiles(of: model)
        self.type = type ?? WeightType(holding: source.storedTypes)
        remarks =
            carried.tokenizer == nil
            ? ["\(folder.path) and its base have no tokenizer, and so has the merged model."] : []
    }

    /// Writes the merged model: aside, then renamed; its manifest names its parents. Returns each
    /// file's length.
    ///
    /// - Throws: `CheckpointError` where something is at `path` already, `ModelError` naming a tensor
    ///   whose numbers are not finite or too large for the type.
    public func write(to path: String) throws -> [(name: String, byteCount: Int)] {
        let target = try AtomicFolder(newAt: path)
        let files = try ModelFiles(
            configuration: base.configuration, type: type, shardByteCount: shardByteCount,
            carried: carried.files
        ).files(of: source.tensors) { [source, updates] name in
            let values = try source.values(of: name)
            return updates[name]?.applied(to: values) ?? values
        }
        let contents = CheckpointContents(
            files: files,
            parents: [
                base.path: "\(try base.contentHash())",
                folder.path: folder.folder.manifest.map { "\($0.identity)" } ?? "unknown",
            ],
            recipe: ["method": "merge", "base": base.path, "adapter": folder.path])
        let manifest = try contents.write(step: folder.folder.manifest?.step ?? 0, to: target)
        return manifest.files.map { ($0.key, $0.value.byteCount) }.sorted { $0.0 < $1.0 }
    }
}
