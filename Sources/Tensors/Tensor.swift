/// A dense, row-major array of numbers that lives on a backend.
///
/// A tensor is a handle: copying it copies no elements. Operations return new tensors, except
/// those whose name says that they work in place (`accumulate`, `fill`, optimizer steps, caches).
public struct Tensor: Sendable {
    public let shape: Shape
    public let kind: ElementKind
    public let layout: Layout
    public let backend: any Backend
    public let storage: Storage
    /// The first element's distance from the storage's beginning, in bytes.
    public let byteOffset: Int

    /// How the elements lie in memory.
    public enum Layout: Sendable, Hashable {
        /// Row after row: what every operation reads and writes.
        case rowMajor
        /// A weight matrix rearranged by `Backend.packed(_:)`; only products read it.
        case packed
        /// A weight matrix rounded to 8 bits by `Backend.quantized(_:)`; only products read it.
        case quantized
        /// Keys or values of a cache, as `Backend.emptyCache` arranges them; only cached attention
        /// reads them.
        case cache
    }

    public init(
        shape: Shape, kind: ElementKind, layout: Layout = .rowMajor, backend: any Backend,
        storage: Storage, byteOffset: Int = 0
    ) {
        self.shape = shape
        self.kind = kind
        self.layout = layout
        self.backend = backend
        self.storage = storage
        self.byteOffset = byteOffset
    }

    public var count: Int { shape.count }
    public var byteCount: Int { shape.count * kind.byteCount }

    /// The address of the first element, for the backend that owns it.
    public var address: UnsafeMutableRawPointer { storage.address + byteOffset }

    /// The same elements under another shape of the same count.
    public func reshaped(_ shape: Shape) -> Tensor {
        precondition(
            shape.count == count && layout == .rowMajor,
            "A tensor of shape \(self.shape) cannot be seen as \(shape): the counts differ.")
        return Tensor(
            shape: shape, kind: kind, backend: backend, storage: storage, byteOffset: byteOffset)
    }

    /// A view of some of the outermost rows; writing to it writes to this tensor.
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            shape.rank >= 1 && range.lowerBound >= 0 && range.upperBound <= shape[0]
                && layout == .rowMajor,
            "Rows \(range) do not lie inside a tensor of shape \(shape).")
        let inner = shape.dimensions.dropFirst().reduce(1, *)
        return Tensor(
            shape: Shape([range.count] + shape.dimensions.dropFirst()), kind: kind,
            backend: backend, storage: storage,
            byteOffset: byteOffset + range.lowerBound * inner * kind.byteCount)
    }
}
