public import Checkpoints
public import Layers
import Tensors

extension Decoder {
    /// Fills every parameter from safetensors files under their public names.
    ///
    /// F16, BF16 and F64 sources are converted; a tied head may be absent or equal to the table.
    ///
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors, or
    ///   `CheckpointError` where a file cannot be read.
    public func load(from files: [SafetensorsFile]) throws {
        let source = try source(in: files)
        for parameter in parameters.all { try parameter.fill(from: source) }
    }

    /// Fills a frozen decoder, whose maps are arranged for generation one by one: what they were
    /// arranged from is not kept, so that a model takes its own size in memory and little more.
    ///
    /// - Throws: as `load(from:)`.
    mutating func load(from files: [SafetensorsFile], preparedAs weights: InferenceWeights) throws {
        let source = try source(in: files)
        let maps = Set(blocks.flatMap(\.maps).map { ObjectIdentifier($0.weight) })
        for parameter in parameters.all where !maps.contains(ObjectIdentifier(parameter)) {
            try parameter.fill(from: source)
        }
        for layer in blocks.indices {
            try blocks[layer].updateMaps { map in
                try map.weight.fill(from: source)
                map.prepareForInference(weights)
                map.weight.release()
            }
        }
        finishPreparing(weights)
    }

    /// The first parameter that holds a number that is not finite; nil where none does. What is held
    /// in 8 bits is not looked at.
    public var nonFiniteParameter: String? {
        parameters.all.first { parameter in
            guard parameter.value.layout == .rowMajor,
                !backend.sumOfSquares(parameter.value).isFinite
            else { return false }
            // Squares of large numbers overflow where the numbers do not.
            let numbers: [Float] = backend.cast(parameter.value, to: .f32).read()
            return numbers.contains { !$0.isFinite }
        }?.name
    }

    private func source(in files: [SafetensorsFile]) throws -> WeightSource {
        try WeightSource(
            parameters.publicShapes.sorted { $0.name < $1.name },
            tiesEmbeddings: configuration.tiesEmbeddings, in: files)
    }
}

extension Parameter {
    /// Takes the numbers of a model's files.
    func fill(from source: WeightSource) throws {
        try fill { part, place in try source.read(part.name, into: place) }
    }
}
