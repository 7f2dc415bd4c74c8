import CLuaShim
import Dispatch
import Foundation
import Synchronization

/// The threads of a pool and what they share.
///
/// A class of its own, so that the pool can go while threads still hold this.
final class WorkerEngine: Sendable {
    private struct Seat: Sendable {
        /// Counts the threads that have sat here; one with an older number has been cut off.
        var generation = 0
        var claim: WorkerClaim?
        var memory: [String: Int] = [:]
    }

    private struct Shared: Sendable {
        var jobs: [Int: WorkerJob] = [:]
        var nextJob = 0
        /// Jobs with items that nobody has taken, oldest first.
        var queue: [Int] = []
        var seats: [Seat]
        var versions: [String: Int] = [:]
        /// Workers that found nothing to do.
        var idle = 0
        var replaced = 0
        var isClosed = false
    }

    let checkSeconds: Double
    private let workerCount: Int
    private let graceSeconds: Double
    private let startSeconds: Double
    private let makeState: LuaWorkerPool.Maker
    private let shared: Mutex<Shared>
    private let arrived = DispatchSemaphore(value: 0)

    init(
        workerCount: Int, graceSeconds: Double, startSeconds: Double,
        makeState: @escaping LuaWorkerPool.Maker
    ) {
        self.workerCount = workerCount
        self.graceSeconds = graceSeconds
        self.startSeconds = startSeconds
        self.makeState = makeState
        checkSeconds = max(0.002, min(graceSeconds / 4, 0.1))
        shared = Mutex(Shared(seats: Array(repeating: Seat(), count: workerCount)))
    }

    private static let mark = "nightjar.lua.pool"

    var isOnWorker: Bool {
        Thread.current.threadDictionary[Self.mark] as? ObjectIdentifier == ObjectIdentifier(self)
    }

    func start() {
        for worker in 0..<workerCount { startThread(worker, generation: 0) }
    }

    private func startThread(_ worker: Int, generation: Int) {
        let thread = Thread { [self] in
            Thread.current.threadDictionary[Self.mark] = ObjectIdentifier(self)
            serve(worker, generation)
        }
        thread.name = "nightjar.lua.\(worker)"
        // Lua counts C calls by the hundred; each takes a few kilobytes at most.
        thread.stackSize = 16 << 20
        thread.start()
    }

    func close() {
        shared.withLock { $0.isClosed = true }
        for _ in 0..<workerCount { arrived.signal() }
    }

    func submit(_ job: WorkerJob) -> (id: Int, finished: DispatchSemaphore) {
        let id = shared.withLock { shared in
            shared.nextJob += 1
            shared.jobs[shared.nextJob] = job
            shared.queue.append(shared.nextJob)
            shared.idle = 0
            return shared.nextJob
        }
        for _ in 0..<workerCount { arrived.signal() }
        return (id, job.finished)
    }

    func collect(_ id: Int) -> [Result<LuaValue, LuaError>] {
        guard let job = shared.withLock({ $0.jobs.removeValue(forKey: id) }) else {
            preconditionFailure("a job is collected once")
        }
        return job.results.map { result in
            guard let result else { preconditionFailure("a finished job has all its results") }
            return result
        }
    }

    func forget(_ program: String) {
        shared.withLock { $0.versions[program, default: 0] += 1 }
    }

    var memoryBytes: [[String: Int]] { shared.withLock { $0.seats.map(\.memory) } }
    var replacedCount: Int { shared.withLock { $0.replaced } }

    // What follows runs on a worker's thread.

    private struct Held {
        let version: Int
        let worker: LuaWorkerState
    }

    private struct Work: Sendable {
        let claim: WorkerClaim
        let program: String
        let function: String
        let items: ArraySlice<LuaValue>
        let budget: Budget
        let version: Int
    }

    private enum Step: Sendable {
        case work(Work)
        case wait
        case end
    }

    private func serve(_ worker: Int, _ generation: Int) {
        var held: [String: Held] = [:]
        while true {
            switch next(worker, generation) {
            case .end: return
            case .wait: arrived.wait()
            case .work(let work):
                let answers = answer(work, worker, generation, &held)
                let memory = held[work.program]?.worker.state.memoryBytes
                handIn(work, answers, memory, worker, generation)
            }
        }
    }

    private func next(_ worker: Int, _ generation: Int) -> Step {
        shared.withLock { shared in
            if shared.isClosed || shared.seats[worker].generation != generation { return .end }
            while let id = shared.queue.first {
                if let chunk = shared.jobs[id]?.take(worker: worker) {
                    return work(chunk, of: id, worker, in: &shared)
                }
                shared.queue.removeFirst()
            }
            if let (chunk, id) = steal(in: &shared) {
                return work(chunk, of: id, worker, in: &shared)
            }
            shared.idle += 1
            return .wait
        }
    }

    private func work(
        _ chunk: Range<Int>, of id: Int, _ worker: Int, in shared: inout Shared
    ) -> Step {
        guard let job = shared.jobs[id] else { return .wait }
        let claim = WorkerClaim(job: id, chunk: chunk, began: .now)
        shared.seats[worker].claim = claim
        return .work(
            Work(
                claim: claim, program: job.program, function: job.function,
                items: job.items[chunk], budget: job.budget,
                version: shared.versions[job.program] ?? 0))
    }

