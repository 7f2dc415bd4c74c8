public import Checkpoints
public import Tensors
import Foundation

/// A Hugging Face model folder: `config.json`, and `model.safetensors` or shards with their index.
public struct ModelFolder: Sendable {
    public let folder: CheckpointFolder
    public let configuration: ModelConfiguration
    /// The files that together hold the weights.
    public let weights: [SafetensorsFile]

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
            throw ModelError(
                .badConfiguration,
                "There is no config.json here, so this is not a model folder.", path: folder.path)
        }
        configuration = try ModelConfiguration(
            json: Data(folder.read(ModelFolder.configurationName)), path: path)
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
    ///
    /// - Parameter warn: gets a sentence for each broken checkpoint that is passed over.
    public init(reference: String, warn: @escaping @Sendable (String) -> Void) throws {
        let path = try CheckpointReference(reference).resolve(warn: warn)
        try self.init(CheckpointFolder(path: path, requiresManifest: false))
    }

    /// A decoder with the folder's weights.
    ///
    /// - Parameter positions: how many positions to prepare; the configuration's maximum by
    ///   default.
    public func decoder(
        precision: ElementKind, positions: Int? = nil, on backend: any Backend
    ) throws -> Decoder {
        let decoder = Decoder(
            configuration, precision: precision, positions: positions, on: backend)
        try decoder.load(from: weights)
        return decoder
    }
}
