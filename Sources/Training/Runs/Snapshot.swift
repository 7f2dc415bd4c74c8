import Naming
import Checkpoints
import Corpora
import Layers
import Optimizers
import Tensors
import Tokenizers
import Transformers

/// A copy of a run's state in host memory: taken between two steps, written by another thread.
struct Snapshot: Sendable {
    let state: RunState
    private let weights: [HostTensor]
    private let optimizerState: [HostTensor]
    private let plainFiles: [(name: String, contents: [UInt8])]

    private struct HostTensor: Sendable {
        let declaration: TensorDeclaration
        let bytes: [UInt8]

        init(_ name: String, _ tensor: Tensor) {
            declaration = TensorDeclaration(
                name: name, type: .float32, shape: tensor.shape.dimensions)
            bytes = [UInt8](unsafeUninitializedCapacity: tensor.byteCount) { buffer, filled in
                tensor.readBytes(into: UnsafeMutableRawBufferPointer(buffer))
                filled = tensor.byteCount
            }
        }
    }

    static let optimizerName = "optimizer.safetensors"
    static let stateName = "state.json"

    /// Copies everything; the loop waits for this and no longer.
    init(
        of state: RunState, model: Decoder, optimizer: any Optimizer,
        tokenizerFiles: [(name: String, contents: [UInt8])], hookState: [String: [UInt8]] = [:]
    ) throws {
        self.state = state
        weights = model.parameters.publicTensors.map { HostTensor($0.name, $0.tensor) }
        optimizerState = optimizer.state.map { HostTensor($0.name, $0.tensor) }
        let configuration = try model.configuration.json(elementKind: "float32")
        let hookFiles =
            hookState.isEmpty
            ? [] : [(HookState.fileName, try HookState(hookState).bytes())]
        plainFiles =
            [(ModelFolder.configurationName, Array(configuration))] + tokenizerFiles
            + hookFiles + [(Snapshot.stateName, Array(try state.json().utf8))]
    }

    /// The files of the checkpoint.
    func contents(lineage: RunLineage) -> CheckpointContents {
        var files = plainFiles.map { CheckpointFile($0.name, bytes: $0.contents) }
        files.append(Snapshot.file(ModelFolder.weightsName, weights))
        files.append(Snapshot.file(Snapshot.optimizerName, optimizerState))
        return CheckpointContents(
            files: files, parents: lineage.parents, recipe: lineage.recipe,
            scripts: lineage.scripts, data: lineage.data)
    }

    private static func file(_ name: String, _ tensors: [HostTensor]) -> CheckpointFile {
        let bytes = Dictionary(
            uniqueKeysWithValues: tensors.map { ($0.declaration.name, $0.bytes) })
        return CheckpointFile(name, tensors: tensors.map(\.declaration)) { tensor, sink in
            try sink.append(bytes[tensor.name] ?? [])
        }
    }
}

/// How a checkpoint came about, for its manifest.
struct RunLineage: Sendable {
    var parents: [String: String] = [:]
    var recipe: [String: String] = [:]
    var scripts: [String: String] = [:]
    var data: [String: String] = [:]

    init(_ parts: RunParts, recipe: RunRecipe) {
        if let parent = parts.parent { parents[parent.path] = parent.identity }
        if let teacher = parts.teacher { parents[teacher.path] = teacher.identity }
        for script in recipe.scripts { scripts[script.path] = script.hash }
        for corpus in parts.data.corpora { data[corpus.name] = corpus.train.fingerprint }
        self.recipe["resolved"] = "\(ContentHash(of: Array(recipe.resolved.utf8)))"
    }
}
