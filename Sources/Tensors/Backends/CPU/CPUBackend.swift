import CKernels
import Synchronization

/// Computes on the processor: oneDNN or our own products, C kernels for the rest.
///
/// It holds f32 and bf16 tensors (and i32 ids); f64 can be stored and cast, nothing else. Every
/// operation runs on the compute thread and returns when it is done, so reading waits for nothing.
/// Results have the same bits for any number of threads. Memory comes from a pool.
public final class CPUBackend: Backend {
    public static let shared = CPUBackend()

    let pool = StoragePool()
    /// What `profiled` collects, while it does.
    let recorder = Mutex(OperationRecorder())
    let isProfiling = Atomic(false)

    private init() {}

    public var description: BackendDescription {
        ComputeThread.shared.run {
            let byLibrary = [NJ_F32, NJ_BF16].map { nj_products_by_onednn($0) != 0 }
            let library = String(cString: nj_products_library_version())
            let products =
                switch (byLibrary[0], byLibrary[1]) {
                case (true, true): library
                case (false, false): "own"
                case (true, false): "\(library), bf16 own"
                case (false, true): "own, bf16 \(library)"
                }
            return BackendDescription(
                name: "cpu", instructionSet: String(cString: nj_isa_name()),
                threadCount: Int(nj_threads()), hasNativeBFloat16: nj_has_native_bf16() != 0,
                products: products)
        }
    }

    /// Runs a kernel where kernels run.
    ///
    /// - Parameters:
    ///   - operation: what a profile calls it; the calling function when absent.
    ///   - flops: its floating-point operations, where they are counted.
    ///   - bytes: what it reads and writes, where that is counted.
    func compute<Value>(
        _ operation: StaticString = #function, flops: @autoclosure () -> Double = 0,
        bytes: @autoclosure () -> Int = 0, _ body: () -> Value
    ) -> Value {
        guard isProfiling.load(ordering: .relaxed) else { return ComputeThread.shared.run(body) }
        recorder.withLock { $0.begin() }
        let value = ComputeThread.shared.run(body)
        let name = String("\(operation)".prefix { $0 != "(" })
        recorder.withLock { $0.end(name, flops: flops(), bytes: bytes()) }
        return value
    }
}

extension Array<Tensor> {
    /// Bytes of all of them.
    var byteCount: Int { reduce(0) { $0 + $1.byteCount } }
}

extension ElementKind {
    /// The kind as kernels know it, for storing and casting.
    var kernelKind: nj_kind {
        switch self {
        case .f32: NJ_F32
        case .bf16: NJ_BF16
        case .i32: NJ_I32
        case .f64: NJ_F64
        }
    }
}

extension Tensor {
    /// The kind of an operand that a kernel computes with.
    var computedKind: nj_kind {
        ShapeChecks.require(
            kind == .f32 || kind == .bf16,
            "The CPU backend computes in f32 and bf16, not \(kind.rawValue): "
                + "cast first, or use the reference backend.")
        return kind.kernelKind
    }

    var floats: UnsafeMutablePointer<Float> { address.assumingMemoryBound(to: Float.self) }
    var integers: UnsafeMutablePointer<Int32> { address.assumingMemoryBound(to: Int32.self) }
}
