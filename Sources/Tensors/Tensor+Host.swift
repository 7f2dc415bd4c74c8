/// The border between host memory and a backend: every crossing is explicit and may wait.
extension Tensor {
    /// A new tensor with the given numbers, rounded to `kind`.
    public init(_ values: [Float], shape: Shape, kind: ElementKind = .f32, on backend: any Backend)
    {
        precondition(
            values.count == shape.count, "\(values.count) numbers do not fill the shape \(shape).")
        let source = Tensor.hostCopy(of: values, shape: shape, kind: .f32, on: backend)
        self = kind == .f32 ? source : backend.cast(source, to: kind)
    }

    /// A new `f64` tensor; only the reference backend computes with it.
    public init(_ values: [Double], shape: Shape, on backend: any Backend) {
        self = Tensor.hostCopy(of: values, shape: shape, kind: .f64, on: backend)
    }

    /// A new `i32` tensor.
    public init(_ values: [Int32], shape: Shape, on backend: any Backend) {
        self = Tensor.hostCopy(of: values, shape: shape, kind: .i32, on: backend)
    }

    /// The elements as `Float`; waits for the backend to have computed them.
    public func read() -> [Float] {
        let source = kind == .f32 ? self : backend.cast(self, to: .f32)
        return source.hostValues(of: Float.self)
    }

    /// The same into an array, whose memory is used again where it is large enough.
    public func read(into values: inout [Float]) {
        let source = kind == .f32 ? self : backend.cast(self, to: .f32)
        if values.count != shape.count { values = [Float](repeating: 0, count: shape.count) }
        values.withUnsafeMutableBytes { source.readBytes(into: $0) }
    }

    /// The elements as `Double`, exactly.
    public func readDoubles() -> [Double] {
        kind == .f64 ? hostValues(of: Double.self) : read().map(Double.init)
    }

    /// The elements of an `i32` tensor.
    public func readIntegers() -> [Int32] {
        precondition(kind == .i32, "A tensor of \(kind.rawValue) holds no integers.")
        return hostValues(of: Int32.self)
    }

    /// The raw bytes, in the host's byte order; waits like `read()`.
    public func readBytes(into destination: UnsafeMutableRawBufferPointer) {
        precondition(destination.count == byteCount && layout == .rowMajor)
        backend.download(self, into: destination)
    }

    /// Overwrites the elements with raw bytes of the same kind.
    public func writeBytes(from source: UnsafeRawBufferPointer) {
        precondition(source.count == byteCount && layout == .rowMajor)
        backend.upload(source, to: self)
    }

    private static func hostCopy<Element>(
        of values: [Element], shape: Shape, kind: ElementKind, on backend: any Backend
    ) -> Tensor {
        precondition(
            values.count == shape.count, "\(values.count) numbers do not fill the shape \(shape).")
        let tensor = backend.empty(shape, kind)
        values.withUnsafeBytes { backend.upload($0, to: tensor) }
        return tensor
    }

    private func hostValues<Element>(of type: Element.Type) -> [Element] {
        [Element](unsafeUninitializedCapacity: count) { buffer, filled in
            backend.download(self, into: UnsafeMutableRawBufferPointer(buffer.prefix(count)))
            filled = count
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate init<Element>(_ slice: Slice<UnsafeMutableBufferPointer<Element>>) {
        self.init(UnsafeMutableBufferPointer(rebasing: slice))
    }
}
