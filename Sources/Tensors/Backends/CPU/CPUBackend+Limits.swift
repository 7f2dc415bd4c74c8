import CKernels
import Dispatch

/// What no computation on a machine goes beyond: its arithmetic, and what its memory gives (the roofline
/// model, Williams et al. 2009).
public struct MachineLimits: Sendable, Hashable {
    /// Floating-point operations a second.
    public var flops: Double
    /// Bytes a second that are read from memory.
    public var bytes: Double

    /// Limits as they were measured.
    public init(flops: Double, bytes: Double) {
        self.flops = flops
        self.bytes = bytes
    }

    /// Seconds that an operation takes at least, by its arithmetic or by what it reads and writes once.
    /// At most what it took: tensors that caches hold come faster than memory gives them.
    public func floor(of entry: OperationProfile.Entry) -> Double {
        min(entry.seconds, max(entry.flops / flops, entry.bytes / bytes))
    }
}

extension CPUBackend {
    /// Limits for numbers of `kind` as they are now: a shared machine's drift within minutes.
    public func limits(_ kind: ElementKind) -> MachineLimits {
        MachineLimits(flops: registerSpeed(kind), bytes: readSpeed())
    }

    /// Bytes a second that the team reads from memory, beyond what caches hold: the fastest of
    /// some passes over `byteCount` bytes.
    public func readSpeed(byteCount: Int = 128 << 20, passes: Int = 10) -> Double {
        let memory = empty([byteCount / 2], .bf16)
        fill(memory, with: 1)
        return (0..<max(1, passes)).reduce(0) { fastest, _ in
            let start = DispatchTime.now().uptimeNanoseconds
            _ = compute { nj_read(memory.address, memory.byteCount) }
            return max(fastest, Double(memory.byteCount) / Self.seconds(since: start))
        }
    }

    /// Floating-point operations a second of multiply-adds whose numbers never leave the registers: the
    /// fastest of some passes of `steps` steps, which the team shares. Units for matrix tiles, where a machine
    /// has them, do more.
    public func registerSpeed(
        _ kind: ElementKind, steps: Int = 1 << 21, passes: Int = 10
    ) -> Double {
        let share = max(1, steps / ComputeThread.shared.threadCount)
        return (0..<max(1, passes)).reduce(0) { fastest, _ in
            let start = DispatchTime.now().uptimeNanoseconds
            let flops = compute { nj_multiply_in_registers(kind.kernelKind, share) }
            return max(fastest, flops / Self.seconds(since: start))
        }
    }

    private static func seconds(since start: UInt64) -> Double {
        Double(max(1, DispatchTime.now().uptimeNanoseconds - start)) / 1e9
    }
}
