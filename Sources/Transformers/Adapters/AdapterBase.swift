import Checkpoints
import Foundation
public import Naming

/// The model that an adapter stands beside: where it lies and what is in it.
public struct AdapterBase: Sendable, Hashable {
    /// Its folder, from the root.
    public let path: String
    /// See `ModelFolder.contentHash`.
    public let hash: ContentHash

    /// The base in a folder.
    ///
    /// - Throws: `CheckpointError` where a file cannot be read.
    public init(_ folder: ModelFolder) throws {
        path = AdapterBase.absolute(folder.path)
        hash = try folder.contentHash()
    }

    /// The texts that travel with an adapter's weights, under `__metadata__`.
    ///
    /// - Parameter folder: where the adapter will lie.
    public func metadata(from folder: String) -> [String: String] {
        [
            "format": "pt", AdapterBase.hashKey: hash.hex,
            AdapterBase.pathKey: AdapterBase.relative(path, from: AdapterBase.absolute(folder)),
        ]
    }

    /// The key of the base's hash.
    static let hashKey = "base_xxh3_128"
    /// The key of the base's path from the adapter's folder.
    static let pathKey = "base_path"

    static func absolute(_ path: String) -> String {
        URL(filePath: path).standardizedFileURL.path
    }

    /// The way from a folder to a path, both from the root.
    static func relative(_ path: String, from folder: String) -> String {
        let target = path.split(separator: "/")
        let start = folder.split(separator: "/")
        let common = zip(target, start).prefix { $0 == $1 }.count
        let ups = Array(repeating: "..", count: start.count - common)
        let way = ups + target.dropFirst(common).map(String.init)
        return way.isEmpty ? "." : way.joined(separator: "/")
    }
}

extension ModelFolder {
    /// The hash of the configuration and the weights, the same wherever the folder lies and whoever
    /// wrote its manifest.
    ///
    /// A folder without a manifest is read for it, whole.
    ///
    /// - Throws: `CheckpointError` where a file cannot be read.
    public func contentHash() throws -> ContentHash {
        let names =
            [ModelFolder.configurationName]
            + weights.map { ($0.path as NSString).lastPathComponent }
        let lines = try names.sorted().map { "\($0) \(try folder.contentHash(of: $0).hex)\n" }
        return ContentHash(of: lines.joined())
    }
}
