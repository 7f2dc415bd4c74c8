import Foundation
import LuaRuntime
import Testing

/// Counted budgets: the same script is cut off at the same place, whatever it does.
struct ExactBudgetTests {
    /// Counts up in a global of the host until it is cut off.
    private func reached(
        _ body: String, instructions: Int
    ) throws -> (steps: Int64, error: LuaError?, count: Int?) {
        let state = LuaState(print: { _ in })
        var steps: Int64 = 0
        state.register(name: "tick") { _ in
            steps += 1
            return []
        }
        let error = failure(
            body, budget: Budget(seconds: 20, instructions: instructions), state: state)
        return (steps, error, state.lastInstructionCount)
    }

    static let bodies: [(name: String, source: String)] = [
        ("loop", "while true do for i = 1, 17 do end tick() end"),
        (
            "calls",
            "local function f(n) if n > 0 then f(n - 1) end tick() end while true do f(9) end"
        ),
        (
            "coroutines",
            """
            local co = coroutine.wrap(function() local n = 0 while true do n = n + 1 coroutine.yield(n) end end)
            while true do co() tick() end
            """
        ),
        (
            "short coroutines",
            "while true do coroutine.wrap(function() for i = 1, 5 do end end)() tick() end"
        ),
        (
            "ticks inside coroutines",
            """
            local function work() for i = 1, 50 do tick() coroutine.yield() end end
            while true do
              local a, b = coroutine.create(work), coroutine.create(work)
              while coroutine.status(a) ~= "dead" do coroutine.resume(a) coroutine.resume(b) end
            end
            """
        ),
        ("caught", "while true do pcall(function() tick() error('x') end) end"),
        (
            "handled",
            "while true do xpcall(function() tick() error('x') end, function(m) return m .. '!' end) end"
        ),
        (
            "strings",
            "local s = ('ab '):rep(100) while true do s:gsub('%w+', '%0') s:find('x', 1, true) s:upper() tick() end"
        ),
        (
            "tables",
            "local t = {} for i = 1, 50 do t[i] = -i end while true do table.sort(t) table.concat(t) table.unpack(t) tick() end"
        ),
        (
            "pairs",
            "local t = { a = 1, b = 2, 3, 4 } while true do for k in pairs(t) do end tick() end"
        ),
        (
            "stock",
            "while true do math.max(1, 2, 3) select('#', 1, 2) tonumber('12') string.pack('i4', 7) tick() end"
        ),
        (
            "close",
            "while true do do local x <close> = setmetatable({}, { __close = tick }) end end"
        ),
        (
            "metamethods",
            "local t = setmetatable({}, { __index = function(_, k) tick() return k end }) while true do local x = t[1] end"
        ),
    ]

