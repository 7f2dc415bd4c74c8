import Dispatch
import Foundation

/// Threads that call Lua functions side by side, each in states of its own.
///
/// A worker is a dedicated thread with a large stack; it has one `LuaState` for each program it was
/// asked for, made by `makeState` on that very thread when first needed. Only plain data crosses.
/// What is asked must be pure: which worker answers depends on the moment, and items that were in
/// hand when a worker stalled are asked again.
///
/// Every worker begins with an equal share of the items. One that is done takes half of what the
/// busiest has left, down to the items that are in its hands and not begun (work stealing), so that
/// slow items that stand together are not one worker's burden.
///
///     let pool = LuaWorkerPool(workerCount: 2) { worker, program in
///         let state = LuaState()
///         let score = try state.load(source[program]!, name: program)
///         return LuaWorkerState(state: state, functions: ["score": score])
///     }
///     let scores = pool.map("length", "score", items: texts, budget: Budget(seconds: 0.1))
public final class LuaWorkerPool: Sendable {
    /// Makes a worker's state for a program; it runs on the worker's thread.
    public typealias Maker =
        @Sendable (_ worker: Int, _ program: String) throws -> LuaWorkerState

    private let engine: WorkerEngine
    private let workerCount: Int

    /// Starts the threads.
    ///
    /// A call that has not ended `graceSeconds` after its deadline, because a host function holds
    /// it, is cut off: its item gets an error, its thread is left to itself and another takes its
    /// place. Making a state may take `startSeconds`.
    public init(
        workerCount: Int, graceSeconds: Double = 0.25, startSeconds: Double = 30,
        makeState: @escaping Maker
    ) {
        precondition(workerCount > 0, "a pool has at least one worker")
        self.workerCount = workerCount
        engine = WorkerEngine(
            workerCount: workerCount, graceSeconds: graceSeconds, startSeconds: startSeconds,
            makeState: makeState)
        engine.start()
    }

    deinit {
        engine.close()
    }

    /// Calls a function of a program once for each item and waits for all.
    ///
    /// The results come in the order of the items; an item that fails gives its own error. Each
    /// call has the budget to itself. Several threads may call at once; a worker may not.
    public func map(
        _ program: String, _ function: String, items: [LuaValue], budget: Budget
    ) -> [Result<LuaValue, LuaError>] {
        precondition(!engine.isOnWorker, "a worker of a pool cannot wait for its own pool")
        if items.isEmpty { return [] }
        let (job, finished) = engine.submit(
            WorkerJob(
                program: program, function: function, items: items, budget: budget,
                workerCount: workerCount))
        while finished.wait(timeout: .now() + engine.checkSeconds) == .timedOut {
            engine.replaceStalledWorkers()
        }
        return engine.collect(job)
    }

    /// Lets every worker drop its state of a program before its next item: a swap is a new state.
    public func forget(_ program: String) {
        engine.forget(program)
    }

    /// What each worker's states held after the last items they answered, in bytes by program.
    public var memoryBytes: [[String: Int]] { engine.memoryBytes }

    /// How many workers were cut off and replaced.
    public var replacedCount: Int { engine.replacedCount }
}
