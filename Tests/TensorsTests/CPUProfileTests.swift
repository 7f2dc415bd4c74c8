import CKernels
import Testing

@testable import Tensors

/// Where the time of operations goes, and the least that a machine allows for them.
@Suite struct CPUProfileTests {
    private let backend = CPUBackend.shared

    /// On the compute thread, where no other test's operations come between.
    @Test func operationsCountTheirCallsArithmeticAndBytes() throws {
        let profile = ComputeThread.shared.run {
            let x = backend.empty([96, 40], .f32)
            let weight = backend.empty([24, 40], .f32)
            backend.fill(x, with: 0.5)
            backend.fill(weight, with: 0.25)
            return backend.profiled {
                for _ in 0..<3 { backend.softCap(x, at: 30) }
                _ = backend.matmul(
                    x, weight, transposeA: false, transposeB: true, kind: .f32, into: nil,
                    accumulate: false)
            }.profile
        }
        #expect(Set(profile.entries.map(\.name)) == ["softCap", "product forward"])
        let cap = try #require(profile.entries.first { $0.name == "softCap" }).entry
        #expect(cap.calls == 3)
        #expect(cap.flops == 0)
        #expect(cap.bytes == Double(3 * 2 * 96 * 40 * 4))
        let product = try #require(profile.entries.first { $0.name != "softCap" }).entry
        #expect(product.calls == 1)
        #expect(product.flops == Double(2 * 96 * 24 * 40))
        #expect(product.bytes == Double((96 * 40 + 24 * 40 + 96 * 24) * 4))
        #expect(profile.betweenSeconds >= 0)
        #expect(profile.betweenSeconds <= profile.wallSeconds)
    }

    @Test func aFloorIsArithmeticOrMemoryAndNeverAboveWhatWasMeasured() {
        let limits = MachineLimits(flops: 100e9, bytes: 10e9)
        typealias Entry = OperationProfile.Entry
        // A product, whose arithmetic takes 20 ms and whose bytes take 5.
        #expect(limits.floor(of: Entry(calls: 1, seconds: 0.03, flops: 2e9, bytes: 50e6)) == 0.02)
        #expect(limits.floor(of: Entry(calls: 1, seconds: 0.03, bytes: 50e6)) == 0.005)
        // Out of the caches.
        #expect(limits.floor(of: Entry(calls: 1, seconds: 0.001, bytes: 50e6)) == 0.001)
        #expect(limits.floor(of: Entry(calls: 1, seconds: 0.001)) == 0)
        let profile = OperationProfile(
            entries: [
                ("a", Entry(calls: 1, seconds: 0.03, flops: 2e9)),
                ("b", Entry(calls: 1, seconds: 0.03, bytes: 50e6)),
            ], wallSeconds: 0.07)
        #expect(abs(profile.floorSeconds(limits) - 0.025) < 1e-12)
    }

    /// Each thread's share of each step counts once.
    @Test func registersCountWhatTheyMultiply() {
        for kind in [NJ_F32, NJ_BF16] {
            let flops = [1, 2, 3].map { threads in
                ComputeThread.shared.run {
                    let before = ComputeThread.shared.threadCount
                    defer { ComputeThread.shared.setThreadCount(before) }
                    ComputeThread.shared.setThreadCount(threads)
                    return [64, 128].map { nj_multiply_in_registers(kind, $0) }
                }
            }
            // A step holds one register at least, and its numbers are multiplied and added.
            #expect(flops[0][0] >= 64 * 2 * 4)
            for threads in 1...3 {
                #expect(flops[threads - 1] == flops[0].map { $0 * Double(threads) })
                #expect(flops[threads - 1][1] == 2 * flops[threads - 1][0])
            }
        }
        #expect(backend.registerSpeed(.f32, steps: 1 << 12, passes: 3) > 0)
        #expect(backend.readSpeed(byteCount: 1 << 20, passes: 2) > 0)
    }
}
