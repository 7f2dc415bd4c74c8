public import Checkpoints
public import Layers
public import Tensors
import Foundation

/// A Hugging Face model folder: `config.json`, and `model.safetensors` or shards with their index.
public struct ModelFolder: Sendable {
    public let folder: CheckpointFolder
    public let configuration: ModelConfiguration
    /// The files that together hold the weights.
    public let weights: [SafetensorsFile]
    /// What is laid beside the weights, where an adapter was opened: all else here is its base's.
    public private(set) var adapter: AdapterFolder?

    public var path: String { folder.path }

    public static let configurationName = "config.json"
    public static let weightsName = "model.safetensors"

    /// Opens a folder; reads its configuration and the headers of its weights.
    ///
    /// - Throws: `ModelError` or `CheckpointError` naming the file.
    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        let path = folder.path + "/" + ModelFolder.configurationName
        guard folder.contains(ModelFolder.configurationName) else {
            if AdapterFolder.isAdapter(folder) {
                throw ModelError(
                    .badConfiguration,
                    "This is an adapter, and a whole model is needed here; merge it into its base "
                        + "first: nightjar merge \(folder.path) --to FOLDER", path: folder.path)
            }
            throw ModelError(
                .badConfiguration,
                "There is no config.json here, so this is not a model folder.", path: folder.path)
        }
        configuration = try ModelConfiguration(
            json: Data(folder.readSettings(ModelFolder.configurationName)), path: path)
        let names = [ModelFolder.weightsName, ModelFolder.weightsName + ShardIndex.suffix]
        guard names.contains(where: folder.contains) else {
            let pickled = folder.fileNames.first { $0.hasSuffix(".bin") || $0.hasSuffix(".pth") }
            throw ModelError(
                .badWeights,
                "There is no model.safetensors here, and no model.safetensors.index.json."
                    + (pickled.map {
                        " \"\($0)\" is in a form that can run code when it is read; save the model "
                            + "as safetensors."
                    } ?? ""), path: folder.path)
        }
        weights = try folder.weights()
    }

    /// Opens what a reference names: a folder, `runs/base`, `runs/base@pre`, `runs/base@step-500`.
    /// An adapter is opened with its base.
    ///
    /// - Parameters:
    ///   - base: where an adapter's base has moved to; nil for the one that it names.
    ///   - warn: gets a sentence for each broken checkpoint that is passed over.
    /// - Throws: `ModelError` where a base is given for what is no adapter.
    public init(
        reference: String, base: String? = nil, warn: @escaping @Sendable (String) -> Void
    ) throws {
        let path = try CheckpointReference(reference).resolve(warn: warn)
        let folder = try CheckpointFolder(path: path, requiresManifest: false)
        if AdapterFolder.isAdapter(folder) {
            let adapter = try AdapterFolder(folder)
            self = try adapter.base(at: base, warn: warn)
            self.adapter = adapter
        } else {
            guard base == nil else {
                throw ModelError(
                    .badConfiguration,
                    "This is a whole model, which has no base; leave --base out.", path: path)
            }
            try self.init(folder)
        }
    }

    /// The types that the weights are stored as.
    public var storedTypes: Set<StoredType> { Set(weights.flatMap(\.entries).map(\.type)) }

    /// Where the tokenizer and what goes with it lies: with the adapter, if it has one of its own.
    public var tokenizerFolder: CheckpointFolder {
        guard let own = adapter?.folder,
            ["tokenizer.json", "tokenizer.model"].contains(where: own.contains)
        else { return folder }
        return own
    }

    /// The path of `tokenizerFolder`.
    public var tokenizerPath: String { tokenizerFolder.path }

    /// A decoder with the folder's weights, and the adapter beside them where one was opened.
    ///
    /// - Parameters:
    ///   - positions: how many positions to prepare; the configuration's maximum by default.
    ///   - frozen: how weights are held that no training will move: without the f32 masters, which
    ///     are twice as large as what bf16 computes with.
    ///   - prepared: how a frozen model's maps are arranged for generation, and for nothing else:
    ///     only that arrangement is in memory then. A model with an adapter keeps its weights too.
    public func decoder(
        precision: ElementKind, positions: Int? = nil, frozen: FrozenForm? = nil,
        prepared: InferenceWeights? = nil, on backend: any Backend
    ) throws -> Decoder {
        var decoder = Decoder(
            configuration, precision: precision, positions: positions, frozen: frozen,
            on: backend)
        if let prepared, frozen != nil, adapter == nil {
            try decoder.load(from: weights, preparedAs: prepared)
        } else {
            try decoder.load(from: weights)
        }
        guard let adapter else { return decoder }
        return try decoder.adapted(by: adapter, of: self)
    }
}

extension Decoder {
    /// A decoder over the same weights with an adapter's beside them; see `adapted(by:)`.
    ///
    /// One base serves any number of adapters:
    ///
    /// ```swift
    /// let plain = try base.decoder(precision: .f32, on: backend)
    /// let polite = try plain.adapted(by: politeFolder, of: base)
    /// let terse = try plain.adapted(by: terseFolder, of: base)
    /// ```
    ///
    /// - Parameter base: the folder that this decoder's weights come from.
    /// - Throws: `ModelError` where the adapter does not fit the base.
    public func adapted(by folder: AdapterFolder, of base: ModelFolder) throws -> Decoder {
        if base.adapter?.path != folder.path { try folder.check(base) }
        let decoder = adapted(
            by: try folder.adapter(of: base, precision: precision, on: backend))
        decoder.refresh()
        return decoder
    }
}
