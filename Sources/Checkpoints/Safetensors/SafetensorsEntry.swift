/// One tensor of a safetensors file: what it is called, what it holds and where it lies.
public struct SafetensorsEntry: Hashable, Sendable {
    /// The tensor's name, such as `model.layers.0.mlp.up_proj.weight`.
    public let name: String
    /// The type of its elements, little-endian.
    public let type: StoredType
    /// Its dimensions, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Its bytes, counted from the start of the file.
    public let range: Range<Int>

    /// The number of elements: the product of the dimensions, 1 for a scalar.
    public var elementCount: Int { shape.reduce(1, *) }
    /// The number of bytes.
    public var byteCount: Int { range.count }
}

/// A tensor that is to be written.
public struct TensorDeclaration: Hashable, Sendable {
    /// The tensor's name.
    public let name: String
    /// The type of its elements.
    public let type: StoredType
    /// Its dimensions, outermost first; empty for a scalar.
    public let shape: [Int]

    /// Declares a tensor.
    public init(name: String, type: StoredType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }
}

/// The bytes of a tensor of this shape; nil for a negative dimension or one past 2^63 - 1 bytes.
func tensorByteCount(_ type: StoredType, _ shape: [Int]) -> Int? {
    var count = type.byteCount
    for dimension in shape {
        guard dimension >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
        if overflow { return nil }
        count = product
    }
    return count
}
