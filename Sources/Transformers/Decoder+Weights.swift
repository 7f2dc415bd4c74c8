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
        var places: [String: SafetensorsFile] = [:]
        for file in files {
            for name in file.names { places[name] = file }
        }
        let wanted = parameters.publicTensors
        try checkNames(wanted: wanted.map(\.name), found: places, folder: files.first?.path)
        for (name, tensor) in wanted {
            guard let file = places[name] else { continue }
            try read(file, name, into: tensor)
        }
        parameters.refresh()
    }

    private func checkNames(
        wanted: [String], found: [String: SafetensorsFile], folder: String?
    ) throws {
        let missing = wanted.filter { found[$0] == nil }
        guard missing.isEmpty else {
            throw ModelError(
                .badWeights,
                "The weights lack \(list(missing)); the configuration and the weights do not "
                    + "belong together.",
                path: folder)
        }
        // Rotary frequencies used to be stored by some tools; they follow from the configuration.
        let known = Set(wanted)
        let left = found.keys.filter { name in
            !known.contains(name) && !name.hasSuffix("rotary_emb.inv_freq")
                && !(configuration.tiesEmbeddings && name == "lm_head.weight")
        }
        guard left.isEmpty else {
            throw ModelError(
                .badWeights,
                "The weights hold \(list(left.sorted())), which the configuration has no place "
                    + "for.",
                path: folder)
        }
    }

    private func list(_ names: [String]) -> String {
        let shown = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }

    private func read(_ file: SafetensorsFile, _ name: String, into tensor: Tensor) throws {
        let entry = try file.entry(name)
        guard entry.shape == tensor.shape.dimensions else {
            throw ModelError(
                .badWeights,
                "Tensor \"\(name)\" has the shape \(Shape(entry.shape)); the configuration wants "
                    + "\(tensor.shape).",
                path: file.path)
        }
        guard let convert = WeightConversion(from: entry.type) else {
            throw ModelError(
                .badWeights,
                "Tensor \"\(name)\" is stored as \(entry.type.rawValue), which is not read as a "
                    + "weight; F32, F16, BF16 and F64 are.",
                path: file.path)
        }
        var values = [Float](repeating: 0, count: tensor.count)
        try file.forEachPiece(of: name) { first, bytes in
            convert(bytes, into: &values, at: first)
        }
        let source = Tensor(values, shape: tensor.shape, on: backend)
        if tensor.kind == source.kind {
            backend.copy(source, to: tensor)
        } else {
            backend.cast(source, into: tensor)
        }
    }
}
