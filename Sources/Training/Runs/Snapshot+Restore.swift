import Checkpoints
import Layers
import Optimizers
import Tensors
import Transformers

extension Snapshot {
    /// Puts a saved state back: weights into `model`, moments into `optimizer`.
    ///
    /// - Returns: the rest of the state.
    /// - Throws: an error naming the file and tensor that do not fit.
    static func restore(
        from folder: CheckpointFolder, into model: Decoder, _ optimizer: any Optimizer
    ) throws -> RunState {
        let state = try RunState(of: folder)
        if let adapter = model.adapter {
            try adapter.load(
                from: folder.tensors(AdapterFolder.weightsName), base: "the recipe's base")
            model.refresh()
        } else {
            try model.load(from: [folder.tensors(ModelFolder.weightsName)])
        }
        let file = try folder.tensors(optimizerName)
        let parameters = model.trained.all.map { parameter in
            OptimizedParameter(parameter, gradient: parameter.value)
        }
        // Before its first update an optimizer has no state, and zeros are what it begins with.
        let isFresh = state.optimizerSteps == 0 && file.names.isEmpty
        if !isFresh { try check(file, against: optimizer.stateLayout(for: parameters)) }
        try optimizer.restore(for: parameters, stepCount: state.optimizerSteps) { name, tensor in
            guard !isFresh else { return tensor.backend.fill(tensor, with: 0) }
            try file.withBytes(of: name) { tensor.writeBytes(from: $0) }
        }
        return state
    }

    private static func check(
        _ file: SafetensorsFile, against layout: [(name: String, shape: Shape)]
    ) throws {
        for (name, shape) in layout {
            let entry = try file.entry(name)
            guard entry.shape == shape.dimensions, entry.type == .float32 else {
                throw TrainingError(
                    .badState,
                    "\(file.path): tensor \"\(name)\" is \(entry.type.rawValue) of shape "
                        + "\(entry.shape); the recipe's optimizer wants F32 of \(shape). Resume "
                        + "with the recipe that the run was started with.")
            }
        }
        let known = Set(layout.map(\.name))
        if let left = file.names.first(where: { !known.contains($0) }) {
            throw TrainingError(
                .badState,
                "\(file.path) holds \"\(left)\", which the recipe's optimizer does not use. "
                    + "Resume with the optimizer that the run was started with.")
        }
    }
}
