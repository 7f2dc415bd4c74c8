import CLuaShim

/// What Lua costs here: calls, states, budgets, the ordered functions, the worker pool.
///
/// Times are the best of many rounds on the machine as it is; ratios are medians over runs made in
/// turns.
public enum LuaBenchmark {
    /// One measured figure.
    public struct Figure: Sendable, Hashable {
        /// What was measured: `call_us`.
        public let name: String
        /// The figure itself, in `unit`.
        public let value: Double
        /// The unit of the value: `us`, `bytes`, `ratio`, `calls/s`.
        public let unit: String
        /// The bound that the figure should keep, where there is one.
        public let goal: Double?
        /// Whether more is better.
        public let isFloor: Bool
    }

    /// Measures everything; takes a few seconds.
    public static func run() throws -> [Figure] {
        [
            Figure(
                name: "call_us", value: try callSeconds(Self.judge) * 1e6, unit: "us", goal: 2,
                isFloor: false),
            Figure(
                name: "call_both_ways_us", value: try callSeconds("return ...") * 1e6, unit: "us",
                goal: nil, isFloor: false),
            Figure(
                name: "state_bytes", value: Double(LuaState().memoryBytes), unit: "bytes",
                goal: 65536, isFloor: false),
            Figure(
                name: "budgets_overhead", value: try budgetsOverhead(), unit: "ratio", goal: 1.1,
                isFloor: false),
            Figure(
                name: "exact_overhead", value: try exactOverhead(), unit: "ratio", goal: 3,
                isFloor: false),
            Figure(
                name: "pairs_ratio", value: try stockRatio(of: pairsOver(everyKind)),
                unit: "ratio", goal: 2, isFloor: false),
            Figure(
                name: "pairs_lists_ratio", value: try stockRatio(of: pairsOver(lists)),
                unit: "ratio", goal: nil, isFloor: false),
            Figure(
                name: "pairs_records_ratio", value: try stockRatio(of: pairsOver(records)),
                unit: "ratio", goal: nil, isFloor: false),
            Figure(
                name: "pairs_mixed_ratio", value: try stockRatio(of: pairsOver(listsWithFields)),
                unit: "ratio", goal: nil, isFloor: false),
            Figure(
                name: "pairs_numbers_ratio", value: try stockRatio(of: pairsOver(numbers)),
                unit: "ratio", goal: nil, isFloor: false),
            Figure(
                name: "pairs_words_ratio", value: try stockRatio(of: pairsOver(words)),
                unit: "ratio", goal: nil, isFloor: false),
            Figure(
                name: "library_ratio", value: try stockRatio(of: libraryWork), unit: "ratio",
                goal: 2, isFloor: false),
            Figure(
                name: "sort_ratio", value: try stockRatio(of: sortWork), unit: "ratio", goal: 2,
                isFloor: false),
            Figure(
                name: "calls_per_second_two_workers", value: callsPerSecond(workerCount: 2),
                unit: "calls/s", goal: 500_000, isFloor: true),
        ]
    }

    /// The time of a call from the host into Lua and back with a table of ten fields, in seconds.
    ///
    /// - Parameter source: the chunk that receives the table.
    static func callSeconds(_ source: String) throws -> Double {
        let function = try LuaState().load(source, name: "call.lua")
        let table: LuaValue = [
            "step": 120, "loss": 2.5, "loss_mean": 2.75, "tokens": 500_000, "lr": 3e-4, "epoch": 1,
            "grad_norm": 0.9, "name": "domain", "finite": true, "progress": 0.25,
        ]
        // The best of many short rounds: whatever else the machine does only adds to them.
        let calls = 500
        return try (0..<1000).map { _ in
            try seconds { for _ in 0..<calls { try function.call([table]) } } / Double(calls)
        }.min() ?? .infinity
    }

    /// What a handler does with its facts: looks at some, answers with one value.
    static let judge = """
        local ctx = ...
        if ctx.finite and ctx.loss < 2 * ctx.loss_mean then return "keep" end
        return "skip"
        """

    /// The time of work bound by the processor under the default budget, as a multiple of the same
    /// work in a stock interpreter.
    public static func budgetsOverhead() throws -> Double { try stockRatio(of: plainWork) }

    /// The time of the same work under a counted budget, as a multiple of that without a budget.
    public static func exactOverhead() throws -> Double {
        let function = try LuaState().load(plainWork, name: "work.lua")
        return try ratio {
            try processorSeconds {
                try function.call(budget: Budget(seconds: 600, instructions: .max))
            }
        } to: {
            try processorSeconds { try function.call(budget: .unlimited) }
        }
    }

    /// Small pure calls through a pool, calls a second.
    public static func callsPerSecond(workerCount: Int) -> Double {
        let pool = LuaWorkerPool(workerCount: workerCount) { _, name in
            let state = LuaState()
            let function = try state.load("local x = ... return x * 2 + 1", name: name)
            return LuaWorkerState(state: state, functions: ["small": function])
        }
        let items = (0..<200_000).map { LuaValue.integer(Int64($0)) }
        let budget = Budget(seconds: 1)
        _ = pool.map("bench", "small", items: Array(items.prefix(1000)), budget: budget)
        let rounds = (0..<5).map { _ in
            seconds { _ = pool.map("bench", "small", items: items, budget: budget) }
        }
        return Double(items.count) / (rounds.min() ?? .infinity)
    }

