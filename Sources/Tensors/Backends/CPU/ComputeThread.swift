import CKernels
import Dispatch
import Foundation
import Synchronization

/// The one thread that owns the team of kernel threads; everything that computes queues to it.
///
/// The team belongs to whoever calls it first, so a second caller would make a second team that
/// fights the first. A loop of many small operations runs whole on this thread
/// (`ComputeThread.shared.run { ... }`), which spares each operation the hand-over.
public final class ComputeThread: Sendable {
    public static let shared = ComputeThread()

    /// What a caller waits for: a closure in the caller's own frame.
    ///
    /// Sendable without a lock because the caller sleeps until `done`: the closure and the places
    /// that it writes belong to one thread at a time.
    private struct Job: @unchecked Sendable {
        let work: UnsafePointer<() -> Void>
        let done: DispatchSemaphore

        /// Not inlined, so that nothing of the closure is held any more when `done` is signalled.
        @inline(never)
        func perform() { work.pointee() }
    }

    private let jobs = Mutex<[Job]>([])
    private let arrived = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in serve() }
        thread.name = "nightjar-compute"
        // Whole training loops run here, with whatever depth of calls they need.
        thread.stackSize = 64 << 20
        thread.start()
    }

    /// Members of the team, this thread included.
    public var threadCount: Int { run { Int(nj_threads()) } }

    /// Changes the size of the team; results stay the same, bit for bit.
    public func setThreadCount(_ count: Int) {
        precondition(count > 0, "A team has at least one thread, not \(count).")
        run { nj_set_threads(Int32(clamping: count)) }
    }

    /// Whether the caller is on the compute thread.
    public var isCurrent: Bool { nj_is_compute_thread() != 0 }

    /// Runs `body` on the compute thread and waits for it; at once when already there.
    public func run<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if isCurrent { return try body() }
        var result: Result<Value, Failure>?
        let work: () -> Void = {
            do throws(Failure) {
                result = .success(try body())
            } catch {
                result = .failure(error)
            }
        }
        withoutActuallyEscaping(work) { work in
            withUnsafePointer(to: work) { work in
                let job = Job(work: work, done: DispatchSemaphore(value: 0))
                jobs.withLock { $0.append(job) }
                arrived.signal()
                job.done.wait()
            }
        }
        guard let result else { preconditionFailure("The compute thread left a job undone.") }
        return try result.get()
    }

    /// Runs `body` for every index below `count` on the team's members, in no order, and waits for all.
    ///
    /// For the host's own work on many rows: `body` must not compute with tensors, for whose kernels
    /// the team is not free meanwhile.
    public func forEach(_ count: Int, _ body: (Int) -> Void) {
        run {
            withoutActuallyEscaping(body) { body in
                var share = Share(count: count, body: body)
                nj_parallel(
                    { context, thread, threads in
                        let share = context!.assumingMemoryBound(to: Share.self)
                        for index in stride(
                            from: Int(thread), to: share.pointee.count, by: Int(threads))
                        {
                            share.pointee.body(index)
                        }
                    }, &share, nj_threads())
            }
        }
    }

    private struct Share {
        let count: Int
        let body: (Int) -> Void
    }

    private func serve() {
        nj_become_compute_thread(Int32(clamping: Self.initialThreadCount()))
        while true {
            arrived.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job.perform()
            job.done.signal()
        }
    }

    /// `NIGHTJAR_THREADS`, or the processors that this process may use.
    private static func initialThreadCount() -> Int {
        let available = Int(nj_available_processors())
        guard let text = ProcessInfo.processInfo.environment["NIGHTJAR_THREADS"] else {
            return available
        }
        if let count = Int(text), count > 0 { return count }
        let warning =
            "NIGHTJAR_THREADS=\(text) is not a number of threads; using \(available).\n"
        FileHandle.standardError.write(Data(warning.utf8))
        return available
    }
}
