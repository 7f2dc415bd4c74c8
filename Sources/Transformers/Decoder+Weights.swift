public import Checkpoints
import Layers
import Tensors

extension Decoder {
    /// Fills every parameter from safetensors files under their public names.
    ///
    /// F16, BF16 and F64 sources are converted; a tied head may be absent or equal to the table.
    ///
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors, or
    ///   `CheckpointError` where a file cannot be read.
    public func load(from files: [SafetensorsFile]) throws {
        let wanted = parameters.publicTensors
        let source = try WeightSource(
            wanted.map { ($0.name, $0.tensor.shape) },
            tiesEmbeddings: configuration.tiesEmbeddings, in: files)
        for (name, tensor) in wanted {
            let values = Tensor(try source.values(of: name), shape: tensor.shape, on: backend)
            if tensor.kind == values.kind {
                backend.copy(values, to: tensor)
            } else {
                backend.cast(values, into: tensor)
            }
        }
        parameters.refresh()
    }
}