    /// The time of a chunk here under the default budget, as a multiple of that in a stock
    /// interpreter: the median over pairs of interpreters, for how keys fall together in tables is
    /// another in each.
    static func stockRatio(of source: String) throws -> Double {
        try (0..<7).map { _ in try stockRatioOfOnePair(source) }.sorted()[3]
    }

    private static func stockRatioOfOnePair(_ source: String) throws -> Double {
        let function = try LuaState().load(source, name: "work.lua")
        guard let stock = njl_stock_open(source, source.utf8.count) else {
            preconditionFailure("the stock interpreter loads the benchmark's own chunks")
        }
        defer { njl_stock_close(stock) }
        return try ratio(rounds: 9) {
            try processorSeconds { try function.call() }
        } to: {
            let seconds = njl_stock_run(stock)
            precondition(seconds > 0, "the stock interpreter runs the benchmark's own chunks")
            return seconds
        }
    }

    /// The median of the quotients of two times taken in turns: the speed of a machine that others
    /// use changes from one moment to the next, and both sides see the same.
    private static func ratio(
        rounds: Int = 31, _ one: () throws -> Double, to other: () throws -> Double
    ) rethrows -> Double {
        _ = (try one(), try other())
        let quotients = try (0..<rounds).map { round in
            if round.isMultiple(of: 2) { return try one() / other() }
            let below = try other()
            return try one() / below
        }
        return quotients.sorted()[quotients.count / 2]
    }

    private static func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
        let began = njl_thread_seconds()
        try body()
        return njl_thread_seconds() - began
    }

    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        try ContinuousClock().measure(body) / .seconds(1)
    }

    /// Calls, arithmetic, tables and closures: what the interpreter does, with few library calls.
    static let plainWork = """
        local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
        local composite, primes = {}, 0
        for i = 2, 60000 do
          if not composite[i] then
            primes = primes + 1
            for j = i * i, 60000, i do composite[j] = true end
          end
        end
        local n, a, b, c = 40, {}, {}, {}
        for i = 1, n do
          a[i], b[i], c[i] = {}, {}, {}
          for j = 1, n do a[i][j], b[i][j] = i + j, i - j end
        end
        for i = 1, n do
          local row, out = a[i], c[i]
          for j = 1, n do
            local sum = 0.0
            for k = 1, n do sum = sum + row[k] * b[k][j] end
            out[j] = sum
          end
        end
        local parts = {}
        for i = 1, 5000 do parts[#parts + 1] = "item " .. i end
        assert(fib(25) == 75025 and primes == 6057 and #parts == 5000)
        """

    /// Texts taken apart and put together, with functions of the library called by their full names.
    static let libraryWork = """
        local parts, sum = {}, 0
        for i = 1, 20000 do parts[#parts + 1] = ("x"):rep(i % 10) .. i end
        local text, words = table.concat(parts, ","), 0
        for word in text:gmatch("%d+") do words = words + #word end
        for i = 1, 100000 do sum = sum + math.floor(i / 3) end
        for i = 1, 20000 do sum = sum + #string.format("%d %s", i, "x") + string.byte(text, i) end
        assert(words > 0 and sum > 0 and #text:gsub("%d", "n"):upper() == #text)
        """

    /// Walks over tables that a body fills, `t` being the table and `i` its number.
    private static func pairsOver(_ body: String) -> String {
        """
        local seed, made, sum = 7, {}, 0
        local function random(n) seed = (seed * 48271) % 2147483647 return seed % n + 1 end
        for i = 1, 240 do
          local t = {}
          \(body)
          made[i] = t
        end
        for round = 1, 30 do
          for i = 1, 240 do
            for k, v in pairs(made[i]) do sum = sum + v end
          end
        end
        assert(sum > 0)
        """
    }

    private static let lists = "for j = 1, 50 do t[j] = j end"
    /// Records of the sizes that scripts have, with the same names again and again.
    private static let records = """
        for j = 1, ({ 3, 6, 10, 20 })[i % 4 + 1] do t["field" .. j] = j end
        """
    private static let listsWithFields = """
        for j = 1, ({ 3, 10, 50 })[i % 3 + 1] do t[j] = j end
        t.name, t.step, t.loss = 1, 2, 3
        """
    /// Counts by token id, in tables that all have other keys.
    private static let numbers = """
        for j = 1, ({ 3, 10, 60 })[i % 3 + 1] do t[random(100000)] = j end
        """
    /// Counts by word, in tables that all have other keys.
    private static let words = """
        for j = 1, ({ 6, 20, 100 })[i % 3 + 1] do t["w" .. random(5000)] = j end
        """
    /// As many tables of each kind.
    private static let everyKind = """
        local kind = i % 5
        if kind == 0 then
          \(lists)
        elseif kind == 1 then
          \(records)
        elseif kind == 2 then
          \(listsWithFields)
        elseif kind == 3 then
          \(numbers)
        else
          \(words)
        end
        """

    /// Sorts numbers, texts, and tables by a comparator.
    static let sortWork = """
        local seed = 12345
        local function next() seed = (seed * 1103515245 + 12345) % 2147483648 return seed end
        local numbers, texts, rows = {}, {}, {}
        for i = 1, 20000 do numbers[i] = next() end
        for i = 1, 5000 do texts[i] = "item" .. next() end
        for i = 1, 5000 do rows[i] = { key = next() } end
        table.sort(numbers)
        table.sort(texts)
        table.sort(rows, function(a, b) return a.key < b.key end)
        """
}
