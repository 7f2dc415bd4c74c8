import Checkpoints
import Dispatch
import Glibc
import Synchronization
import Testing

@Suite struct BackgroundSaverTests {
    struct Failure: Error, Equatable { let number: Int }

    @Test func savesRunOneAtATimeInOrderOnAnotherThread() throws {
        let saver = BackgroundSaver()
        let order = Mutex<[Int]>([])
        let running = Mutex(0)
        let caller = UInt(pthread_self())
        for number in 0..<20 {
            try saver.submit {
                #expect(UInt(pthread_self()) != caller)
                #expect(
                    running.withLock {
                        $0 += 1; return $0
                    } == 1)
                order.withLock { $0.append(number) }
                running.withLock { $0 -= 1 }
            }
        }
        try saver.wait()
        #expect(order.withLock { $0 } == Array(0..<20))
        #expect(!saver.isBusy)
    }

    @Test func theCallerGoesOnWhileASaveRuns() throws {
        let saver = BackgroundSaver()
        let gate = DispatchSemaphore(value: 0)
        try saver.submit { gate.wait() }
        #expect(saver.isBusy)
        try saver.throwIfFailed()
        gate.signal()
        try saver.wait()
    }

    @Test func anErrorSurfacesOnceAtTheNextCall() throws {
        let saver = BackgroundSaver()
        try saver.submit { throw Failure(number: 1) }
        let wasRun = Mutex(false)
        #expect(throws: Failure(number: 1)) {
            try saver.submit { wasRun.withLock { $0 = true } }
        }
        // The caller decides what follows a failed save; it is not started behind its back.
        #expect(!wasRun.withLock { $0 })
        try saver.submit { throw Failure(number: 2) }
        #expect(throws: Failure(number: 2)) { try saver.wait() }
        try saver.wait()
    }
}
