public import Checkpoints
import Layers
public import Tensors

/// The weights of a model under their public names, read a tensor at a time.
///
/// Every tensor that the configuration wants is there with its shape, and none is left over.
public struct WeightSource: Sendable {
    /// What the configuration wants, in the model's order, as f32.
    public let tensors: [TensorDeclaration]
    /// The types that the files hold.
    public let storedTypes: Set<StoredType>
    private let files: [String: SafetensorsFile]

    /// The weights of a folder.
    ///
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors.
    public init(_ folder: ModelFolder) throws {
        if let adapter = folder.adapter {
            throw ModelError(
                .unsupported,
                "This is an adapter: its weights are changes of \(folder.path), and no model by "
                    + "themselves. Merge it first: nightjar merge \(adapter.path) --to FOLDER",
                path: adapter.path)
        }
        // Parameters are declared by what makes them; their memory is never touched.
        let model = Decoder(
            folder.configuration, precision: .f32, positions: 1, on: CPUBackend.shared)
        try self.init(
            model.parameters.publicShapes.sorted { $0.name < $1.name },
            tiesEmbeddings: folder.configuration.tiesEmbeddings, in: folder.weights)
    }

    init(
        _ wanted: [(name: String, shape: Shape)], tiesEmbeddings: Bool, in files: [SafetensorsFile]
    )
        throws
    {
        var places: [String: SafetensorsFile] = [:]
        for file in files {
            for name in file.names { places[name] = file }
        }
        let path = files.first?.path
        let missing = wanted.map(\.name).filter { places[$0] == nil }
        guard missing.isEmpty else {
            throw ModelError(
                .badWeights,
                "The weights lack \(Self.list(missing)); the configuration and the weights do not "
                    + "belong together.",
                path: path)
        }
        // Rotary frequencies used to be stored by some tools; they follow from the configuration.
        let known = Set(wanted.map(\.name))
        let left = places.keys.filter { name in
            !known.contains(name) && !name.hasSuffix("rotary_emb.inv_freq")
                && !(tiesEmbeddings && name == Self.head)
        }
        guard left.isEmpty else {
            throw ModelError(
                .badWeights,
                "The weights hold \(Self.list(left.sorted())), which the configuration has no place "
                    + "for.",
                path: path)
        }
        if tiesEmbeddings, let head = places[Self.head], let table = places[Self.table],
            try !Self.isEqual(Self.head, in: head, Self.table, in: table)
        {
            throw ModelError(
                .badWeights,
                "config.json has tie_word_embeddings, and \"\(Self.head)\" differs from "
                    + "\"\(Self.table)\", so that two heads are meant. Set it to false where the "
                    + "head is the one; remove the tensor where the table is.",
                path: head.path)
        }
        var types: Set<StoredType> = []
        for (name, shape) in wanted {
            guard let file = places[name] else { continue }
            let entry = try file.entry(name)
            types.insert(entry.type)
            try Self.check(entry, shape, file)
        }
        tensors = wanted.map {
            TensorDeclaration(name: $0.name, type: .float32, shape: $0.shape.dimensions)
        }
        storedTypes = types
        self.files = places.filter { known.contains($0.key) }
    }

    /// The tensors of an adapter.
    ///
    /// - Throws: `ModelError` that lists missing, left-over and misshapen tensors.
    init(adapter wanted: [(name: String, shape: Shape)], in file: SafetensorsFile) throws {
        try self.init(wanted, tiesEmbeddings: false, in: [file])
    }

    private static func check(
        _ entry: SafetensorsEntry, _ shape: Shape, _ file: SafetensorsFile
    ) throws {
        guard entry.shape == shape.dimensions else {
            throw ModelError(
                .badWeights,
                "Tensor \"\(entry.name)\" has the shape \(Shape(entry.shape)); the configuration "
                    + "wants \(shape).",
                path: file.path)
        }
        guard WeightConversion(from: entry.type) != nil else {
            throw ModelError(
                .badWeights,
                "Tensor \"\(entry.name)\" is stored as \(entry.type.rawValue), which is not read as "
                    + "a weight; F32, F16, BF16 and F64 are.",
                path: file.path)
        }
    }

    private static let head = "lm_head.weight", table = "model.embed_tokens.weight"

    /// Whether two tensors are stored as the same bytes.
    private static func isEqual(
        _ name: String, in file: SafetensorsFile, _ other: String, in otherFile: SafetensorsFile
    ) throws -> Bool {
        let (a, b) = (try file.entry(name), try otherFile.entry(other))
        guard a.type == b.type, a.shape == b.shape else { return false }
        let width = a.type.byteCount
        var isEqual = true
        try file.forEachPiece(of: name) { first, bytes in
            guard isEqual else { return }
            var own = [UInt8](repeating: 0, count: bytes.count)
            try own.withUnsafeMutableBytes {
                try otherFile.read(
                    other, bytes: first * width..<first * width + bytes.count, into: $0)
            }
            isEqual = own.elementsEqual(bytes)
        }
        return isEqual
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(5).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
    }

    /// The numbers of a tensor, row by row, in single precision.
    ///
    /// - Throws: `CheckpointError` where the file cannot be read or is damaged.
    public func values(of name: String) throws -> [Float] {
        guard let file = files[name] else {
            preconditionFailure("\(name) is none of the source's tensors")
        }
        let entry = try file.entry(name)
        guard let convert = WeightConversion(from: entry.type) else { return [] }
        var values = [Float](repeating: 0, count: entry.elementCount)
        try file.forEachPiece(of: name) { first, bytes in
            convert(bytes, into: &values, at: first)
        }
        return values
    }

    /// Sets a tensor's numbers, row by row: the stored bytes as they are where the kinds agree.
    ///
    /// - Throws: `CheckpointError` where the file cannot be read or is damaged.
    public func read(_ name: String, into tensor: Tensor) throws {
        guard let file = files[name] else {
            preconditionFailure("\(name) is none of the source's tensors")
        }
        let type = try file.entry(name).type
        let backend = tensor.backend
        if (type == .float32 && tensor.kind == .f32) || (type == .bfloat16 && tensor.kind == .bf16) {
            return try backend.write(to: tensor) { try file.read(name, into: $0) }
        }
        guard let convert = WeightConversion(from: type) else { return }
        let flat = tensor.reshaped([tensor.count])
        var numbers: [Float] = []
        try file.forEachPiece(of: name, ofByteCount: 1 << 18) { first, bytes in
            let count = bytes.count / type.byteCount
            let place = flat.rows(first..<first + count)
            if numbers.count != count { numbers = [Float](repeating: 0, count: count) }
            convert(bytes, into: &numbers, at: 0)
            if place.kind == .f32 {
                numbers.withUnsafeBytes { backend.upload($0, to: place) }
            } else {
                backend.cast(Tensor(numbers, shape: place.shape, on: backend), into: place)
            }
        }
    }
}