    /// Takes half of what a worker has in hand and has not begun, from the one with the most.
    private func steal(in shared: inout Shared) -> (chunk: Range<Int>, job: Int)? {
        var most = 1
        var victim: Int?
        for (worker, seat) in shared.seats.enumerated() {
            // The state lives for as long as its claim is held.
            guard let claim = seat.claim, let context = OpaquePointer(bitPattern: claim.context)
            else { continue }
            let left = claim.chunk.count - Int(njl_batch_item(context)) - 1
            if left >= most { (most, victim) = (left, worker) }
        }
        guard let victim, let claim = shared.seats[victim].claim,
            let context = OpaquePointer(bitPattern: claim.context),
            case let kept = njl_batch_steal(context), kept >= 0
        else { return nil }
        let middle = claim.chunk.lowerBound + Int(kept)
        shared.seats[victim].claim?.chunk = claim.chunk.lowerBound..<middle
        return (middle..<claim.chunk.upperBound, claim.job)
    }

    private func answer(
        _ work: Work, _ worker: Int, _ generation: Int, _ held: inout [String: Held]
    ) -> [Result<LuaValue, LuaError>] {
        do {
            if held[work.program]?.version != work.version {
                held[work.program] = nil
                let made = try makeState(worker, work.program)
                held[work.program] = Held(version: work.version, worker: made)
            }
            guard let state = held[work.program]?.worker,
                let function = state.functions[work.function]
            else {
                throw LuaError(
                    kind: .runtime,
                    message: "program '\(work.program)' has no function '\(work.function)'")
            }
            publish(state.state, count: work.items.count, worker, generation)
            let answers = function.callSome(work.items, budget: work.budget)
            if state.state.isGivenUp { held[work.program] = nil }
            return answers
        } catch {
            let told =
                error as? LuaError ?? LuaError(kind: .host, message: "\(error)", cause: error)
            return work.items.map { _ in .failure(told) }
        }
    }

    /// Tells which state is being called now: to those who watch, and to those who may take of it.
    private func publish(_ state: LuaState, count: Int, _ worker: Int, _ generation: Int) {
        let context = UInt(bitPattern: state.context)
        njl_batch_begin(state.context, count)
        shared.withLock { shared in
            guard shared.seats[worker].generation == generation else { return }
            shared.seats[worker].claim?.context = context
            if shared.idle > 0 {
                shared.idle -= 1
                arrived.signal()
            }
        }
    }

    private func handIn(
        _ work: Work, _ answers: [Result<LuaValue, LuaError>], _ memory: Int?, _ worker: Int,
        _ generation: Int
    ) {
        shared.withLock { shared in
            // Whoever was cut off comes too late: its items are answered, or asked again.
            guard shared.seats[worker].generation == generation,
                let claim = shared.seats[worker].claim
            else { return }
            shared.seats[worker].claim = nil
            shared.seats[worker].memory[work.program] = memory
            // What others took meanwhile is no longer part of the chunk.
            let chunk = claim.chunk
            putBack(
                chunk.lowerBound + answers.count..<chunk.upperBound, of: claim.job, worker,
                in: &shared)
            answer(claim.job, chunk.lowerBound, answers, in: &shared)
        }
    }

    private func putBack(
        _ range: Range<Int>, of job: Int, _ worker: Int, in shared: inout Shared
    ) {
        if range.isEmpty { return }
        shared.jobs[job]?.putBack(range, worker: worker)
        if !shared.queue.contains(job) { shared.queue.insert(job, at: 0) }
    }

    private func answer(
        _ id: Int, _ first: Int, _ answers: [Result<LuaValue, LuaError>],
        in shared: inout Shared
    ) {
        shared.jobs[id]?.answer(first, answers)
        if shared.jobs[id]?.isFinished == true { shared.jobs[id]?.finished.signal() }
    }

    // What follows runs on the thread of a caller that waits.

    func replaceStalledWorkers() {
        let replaced = shared.withLock { shared in
            shared.seats.indices.filter { replaceIfStalled($0, in: &shared) }
                .map { (worker: $0, generation: shared.seats[$0].generation) }
        }
        for (worker, generation) in replaced { startThread(worker, generation: generation) }
    }

    private func replaceIfStalled(_ worker: Int, in shared: inout Shared) -> Bool {
        guard let claim = shared.seats[worker].claim else { return false }
        var stuck = claim.chunk.lowerBound
        if let context = OpaquePointer(bitPattern: claim.context) {
            // The state lives for as long as its claim is held.
            let item = njl_batch_item(context)
            guard Double(njl_overdue(context)) > graceSeconds * 1e9,
                njl_batch_item(context) == item
            else { return false }
            stuck += Int(item)
        } else if claim.began.duration(to: .now) < .seconds(startSeconds) {
            return false
        }
        shared.seats[worker].generation += 1
        shared.seats[worker].claim = nil
        shared.seats[worker].memory = [:]
        shared.replaced += 1
        let program = shared.jobs[claim.job]?.program ?? ""
        let error = LuaError(
            kind: .budgetTime,
            message: "a worker for '\(program)' did not end with its budget and was cut off")
        putBack(stuck + 1..<claim.chunk.upperBound, of: claim.job, worker, in: &shared)
        putBack(claim.chunk.lowerBound..<stuck, of: claim.job, worker, in: &shared)
        answer(claim.job, stuck, [.failure(error)], in: &shared)
        if claim.context == 0, let open = shared.jobs[claim.job]?.takeAll() {
            // A state that cannot be made is not tried again for each item.
            for range in open {
                answer(claim.job, range.lowerBound, range.map { _ in .failure(error) }, in: &shared)
            }
        }
        return true
    }
}
