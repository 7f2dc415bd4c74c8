public import Checkpoints
import Layers

extension Decoder {
    /// Fills every parameter from safetensors files under their public names.
    ///
    /// F16, BF16 and F64 sources are converted; a tied head may be absent or equal to the table.
    ///
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors, or
    ///   `CheckpointError` where a file cannot be read.
    public func load(from files: [SafetensorsFile]) throws {
        let source = try WeightSource(
            parameters.publicShapes.sorted { $0.name < $1.name },
            tiesEmbeddings: configuration.tiesEmbeddings, in: files)
        for parameter in parameters.all {
            try parameter.load { try source.values(of: $0.name) }
        }
    }
}
