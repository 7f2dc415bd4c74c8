/// `model.safetensors.index.json`: which of several files holds each tensor of a model.
public struct ShardIndex: Hashable, Sendable {
    /// The name of the shard that holds a tensor, by the tensor's name.
    public let shardOfTensor: [String: String]

    /// What an index is called: the name of the one file that it stands for, and this.
    public static let suffix = ".index.json"

    /// The shards, in the order of their names.
    public var shards: [String] { Set(shardOfTensor.values).sorted(by: bytewise) }

    /// Reads an index. Throws where it is no object with a `weight_map` from tensors to plain names
    /// of safetensors files: a name with a way to another folder is refused.
    public init(bytes: [UInt8], path: String) throws(CheckpointError) {
        func malformed(_ message: String) -> CheckpointError {
            CheckpointError(.malformed, message, path: path)
        }
        let root: JSONValue
        do {
            root = try JSONReader.read(bytes)
        } catch {
            throw malformed("not JSON: \(error.message) at byte \(error.offset)")
        }
        guard let map = root["weight_map"]?.object, !map.isEmpty else {
            throw malformed(
                "the index has no weight_map that tells which file holds each tensor")
        }
        var shardOfTensor: [String: String] = [:]
        for member in map {
            guard let shard = member.value.string else {
                throw malformed(
                    "weight_map \"\(member.key)\" is \(member.value.kindName); it must be the name "
                        + "of a safetensors file")
            }
            guard shard.hasSuffix(".safetensors"), !shard.hasPrefix("."),
                !shard.utf8.contains(where: { [0, 0x2F, 0x5C].contains($0) })
            else {
                throw malformed(
                    "weight_map \"\(member.key)\" names \"\(shard)\"; it must be the plain name of a "
                        + "safetensors file in the same folder")
            }
            shardOfTensor[member.key] = shard
        }
        self.shardOfTensor = shardOfTensor
    }
}