    @Test(arguments: bodies.map(\.name))
    func theSameScriptEndsAtTheSamePlace(_ name: String) throws {
        let source = try #require(Self.bodies.first { $0.name == name }).source
        for limit in [1, 777, 5000, 123_456] {
            let first = try reached(source, instructions: limit)
            #expect(first.error?.kind == .budgetInstructions, "\(name) \(limit)")
            #expect(first.count == limit)
            #expect(first.error?.line != nil || limit == 1)
            for _ in 0..<4 {
                let again = try reached(source, instructions: limit)
                #expect(again.steps == first.steps, "\(name) \(limit)")
                #expect(again.error?.line == first.error?.line, "\(name) \(limit)")
                #expect(again.error?.traceback == first.error?.traceback, "\(name) \(limit)")
            }
        }
        // More instructions get further: the counter is not only there at the end.
        #expect(
            try reached(source, instructions: 200_000).steps
                > reached(source, instructions: 100_000).steps, "\(name)")
    }

    @Test func aBudgetOfExactlyWhatAScriptNeedsIsEnough() throws {
        let sources = [
            "local n = 0 for i = 1, 10 do n = n + i end return n",
            "local t = {} for i = 1, 3000 do t[#t + 1] = ('x'):rep(i % 7) end table.sort(t) return #table.concat(t)",
            "local co = coroutine.wrap(function() for i = 1, 3000 do coroutine.yield(i) end end) for i = 1, 3000 do co() end return co()",
        ]
        for source in sources {
            let state = LuaState()
            let function = try state.load(source, name: "test.lua")
            let result = try function.call(budget: Budget(instructions: .max))
            let needed = try #require(state.lastInstructionCount)
            #expect(needed > 10)
            #expect(try function.call(budget: Budget(instructions: needed)) == result)
            #expect(state.lastInstructionCount == needed)
            #expect(throws: LuaError.self) {
                try function.call(budget: Budget(instructions: needed - 1))
            }
        }
    }

    @Test func everyInstructionCountsOnce() throws {
        // A numeric loop runs one instruction a turn for the loop and one for the sum.
        let counts = try [1000, 2000, 4000].map { turns in
            let state = LuaState()
            let function = try state.load(
                "local n = 0 for i = 1, \(turns) do n = n + i end return n", name: "sum.lua")
            _ = try function.call(budget: Budget(instructions: .max))
            return try #require(state.lastInstructionCount)
        }
        #expect(counts[1] - counts[0] == 2000)
        #expect(counts[2] - counts[1] == 4000)
    }

    @Test func splittingWorkOverCoroutinesEscapesNothing() throws {
        func count(_ source: String) throws -> Int {
            let state = LuaState()
            let function = try state.load(source, name: "test.lua")
            _ = try function.call(budget: Budget(instructions: .max))
            return try #require(state.lastInstructionCount)
        }
        let inOne = try count("for i = 1, 100000 do local x = i end")
        let inMany = try count(
            "for i = 1, 1000 do coroutine.wrap(function() for j = 1, 100 do local x = j end end)() end"
        )
        #expect(inMany >= inOne)
    }

    @Test func callsMadeInsideShareTheCount() throws {
        let state = LuaState()
        state.register(name: "again") { call in
            try call.function(1).callNodes(budget: Budget(instructions: .max))
        }
        let error = failure(
            "while true do pcall(again, function() for i = 1, 100 do end end) end",
            budget: Budget(seconds: 20, instructions: 50_000), state: state)
        #expect(error?.kind == .budgetInstructions)
        #expect(state.lastInstructionCount == 50_000)
        #expect(try evaluate("return 1", state: state) == [1])
        #expect(state.lastInstructionCount == nil)
    }

    @Test func hugeWorkIsChargedBeforeItIsDone() {
        for source in [
            "table.move({}, 1, 1 << 60, 2)", "table.unpack({}, 1, 1 << 40)",
            "table.concat(setmetatable({}, { __index = function() return '' end }), '', 1, 1 << 60)",
            "return ('x'):rep(1 << 26)",
            "table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)",
        ] {
            let clock = ContinuousClock()
            let elapsed = clock.measure {
                let error = failure(
                    source,
                    budget: Budget(seconds: 20, memoryBytes: 1 << 30, instructions: 1_000_000))
                #expect(error?.kind == .budgetInstructions, "\(source)")
                #expect(error?.line == 1)
            }
            #expect(elapsed < .seconds(1), "\(source)")
        }
    }

    @Test func countingLeavesNoHookBehind() throws {
        let state = LuaState()
        let make = try state.run(
            """
            local co = coroutine.wrap(function() while true do for i = 1, 3000 do end coroutine.yield() end end)
            return function() co() end
            """, name: "make.lua", budget: Budget(instructions: .max))
        guard case .function(let step) = make[0] else { return #expect(Bool(false)) }
        var counts: [Int?] = []
        for round in 0..<6 {
            let budget = round % 2 == 0 ? Budget(instructions: .max) : Budget()
            _ = try step.call(budget: budget)
            counts.append(state.lastInstructionCount)
        }
        #expect(counts[1] == nil && counts[3] == nil && counts[5] == nil)
        #expect(counts[2] == counts[4])
        // The coroutine was made under a counted budget; counted again it is cut off as ever.
        #expect(throws: LuaError.self) { try step.call(budget: Budget(instructions: 2000)) }
    }

    @Test func cutsByTimeAreCountedAndTold() throws {
        let state = LuaState()
        var told = 0
        state.onTimeCut = { told += 1 }
        state.register(name: "inner") { call in
            try call.function(1).callNodes()
        }
        #expect(failure("while true do end", budget: Budget(seconds: 0.01), state: state) != nil)
        #expect(state.timeCutCount == 1 && told == 1)
        #expect(
            failure(
                "inner(function() while true do end end)", budget: Budget(seconds: 0.01),
                state: state)?.kind == .budgetTime)
        #expect(state.timeCutCount == 2 && told == 2)
        #expect(failure("error('x')", state: state) != nil)
        #expect(
            failure("while true do end", budget: Budget(instructions: 1000), state: state) != nil)
        #expect(state.timeCutCount == 2)
    }

    @Test(.enabled(if: isMeasuring, "asked for by NIGHTJAR_MEASURE=1"))
    func whatCountingCosts() throws {
        let state = LuaState()
        let loop = try state.load(
            "local x = 0 for i = 1, 20000000 do x = x + i % 7 end return x", name: "loop.lua")
        func best(_ budget: Budget) throws -> Double {
            try (0..<5).map { _ in
                try ContinuousClock().measure { _ = try loop.call(budget: budget) } / .seconds(1)
            }.min() ?? 0
        }
        let free = try best(.unlimited)
        let counted = try best(Budget(seconds: 60, instructions: .max))
        print(
            "counted budget: \(String(format: "%.2f", counted / free)) times the time of the same loop without a budget"
        )
    }
}
