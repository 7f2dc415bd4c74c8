import Dispatch

/// One call of `LuaWorkerPool.map`: its items, and what is known of them.
struct WorkerJob: Sendable {
    let program: String
    let function: String
    let items: [LuaValue]
    let budget: Budget
    /// What nobody has taken yet, first things first.
    private var open: [Range<Int>]
    private(set) var results: [Result<LuaValue, LuaError>?]
    private var missing: Int
    let finished = DispatchSemaphore(value: 0)

    init(program: String, function: String, items: [LuaValue], budget: Budget) {
        self.program = program
        self.function = function
        self.items = items
        self.budget = budget
        open = [0..<items.count]
        results = Array(repeating: nil, count: items.count)
        missing = items.count
    }

    var isFinished: Bool { missing == 0 }

    /// Takes a chunk: a share of what is left, so that chunks are small towards the end.
    mutating func take(workerCount: Int) -> Range<Int>? {
        guard let range = open.first else { return nil }
        let left = open.reduce(0) { $0 + $1.count }
        let size = min(range.count, max(1, min(256, left / (4 * workerCount))))
        let chunk = range.lowerBound..<range.lowerBound + size
        if chunk.upperBound == range.upperBound {
            open.removeFirst()
        } else {
            open[0] = chunk.upperBound..<range.upperBound
        }
        return chunk
    }

    /// Takes everything that is left.
    mutating func takeAll() -> [Range<Int>] {
        defer { open = [] }
        return open
    }

    /// Puts items back that a worker did not answer.
    mutating func putBack(_ range: Range<Int>) {
        if !range.isEmpty { open.insert(range, at: 0) }
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
    let chunk: Range<Int>
    let began: ContinuousClock.Instant
    /// Where the shim keeps the state that is being called; 0 while the state is being made.
    var context: UInt = 0
}
