import Checkpoints
import Foundation
import Transformers

/// The files of a model folder, made from tensors that are supplied one at a time.
struct ModelFiles {
    let configuration: ModelConfiguration
    let type: WeightType
    /// No shard is larger, but one of a single tensor.
    let shardByteCount: Int
    let carried: [(name: String, contents: [UInt8])]

    /// The files.
    ///
    /// - Parameters:
    ///   - tensors: names and shapes; their types do not matter.
    ///   - values: the numbers of a tensor.
    func files(
        of tensors: [TensorDeclaration], values: @escaping @Sendable (String) throws -> [Float]
    ) throws -> [CheckpointFile] {
        let type = type.stored
        let declared = tensors.map {
            TensorDeclaration(name: $0.name, type: type, shape: $0.shape)
        }
        let shards = ShardIndex.shards(of: declared, upTo: shardByteCount)
        let name = ModelFolder.weightsName
        let named = shards.enumerated().map { index, tensors in
            (
                name: shards.count == 1
                    ? name : ShardIndex.shardName(index, of: shards.count, name: name),
                tensors: tensors
            )
        }
        var files = [
            CheckpointFile(
                ModelFolder.configurationName,
                bytes: Array(try configuration.json(elementKind: self.type.configurationName)))
        ]
        files += carried.map { CheckpointFile($0.name, bytes: $0.contents) }
        for shard in named {
            files.append(
                CheckpointFile(shard.name, tensors: shard.tensors) { tensor, sink in
                    try sink.append(
                        WeightEncoding.bytes(
                            of: values(tensor.name), as: type, name: tensor.name))
                })
        }
        if shards.count > 1 {
            files.append(
                CheckpointFile(name + ShardIndex.suffix, text: ShardIndex.text(of: named)))
        }
        return files
    }
}
