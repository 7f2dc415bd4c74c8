public import Transformers
import Checkpoints

/// A plain model folder for other tools: configuration, weights, tokenizer, chat template and
/// `generation_config.json`, without optimizer and state.
public struct FolderExport {
    private let folder: ModelFolder
    private let source: WeightSource
    private let carried: CarriedFiles
    private let shardByteCount: Int
    /// The type that its weights get.
    public let type: WeightType
    /// What people should know; sentences.
    public let remarks: [String]

    /// How large a shard may be unless it is said.
    public static let standardShardByteCount = 5_000_000_000

    /// Opens a model and checks its headers.
    ///
    /// - Parameter type: nil for the one that the weights are stored in.
    /// - Throws: `ModelError`, `CheckpointError`, `TokenizerError` or `ExportError`.
    public init(
        _ folder: ModelFolder, type: WeightType? = nil,
        shardByteCount: Int = FolderExport.standardShardByteCount
    ) throws {
        guard shardByteCount > 0 else {
            throw ExportError(
                .badSetting, "A shard of \(shardByteCount) bytes holds nothing; give 1 or more.")
        }
        self.folder = folder
        self.shardByteCount = shardByteCount
        source = try WeightSource(folder)
        carried = try CarriedFiles(of: folder)
        self.type = type ?? WeightType(holding: source.storedTypes)
        remarks =
            carried.tokenizer == nil
            ? ["\(folder.path) has no tokenizer, and so has its copy."] : []
    }

    /// Writes the folder: aside, then renamed. Returns each file's length.
    ///
    /// - Throws: `CheckpointError` where something is at `path` already.
    public func write(to path: String) throws -> [(name: String, byteCount: Int)] {
        let target = try AtomicFolder(newAt: path)
        let files = try ModelFiles(
            configuration: folder.configuration, type: type, shardByteCount: shardByteCount,
            carried: carried.files
        ).files(of: source.tensors) { [source] in try source.values(of: $0) }
        return try CheckpointContents(files: files).writeFiles(to: target)
    }
}
