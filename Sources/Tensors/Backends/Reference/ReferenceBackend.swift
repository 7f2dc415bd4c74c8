/// The slow twin of every backend: plain loops that follow the definition of each operation.
///
/// It computes in `Double` whatever the operands are and rounds once, to the kind of the result
/// (nearest, ties to even). Operands of `f64` give results, statistics, losses and gradients of
/// `f64`, so that gradients can be held against finite differences. It has one thread and no
/// state; new memory is filled with ones, which no kind reads as a plausible number, so that
/// nothing can depend on elements that were never set.
public final class ReferenceBackend: Backend {
    public static let shared = ReferenceBackend()

    public init() {}

    public var description: BackendDescription {
        BackendDescription(
            name: "reference", instructionSet: "portable", threadCount: 1,
            hasNativeBFloat16: false, products: "Double, one product at a time")
    }

    // MARK: Memory

    public func empty(_ shape: Shape, _ kind: ElementKind) -> Tensor {
        let byteCount = shape.count * kind.byteCount
        let address = UnsafeMutableRawPointer.allocate(
            byteCount: max(byteCount, 1), alignment: 64)
        address.initializeMemory(as: UInt8.self, repeating: 0xFF, count: byteCount)
        let storage = Storage(address: address, byteCount: byteCount) { address, _ in
            address.deallocate()
        }
        return Tensor(shape: shape, kind: kind, backend: self, storage: storage)
    }

    public func fill(_ tensor: Tensor, with value: Float) {
        store([Double](repeating: Double(value), count: tensor.count), in: tensor)
    }

    public func write(
        to tensor: Tensor, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        try body(tensor.bytes)
    }

    public func download(_ tensor: Tensor, into bytes: UnsafeMutableRawBufferPointer) {
        ShapeChecks.require(
            bytes.count == tensor.byteCount,
            "\(ShapeChecks.describe(tensor)) does not fill \(bytes.count) bytes.")
        bytes.copyMemory(from: UnsafeRawBufferPointer(tensor.bytes))
    }

    public func copy(_ source: Tensor, to destination: Tensor) {
        ShapeChecks.rowMajor(source, destination, in: "copy")
        ShapeChecks.sameCount(source, destination, in: "copy")
        ShapeChecks.sameKind(source, destination, in: "copy")
        destination.bytes.copyMemory(from: UnsafeRawBufferPointer(source.bytes))
    }

    public func cast(_ x: Tensor, to kind: ElementKind) -> Tensor {
        tensor(values(of: x), x.shape, kind)
    }

    public func cast(_ x: Tensor, into destination: Tensor) {
        ShapeChecks.sameCount(x, destination, in: "cast")
        store(values(of: x), in: destination)
    }
}

extension Tensor {
    fileprivate var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }
}
