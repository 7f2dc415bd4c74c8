import Dispatch
import Testing

@testable import Tensors

@Suite struct CPUComputeThreadTests {
    private struct Refusal: Error, Equatable {
        let number: Int
    }

    @Test func workRunsOnTheComputeThreadAndItsValueComesBack() {
        #expect(!ComputeThread.shared.isCurrent)
        #expect(ComputeThread.shared.run { ComputeThread.shared.isCurrent })
        #expect(ComputeThread.shared.run { 6 * 7 } == 42)
    }

    @Test func errorsComeBackToTheCaller() {
        #expect(throws: Refusal(number: 3)) {
            try ComputeThread.shared.run { throw Refusal(number: 3) }
        }
    }

    @Test func workInsideWorkRunsAtOnce() {
        let result = ComputeThread.shared.run {
            ComputeThread.shared.run { ComputeThread.shared.run { [1, 2] } + [3] }
        }
        #expect(result == [1, 2, 3])
    }

    /// Callers on many threads, each with operations of its own.
    @Test func callersFromEverywhereGetTheirOwnResults() {
        let backend = CPUBackend.shared
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            let x = Tensor(
                [Float](repeating: Float(index), count: 1000), shape: [1000], on: backend)
            for _ in 0..<20 { backend.accumulate(x, scale: 0, into: x) }
            let doubled = backend.add(x, x).read()
            #expect(doubled.allSatisfy { $0 == Float(2 * index) })
        }
    }

    @Test func theTeamHasTheSizeThatWasAskedFor() {
        ComputeThread.shared.run {
            let before = ComputeThread.shared.threadCount
            defer { ComputeThread.shared.setThreadCount(before) }
            for count in [1, 2, 5] {
                ComputeThread.shared.setThreadCount(count)
                #expect(ComputeThread.shared.threadCount == count)
                #expect(CPUBackend.shared.description.threadCount == count)
            }
        }
    }
}
