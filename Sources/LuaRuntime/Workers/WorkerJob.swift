import Dispatch

/// One call of `LuaWorkerPool.map`: its items, and what is known of them.
struct WorkerJob: Sendable {
    let program: String
    let function: String
    let items: [LuaValue]
    let budget: Budget
    /// By worker, what is its share and nobody has taken, first things first.
    private var shares: [[Range<Int>]]
    private(set) var results: [Result<LuaValue, LuaError>?]
    private var missing: Int
    let finished = DispatchSemaphore(value: 0)

    init(
        program: String, function: String, items: [LuaValue], budget: Budget, workerCount: Int
    ) {
        self.program = program
        self.function = function
        self.items = items
        self.budget = budget
        shares = (0..<workerCount).map { worker in
            let share =
                items.count * worker / workerCount..<items.count * (worker + 1) / workerCount
            return share.isEmpty ? [] : [share]
        }
        results = Array(repeating: nil, count: items.count)
        missing = items.count
    }

    var isFinished: Bool { missing == 0 }

    /// Takes a chunk of a worker's share; where that is used up, half of what the worker with the
    /// largest has left becomes its own.
    ///
    /// Chunks are small towards the end of a share, so that there is something left to take.
    mutating func take(worker: Int) -> Range<Int>? {
        if shares[worker].isEmpty { steal(for: worker) }
        guard let range = shares[worker].first else { return nil }
        let size = min(range.count, max(1, min(256, left(worker) / 4)))
        let chunk = range.lowerBound..<range.lowerBound + size
        if chunk.upperBound == range.upperBound {
            shares[worker].removeFirst()
        } else {
            shares[worker][0] = chunk.upperBound..<range.upperBound
        }
        return chunk
    }

    private mutating func steal(for worker: Int) {
        guard let victim = shares.indices.max(by: { left($0) < left($1) }),
            let last = shares[victim].popLast()
        else { return }
        // The back half: the victim is at work at the front.
        let middle = last.lowerBound + last.count / 2
        if middle > last.lowerBound { shares[victim].append(last.lowerBound..<middle) }
        shares[worker] = [middle..<last.upperBound]
    }

    private func left(_ worker: Int) -> Int { shares[worker].reduce(0) { $0 + $1.count } }

    /// Takes everything that is left.
    mutating func takeAll() -> [Range<Int>] {
        defer { shares = Array(repeating: [], count: shares.count) }
        return shares.flatMap { $0 }
    }

    /// Puts items back that a worker did not answer.
    mutating func putBack(_ range: Range<Int>, worker: Int) {
        if !range.isEmpty { shares[worker].insert(range, at: 0) }
    }

    mutating func answer(_ first: Int, _ answers: some Sequence<Result<LuaValue, LuaError>>) {
        var index = first
        for answer in answers {
            if results[index] == nil { missing -= 1 }
            results[index] = answer
            index += 1
        }
    }
}

/// A chunk of a job in a worker's hands.
struct WorkerClaim: Sendable {
    let job: Int
    var chunk: Range<Int>
    let began: ContinuousClock.Instant
    /// Where the shim keeps the state that is being called; 0 while the state is being made.
    var context: UInt = 0
}
