import CKernels

extension CPUBackend {
    /// Bytes in use and kept.
    public struct MemoryUsage: Sendable, Hashable {
        /// Held by tensors now.
        public let liveBytes: Int
        /// Kept for the next tensors.
        public let cachedBytes: Int
        /// The most that tensors held at one time.
        public let peakLiveBytes: Int
        /// Times the system was asked for memory; constant in a steady loop.
        public let systemAllocations: Int
    }

    public var memoryUsage: MemoryUsage {
        let usage = pool.usage
        return MemoryUsage(
            liveBytes: usage.live, cachedBytes: usage.cached, peakLiveBytes: usage.peakLive,
            systemAllocations: usage.systemAllocations)
    }

    /// Gives memory that no tensor holds back to the system.
    public func trimMemory() {
        pool.trim()
        compute { nj_trim_scratch() }
    }

    public func empty(_ shape: Shape, _ kind: ElementKind) -> Tensor {
        Tensor(
            shape: shape, kind: kind, backend: self,
            storage: pool.storage(byteCount: shape.count * kind.byteCount))
    }

    public func fill(_ tensor: Tensor, with value: Float) {
        ShapeChecks.rowMajor(tensor, in: "fill")
        compute(bytes: tensor.byteCount) {
            nj_fill(tensor.address, tensor.kind.kernelKind, tensor.count, value)
        }
    }

    public func write(
        to tensor: Tensor, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        try body(UnsafeMutableRawBufferPointer(start: tensor.address, count: tensor.byteCount))
    }

    public func download(_ tensor: Tensor, into bytes: UnsafeMutableRawBufferPointer) {
        ShapeChecks.require(
            bytes.count == tensor.byteCount,
            "\(ShapeChecks.describe(tensor)) does not fill \(bytes.count) bytes.")
        guard let destination = bytes.baseAddress, bytes.count > 0 else { return }
        destination.copyMemory(from: tensor.address, byteCount: bytes.count)
    }

    public func copy(_ source: Tensor, to destination: Tensor) {
        ShapeChecks.rowMajor(source, destination, in: "copy")
        ShapeChecks.sameCount(source, destination, in: "copy")
        ShapeChecks.sameKind(source, destination, in: "copy")
        compute(bytes: [source, destination].byteCount) {
            nj_copy(source.address, destination.address, source.byteCount)
        }
    }

    public func cast(_ x: Tensor, to kind: ElementKind) -> Tensor {
        let result = empty(x.shape, kind)
        cast(x, into: result)
        return result
    }

    public func cast(_ x: Tensor, into destination: Tensor) {
        ShapeChecks.rowMajor(x, destination, in: "cast")
        ShapeChecks.sameCount(x, destination, in: "cast")
        compute(bytes: [x, destination].byteCount) {
            nj_convert(
                x.address, x.kind.kernelKind, destination.address, destination.kind.kernelKind,
                x.count)
        }
    }
}
