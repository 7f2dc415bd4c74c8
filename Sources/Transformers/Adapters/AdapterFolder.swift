public import Checkpoints
public import Naming
public import Tensors
import Foundation

/// A PEFT folder: `adapter_config.json` and `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
    /// The files.
    public let folder: CheckpointFolder
    /// Which adapters they are.
    public let configuration: AdapterConfiguration
    /// Their numbers, under PEFT's names.
    public let weights: SafetensorsFile
    /// The hash of the base that it was trained beside; nil where another program wrote it.
    public let baseHash: ContentHash?
    private let basePath: String?

    /// Where it lies.
    public var path: String { folder.path }

    /// The file of the configuration.
    public static let configurationName = "adapter_config.json"
    /// The file of the numbers.
    public static let weightsName = "adapter_model.safetensors"

    /// Whether a folder is an adapter's rather than a model's.
    public static func isAdapter(_ folder: CheckpointFolder) -> Bool {
        folder.contains(configurationName) && !folder.contains(ModelFolder.configurationName)
    }

    /// Opens a folder; reads its configuration and the header of its weights.
    ///
    /// - Throws: `ModelError` or `CheckpointError` naming the file.
    public init(_ folder: CheckpointFolder) throws {
        self.folder = folder
        let json = Data(try folder.readSettings(AdapterFolder.configurationName))
        let path = folder.path + "/" + AdapterFolder.configurationName
        configuration = try AdapterConfiguration(json: json, path: path)
        guard folder.contains(AdapterFolder.weightsName) else {
            throw ModelError(
                .badWeights,
                "There is no \(AdapterFolder.weightsName) here"
                    + (folder.contains("adapter_model.bin")
                        ? "; adapter_model.bin is in a form that can run code when it is read. Save "
                            + "the adapter as safetensors." : "."),
                path: folder.path)
        }
        weights = try folder.tensors(AdapterFolder.weightsName)
        baseHash = weights.metadata[AdapterBase.hashKey].flatMap(ContentHash.init(hex:))
        basePath = try settingsObject(json, path: path)["base_model_name_or_path"] as? String
    }

    /// Opens the adapter that a reference names: a folder, `runs/adapter`, `runs/adapter@step-500`.
    ///
    /// - Parameter warn: gets a sentence for each broken checkpoint that is passed over.
    /// - Throws: `ModelError` where it is a whole model.
    public init(reference: String, warn: @escaping @Sendable (String) -> Void) throws {
        let path = try CheckpointReference(reference).resolve(warn: warn)
        let folder = try CheckpointFolder(path: path, requiresManifest: false)
        guard AdapterFolder.isAdapter(folder) else {
            throw ModelError(
                .badConfiguration,
                "This is no adapter: there is no \(AdapterFolder.configurationName) here, or a "
                    + "whole model beside it.", path: path)
        }
        try self.init(folder)
    }

    /// Opens the base: where it is said to be, as the adapter names it, from the adapter's folder, or
    /// where it lay from there when the adapter was written.
    ///
    /// - Parameters:
    ///   - place: the base's folder or checkpoint, where it has moved; nil for what the adapter names.
    ///   - warn: gets a sentence for each broken checkpoint that is passed over.
    /// - Throws: `ModelError` naming the adapter and the base, where that is not there or not the one
    ///   that the adapter was trained beside.
    public func base(
        at place: String? = nil, warn: @escaping @Sendable (String) -> Void
    ) throws -> ModelFolder {
        let base: ModelFolder
        if let place {
            base = try ModelFolder(reference: place, warn: warn)
        } else {
            let near = [basePath, weights.metadata[AdapterBase.pathKey]].compactMap { $0 }
                .filter { !$0.hasPrefix("/") }.map { "\(path)/\($0)" }
            let places = [basePath].compactMap { $0 } + near
            guard let found = places.first(where: FileManager.default.fileExists) else {
                throw ModelError(
                    .badConfiguration,
                    "The adapter's base, \(basePath.map { "\"\($0)\"" } ?? "which it does not name")"
                        + ", is not there; say where it is with --base FOLDER.", path: path)
            }
            base = try ModelFolder(CheckpointFolder(path: found, requiresManifest: false))
        }
        guard base.adapter == nil else {
            throw ModelError(
                .unsupported,
                "The adapter's base, \(base.path), is an adapter itself; merge that one first.",
                path: path)
        }
        try check(base)
        return base
    }

    /// Throws where a model is not the one that the adapter was trained beside; an adapter that does
    /// not say what its base held fits by its shapes alone.
    public func check(_ base: ModelFolder) throws {
        guard let baseHash else { return }
        let found = try base.contentHash()
        guard found == baseHash else {
            throw ModelError(
                .badWeights,
                "The adapter was trained beside another model than \(base.path) is now: its base "
                    + "had the hash \(baseHash), and this has \(found). Put the base back, or name "
                    + "the right one with --base.", path: path)
        }
    }

    /// The adapters with their numbers.
    ///
    /// - Throws: `ModelError` where they do not fit the base.
    public func adapter(of base: ModelFolder, precision: ElementKind, on backend: any Backend)
        throws -> Adapter
    {
        let adapter: Adapter
        do {
            // Before memory is asked for: a file may claim any rank.
            try Adapter.check(
                try configuration.modules(of: base.configuration), in: weights, base: base.path)
            adapter = try Adapter(
                configuration, of: base.configuration, precision: precision, on: backend)
        } catch let error as ModelError {
            guard error.path == nil else { throw error }
            throw ModelError(
                error.code, error.message + " The base is \(base.path).", path: path)
        }
        try adapter.load(from: weights, base: base.path)
        return adapter
    }
}
