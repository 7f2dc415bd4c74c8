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
    private let weightsName: String
    private let metadata: [String: String]

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
    ///
    /// - Parameters:
    ///   - base: what the adapter stands beside, where one is trained.
    ///   - run: the run's folder.
    init(
        of state: RunState, model: Decoder, base: AdapterBase? = nil, run: String = "",
        optimizer: any Optimizer, tokenizerFiles: [(name: String, contents: [UInt8])],
        hookState: [String: [UInt8]] = [:]
    ) throws {
        self.state = state
        weights = model.trained.publicTensors.map { HostTensor($0.name, $0.tensor) }
        optimizerState = optimizer.state.map { HostTensor($0.name, $0.tensor) }
        let configuration: (name: String, contents: [UInt8])
        if let adapter = model.adapter, let base {
            let json = try adapter.configuration.json(base: base.path, model: model.configuration)
            configuration = (AdapterFolder.configurationName, Array(json))
            weightsName = AdapterFolder.weightsName
            let name = CheckpointName.of(step: state.step)
            metadata = base.metadata(from: "\(run)/checkpoints/\(name)")
        } else {
            let json = try model.configuration.json(elementKind: "float32")
            configuration = (ModelFolder.configurationName, Array(json))
            weightsName = ModelFolder.weightsName
            metadata = ["format": "pt"]
        }
        let hookFiles =
            hookState.isEmpty
            ? [] : [(HookState.fileName, try HookState(hookState).bytes())]
        plainFiles =
            [configuration] + tokenizerFiles + hookFiles
            + [(Snapshot.stateName, Array(try state.json().utf8))]
    }

    /// The files of the checkpoint.
    func contents(lineage: RunLineage) -> CheckpointContents {
        var files = plainFiles.map { CheckpointFile($0.name, bytes: $0.contents) }
        files.append(Snapshot.file(weightsName, weights, metadata))
        files.append(Snapshot.file(Snapshot.optimizerName, optimizerState))
        return CheckpointContents(
            files: files, parents: lineage.parents, recipe: lineage.recipe,
            scripts: lineage.scripts, data: lineage.data)
    }

    private static func file(
        _ name: String, _ tensors: [HostTensor], _ metadata: [String: String] = ["format": "pt"]
    ) -> CheckpointFile {
        let bytes = Dictionary(
            uniqueKeysWithValues: tensors.map { ($0.declaration.name, $0.bytes) })
        return CheckpointFile(name, tensors: tensors.map(\.declaration), metadata: metadata) {
            tensor, sink in
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
        if let reference = parts.reference {
            parents[reference.path] = reference.identity
        }
        for script in recipe.scripts { scripts[script.path] = script.hash }
        for corpus in parts.data.corpora { data[corpus.name] = corpus.train.fingerprint }
        self.recipe["resolved"] = "\(ContentHash(of: Array(recipe.resolved.utf8)))"
    }
}
