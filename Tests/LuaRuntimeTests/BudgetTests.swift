import LuaRuntime
import Testing

/// Scripts that try to outlive their budget. Each must end in a budget error, soon after the
/// deadline, and leave a state that works.
@Suite(.serialized)
struct BudgetTests {
    static let endless: [(name: String, source: String)] = [
        ("loop", "while true do end"),
        ("repeat", "repeat until false"),
        ("goto", "::again:: goto again"),
        ("numeric for", "for i = 1, math.huge do end"),
        ("calls", "local function f() end while true do f() end"),
        ("tail calls", "local function f() return f() end f()"),
        ("pcall loop", "while true do pcall(function() while true do end end) end"),
        ("pcall of pcall", "while true do pcall(pcall, error) end"),
        (
            "xpcall handler",
            "while true do xpcall(error, function() while true do end end) end"
        ),
        (
            "xpcall handler after the deadline",
            """
            while true do
              xpcall(function() while true do end end, function() while true do end end)
            end
            """
        ),
        (
            "handlers that fail",
            "local function h() xpcall(error, h) error() end xpcall(error, h)"
        ),
        ("coroutine", "coroutine.wrap(function() while true do end end)()"),
        (
            "coroutine loop",
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"
        ),
        (
            "nested coroutines",
            """
            local function dive(n)
              if n == 0 then while true do end end
              return coroutine.wrap(function() return dive(n - 1) end)()
            end
            while true do pcall(dive, 20) end
            """
        ),
        (
            "yielding for ever",
            """
            local co = coroutine.wrap(function() while true do coroutine.yield() end end)
            while true do co() end
            """
        ),
        (
            "closing a coroutine",
            """
            local co = coroutine.create(function()
              local x <close> = setmetatable({}, { __close = function() while true do end end })
              coroutine.yield()
            end)
            coroutine.resume(co)
            coroutine.close(co)
            """
        ),
        (
            "close handlers",
            """
            local function stuck() while true do end end
            while true do
              pcall(function()
                local x <close> = setmetatable({}, { __close = stuck })
                stuck()
              end)
            end
            """
        ),
        (
            "index metamethod",
            "return setmetatable({}, { __index = function() while true do end end }).x"
        ),
        (
            "tostring metamethod",
            "print(setmetatable({}, { __tostring = function() while true do end end }))"
        ),
        (
            "error value's tostring",
            "error(setmetatable({}, { __tostring = function() while true do end end }))"
        ),
        (
            "pairs metamethod",
            "for _ in pairs(setmetatable({}, { __pairs = function() while true do end end })) do end"
        ),
        (
            "sort comparator",
            "table.sort({ 3, 2, 1 }, function() while true do end end)"
        ),
        (
            "sort of a lying length",
            "table.sort(setmetatable({}, { __len = function() return 1 << 22 end, __index = rawlen }))"
        ),
        ("gsub replacement", "(('x'):rep(10)):gsub('x', function() while true do end end)"),
        ("empty repetitions", "while true do local s = string.rep('', 1 << 62) end"),
        (
            "pattern of six lazy runs",
            "return (('a'):rep(3000)):find('.-.-.-.-.-.-b')"
        ),
        (
            "pattern of greedy runs",
            "return (('a'):rep(3000)):match('.*.*.*.*.*.*b')"
        ),
        (
            "gmatch of a bad pattern",
            "for _ in (('a'):rep(3000)):gmatch('.-.-.-.-.-.-b') do end"
        ),
        (
            "gsub of a bad pattern",
            "return (('a'):rep(3000)):gsub('.-.-.-.-.-.-b', '')"
        ),
        (
            "balance over and over",
            "return (('('):rep(200000)):find('%b()')"
        ),
        (
            "frontier with a long set",
            "return (('a'):rep(100000)):find('%f[' .. ('b'):rep(100000) .. ']')"
        ),
        ("move", "table.move({}, 1, 1 << 60, 2)"),
        ("backward move", "table.move({}, 1, 1 << 60, 2, {})"),
        (
            "insert at a lying length",
            "table.insert(setmetatable({}, { __len = function() return 1 << 60 end }), 1, 1)"
        ),
        (
            "remove at a lying length",
            "table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)"
        ),
        (
            "concat through a C metamethod",
            """
            local empty = setmetatable({}, { __index = function() return '' end })
            table.concat(empty, '', 1, 1 << 60)
            """
        ),
        (
            "next over a large table",
            """
            local t = {}
            for i = 1, 200000 do t['k' .. i] = i end
            local k repeat k = next(t, k) until k == nil
            """
        ),
        (
            "utf8 over and over",
            "local s = ('\\u{20ac}'):rep(1000000) while true do utf8.len(s) end"
        ),
    ]

