import CKernels
import Synchronization
import Testing

@testable import Tensors

/// The team behind every kernel: each share of a call runs once, whoever takes it, before the call
/// returns.
@Suite struct CPUTeamTests {
    private final class Tally: Sendable {
        let runs = Mutex([Int](repeating: 0, count: 16))
    }

    private func call(_ tally: Tally, shares: Int32) {
        nj_parallel(
            { context, share, _ in
                guard let context else { return }
                let tally = Unmanaged<Tally>.fromOpaque(context).takeUnretainedValue()
                tally.runs.withLock { $0[Int(share)] += 1 }
            }, Unmanaged.passUnretained(tally).toOpaque(), shares)
    }

    /// Also where the team is larger than the machine, and after it shrank.
    @Test func everyShareRunsOnceBeforeTheCallReturns() {
        ComputeThread.shared.run {
            let before = ComputeThread.shared.threadCount
            defer { ComputeThread.shared.setThreadCount(before) }
            for threads in [2, 7, 16, 3] {
                ComputeThread.shared.setThreadCount(threads)
                let tally = Tally()
                for round in 1...2_000 {
                    call(tally, shares: Int32(threads))
                    // All of them are done now; the ones of the next call have not begun.
                    let runs = tally.runs.withLock { $0 }
                    let expected = (0..<16).map { $0 < threads ? round : 0 }
                    guard runs == expected else {
                        Issue.record("\(threads) threads, call \(round): \(runs)")
                        return
                    }
                }
            }
        }
    }

    /// Helpers that went to sleep between two calls are not needed, and not lost.
    @Test func callsAreAnsweredAfterAPause() {
        ComputeThread.shared.run {
            let before = ComputeThread.shared.threadCount
            defer { ComputeThread.shared.setThreadCount(before) }
            ComputeThread.shared.setThreadCount(4)
            let tally = Tally()
            for _ in 0..<200 {
                call(tally, shares: 4)
                // Longer than a helper looks for work.
                let clock = ContinuousClock()
                let end = clock.now + .microseconds(300)
                while clock.now < end {}
            }
            #expect(tally.runs.withLock { $0 }[..<4].allSatisfy { $0 == 200 })
        }
    }
}
