import CKernels
import Dispatch

extension CPUBackend {
    /// Bytes a second that the team reads from memory, beyond what caches hold: the fastest of
    /// some passes over `byteCount` bytes.
    public func readSpeed(byteCount: Int = 128 << 20, passes: Int = 10) -> Double {
        let memory = empty([byteCount / 2], .bf16)
        fill(memory, with: 1)
        var fastest = UInt64.max
        for _ in 0..<max(1, passes) {
            let start = DispatchTime.now().uptimeNanoseconds
            _ = compute { nj_read(memory.address, memory.byteCount) }
            fastest = min(fastest, DispatchTime.now().uptimeNanoseconds - start)
        }
        return Double(memory.byteCount) / Double(max(1, fastest)) * 1e9
    }
}