    @Test(arguments: endless.map(\.name))
    func endlessScriptsEndSoonAfterTheDeadline(_ name: String) throws {
        let source = try #require(Self.endless.first { $0.name == name }).source
        let state = LuaState(print: { _ in })
        let budget = Budget(seconds: 0.1)
        let clock = ContinuousClock()
        var error: LuaError?
        let elapsed = clock.measure { error = failure(source, budget: budget, state: state) }
        #expect(error?.kind == .budgetTime, "\(name): \(error.map { "\($0)" } ?? "ended well")")
        #expect(elapsed < .seconds(1.1), "\(name) took \(elapsed)")
        #expect(elapsed >= .seconds(0.1))
        #expect(try evaluate("return 1 + 1", state: state) == [2])
    }

    static let hungry: [(name: String, source: String)] = [
        ("repetition", "return ('x'):rep(1 << 40)"),
        ("repetition with separator", "return ('x'):rep(1 << 62, 'abc')"),
        ("repetition of much", "local s = ('x'):rep(1 << 20) return s:rep(1 << 20)"),
        ("table", "local t = {} for i = 1, math.huge do t[i] = i end"),
        ("strings", "local s = 'x' while true do s = s .. s end"),
        (
            "caught",
            "while true do pcall(function() local s = 'x' while true do s = s .. s end end) end"
        ),
        (
            "handled",
            "xpcall(function() local t = {} for i = 1, 1e9 do t[i] = {} end end, print) return 1"
        ),
        (
            "in a coroutine",
            """
            local co = coroutine.create(function() local t = {} for i = 1, 1e9 do t[i] = {} end end)
            return coroutine.resume(co)
            """
        ),
        ("coroutines", "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end"),
        (
            "recursion",
            "local function f() return 1 + f() end local s = {} while true do s = {s, ('x'):rep(10000)} end"
        ),
        (
            "concat",
            "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(100000) end return table.concat(t)"
        ),
        (
            "format",
            "local s = ('x'):rep(1 << 23) return string.format(('%s'):rep(8), s, s, s, s, s, s, s, s)"
        ),
        ("gsub", "return (('x'):rep(1 << 20)):gsub('x', ('y'):rep(1 << 10))"),
        ("sort", "table.sort(setmetatable({}, { __len = function() return 1 << 30 end }))"),
        ("shared tables leaving", "local t = {} for i = 1, 40 do t = { t, t } end return t"),
        ("pack", "return string.pack('c2000000000', 'x')"),
    ]

    @Test(arguments: hungry.map(\.name))
    func hungryScriptsEndAtTheMemoryLimit(_ name: String) throws {
        let source = try #require(Self.hungry.first { $0.name == name }).source
        let state = LuaState(print: { _ in })
        let error = failure(
            source, budget: Budget(seconds: 20, memoryBytes: 32 << 20), state: state)
        #expect(error?.kind == .budgetMemory, "\(name): \(error.map { "\($0)" } ?? "ended well")")
        #expect(error?.chunk == "test.lua")
        // What a chunk has returned is no longer on any line of it.
        #expect(error?.line != nil || name == "shared tables leaving")
        #expect(state.memoryBytes <= 32 << 20)
        #expect(try evaluate("return 1 + 1", state: state) == [2])
    }

    @Test func aDeadlineIsMetWithinMilliseconds() throws {
        let state = LuaState()
        let function = try state.load("while true do end", name: "loop.lua")
        var times: [Duration] = []
        for _ in 0..<11 {
            let elapsed = ContinuousClock().measure {
                #expect(throws: LuaError.self) {
                    try function.call(budget: Budget(seconds: 0.05))
                }
            }
            #expect(elapsed >= .milliseconds(50))
            times.append(elapsed)
        }
        // The median, since a busy machine may hold any one of them up.
        #expect(times.sorted()[5] < .milliseconds(70), "\(times)")
    }

    @Test func budgetErrorNamesItsLine() throws {
        let error = try #require(
            failure("local x = 1\nwhile true do\nend", budget: Budget(seconds: 0.02)))
        #expect(error.chunk == "test.lua")
        #expect(error.line == 2)
        #expect(error.message == "ran past its time budget of 0.02 s")
        #expect(error.traceback == ["test.lua:2: in main chunk"])
    }

    /// Protected calls that a spent budget passes raise it anew; the place stays the first.
    @Test(arguments: [
        ("pcall(function()\n  local x = 1\n  while true do\n    x = x + 1\n  end\nend)", 3...4),
        ("pcall(pcall, function()\n  pcall(function()\n    while true do end\n  end)\nend)", 3...3),
        ("pcall(function()\n  local x = 1\n  x = ('x'):rep(1e12)\nend)", 3...3),
        (
            "pcall(function()\n  local t = {}\n  for i = 1, 1e9 do\n    t[i] = { i }\n  end\nend)",
            3...4
        ),
        (
            "local co = coroutine.wrap(function()\n  while true do end\nend)\npcall(co)",
            2...2
        ),
    ])
    func budgetErrorNamesItsLineThroughProtectedCalls(
        source: String, lines: ClosedRange<Int>
    ) throws {
        for instructions in [nil, 200_000] {
            let budget = Budget(seconds: 0.05, memoryBytes: 8 << 20, instructions: instructions)
            let error = try #require(failure("\(source)\nreturn 1", budget: budget))
            #expect(lines.contains(error.line ?? 0), "\(error)")
            #expect(error.chunk == "test.lua")
        }
    }

    @Test func compilingEndsWithTheBudget() throws {
        // Statements take a compiler some tens of milliseconds; a comment of as many bytes can be over
        // before anybody looks at the clock.
        let source = String(repeating: "x = 1 ", count: 400_000)
        let error = failure(source, budget: Budget(seconds: 0))
        #expect(error?.kind == .budgetTime)
    }

    @Test func aHostFunctionIsChargedToo() throws {
        let state = LuaState()
        state.register(name: "busy") { _ in
            let end = ContinuousClock.now + .milliseconds(80)
            while ContinuousClock.now < end {}
            return []
        }
        let error = failure(
            "pcall(busy) return 1", budget: Budget(seconds: 0.02), state: state)
        #expect(error?.kind == .budgetTime)
    }

    @Test func innerCallsShareTheOuterBudget() throws {
        let state = LuaState()
        state.register(name: "run") { call in
            try call.function(1).callNodes(budget: Budget(seconds: 1000))
        }
        let error = failure(
            "while true do pcall(run, function() while true do end end) end",
            budget: Budget(seconds: 0.05), state: state)
        #expect(error?.kind == .budgetTime)
    }

    @Test func anotherStateInsideEndsWithTheOuterDeadline() throws {
        let outer = LuaState()
        let inner = LuaState()
        let loop = try inner.load("while true do end", name: "inner.lua")
        outer.register(name: "run") { _ in
            try loop.callNodes(budget: Budget(seconds: 1000))
        }
        let error = failure("run()", budget: Budget(seconds: 0.05), state: outer)
        #expect(error?.kind == .budgetTime)
        #expect(try evaluate("return 3", state: inner) == [3])
    }

    @Test func manyThreadsMeetTheirDeadlines() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for i in 0..<8 {
                group.addTask {
                    failure("while true do end", budget: Budget(seconds: 0.02 * Double(i + 1)))?
                        .kind == .budgetTime
                }
            }
            for try await met in group { #expect(met) }
        }
    }

    @Test func aStateSurvivesManyTrips() throws {
        let state = LuaState()
        let co = try state.run(
            """
            local co = coroutine.wrap(function() local n = 0 while true do n = n + 1 coroutine.yield(n) end end)
            return function(stuck) if stuck then while true do end end return co() end
            """, name: "trip.lua")
        guard case .function(let step) = co[0] else { return #expect(Bool(false)) }
        for i in 1...30 {
            #expect(try step.call([false]) == [.integer(Int64(i))])
            #expect(throws: LuaError.self) { try step.call([true], budget: Budget(seconds: 0.003)) }
        }
    }
}
