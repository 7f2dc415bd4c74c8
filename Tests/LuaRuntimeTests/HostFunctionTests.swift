import LuaRuntime
import Testing

struct HostFunctionTests {
    struct Refusal: Error, Equatable, CustomStringConvertible {
        var reason: String
        var description: String { reason }
    }

    final class Counter {
        var made = 0, freed = 0, deferred = 0
    }

    final class Guest {
        let counter: Counter
        init(_ counter: Counter) {
            self.counter = counter
            counter.made += 1
        }
        deinit { counter.freed += 1 }
    }

    /// Lua calls Swift calls Lua calls Swift, which throws. Every Swift frame on the way must
    /// unwind.
    @Test(arguments: [0, 1, 5, 20])
    func errorsUnwindSwiftFramesNormally(_ depth: Int) throws {
        let state = LuaState()
        let counter = Counter()
        state.register(name: "dive") { call in
            let guest = Guest(counter)
            defer { counter.deferred += 1 }
            let left = try call.integer(2)
            if left == 0 { throw Refusal(reason: "the bottom") }
            let results = try call.function(1).callNodes([.integer(Int64(left - 1))])
            withExtendedLifetime(guest) {}
            return results
        }
        let source = """
            local function go(n) return dive(go, n) end
            return go(\(depth))
            """
        for _ in 0..<50 {
            let error = try #require(failure(source, state: state))
            #expect(error.kind == .host)
            #expect(error.cause as? Refusal == Refusal(reason: "the bottom"))
            #expect(error.sentence == "test.lua:1: the bottom")
        }
        #expect(counter.made == 50 * (depth + 1))
        #expect(counter.freed == counter.made)
        #expect(counter.deferred == counter.made)
    }

    @Test func luaErrorsUnwindSwiftFramesToo() throws {
        let state = LuaState()
        let counter = Counter()
        state.register(name: "through") { call in
            let guest = Guest(counter)
            defer { counter.deferred += 1 }
            let results = try call.function(1).callNodes()
            withExtendedLifetime(guest) {}
            return results
        }
        let error = try #require(
            failure(
                "through(function()\n through(function()\n  local x = nil + 1 end) end)",
                state: state))
        #expect(error.kind == .runtime)
        #expect(error.line == 3)
        #expect(error.message == "attempt to perform arithmetic on a nil value")
        #expect(
            failure(
                "through(function() while true do end end)", budget: Budget(seconds: 0.02),
                state: state)?.kind == .budgetTime)
        #expect(
            failure("through(function() return ('x'):rep(1 << 40) end)", state: state)?.kind
                == .budgetMemory)
        #expect(counter.made == 4 && counter.freed == 4 && counter.deferred == 4)
    }

    @Test func aThrownErrorPointsAtTheCallersLine() throws {
        let state = LuaState()
        state.register(module: "nightjar", table: "data", name: "jsonl") { _ in
            throw Refusal(reason: "no such file: a.jsonl")
        }
        let error = try #require(
            failure(
                "local nj = require 'nightjar'\n\nlocal d = nj.data.jsonl {}\nreturn d",
                state: state))
        #expect(error.sentence == "test.lua:3: no such file: a.jsonl")
        #expect(error.traceback.contains("test.lua:3: in main chunk"))
    }

    @Test func aCaughtErrorIsText() throws {
        let state = LuaState()
        state.register(name: "refuse") { _ in throw Refusal(reason: "not today") }
        let values = try evaluate(
            "local ok, message = pcall(function()\n refuse() end) return ok, message", state: state)
        #expect(values == [false, "test.lua:2: not today"])
        let error = try #require(failure("pcall(refuse) error('other')", state: state))
        #expect(error.kind == .runtime && error.cause == nil)
    }

    @Test func errorsRaisedInCoroutinesKeepTheirCause() throws {
        let state = LuaState()
        state.register(name: "refuse") { _ in throw Refusal(reason: "not today") }
        let error = try #require(
            failure("local co = coroutine.wrap(function()\n refuse()\nend)\nco()", state: state))
        #expect(error.cause as? Refusal == Refusal(reason: "not today"))
        #expect(error.sentence == "test.lua:2: not today")
    }

    @Test func argumentsAndResultsCross() throws {
        let state = LuaState()
        state.register(name: "describe") { call in
            [
                .string(LuaString(call.arguments.map(\.summary).joined(separator: ", "))), 2, nil,
                true,
            ]
        }
        let values = try evaluate(
            "return describe(1, 2.5, 'x', nil, {}, print, false, nil)", state: state)
        #expect(
            values == [
                "integer 1, number 2.5, string \"x\", nothing, a table, a function, boolean false, nothing",
                2, nil, true,
            ])
    }

    @Test func wrongArgumentsAreNamed() throws {
        let state = LuaState()
        state.register(module: "m", name: "half") { call in [.number(try call.number(1) / 2)] }
        let error = try #require(failure("require('m').half('ten')", state: state))
        #expect(
            error.sentence
                == "test.lua:1: argument 1 of m.half: expected a number, got string \"ten\"")
        #expect(error.kind == .type)
    }

    @Test func aCycleAsArgumentIsTheScriptsMistake() throws {
        let state = LuaState()
        state.register(name: "take") { _ in [] }
        let error = try #require(failure("local t = {}\nt.me = { t }\ntake(t)", state: state))
        #expect(error.sentence == "test.lua:3: me[1]: this table contains itself")
        #expect(try evaluate("return pcall(take, {})", state: state) == [true])
    }

    @Test func keysBehindAMetatableAreRefusedRatherThanLost() throws {
        let state = LuaState()
        state.register(name: "take") { _ in [] }
        for event in ["__index", "__pairs"] {
            let error = try #require(
                failure("take({ x = setmetatable({}, { \(event) = { a = 1 } }) })", state: state))
            #expect(
                error.sentence
                    == "test.lua:1: x: a table whose metatable has \(event) hides its keys; "
                    + "give a plain table")
        }
        #expect(
            try evaluate("take(setmetatable({}, { __call = print })) return 1", state: state) == [1]
        )
    }

    @Test func yieldingAcrossTheHostIsRefused() throws {
        let state = LuaState()
        state.register(name: "through") { call in try call.function(1).callNodes() }
        let values = try evaluate(
            """
            local co = coroutine.wrap(function() return pcall(through, coroutine.yield) end)
            local ok, message = co()
            return ok, message
            """, state: state)
        #expect(values[0] == false)
        #expect(values[1].asText?.contains("attempt to yield across a C-call boundary") == true)
    }

    @Test func hostFunctionsWorkInsideCoroutines() throws {
        let state = LuaState()
        state.register(name: "call") { call in try call.function(1).callNodes([5]) }
        let values = try evaluate(
            """
            local co = coroutine.wrap(function()
              for i = 1, 3 do coroutine.yield(call(function(n) return n * i end)) end
            end)
            return co(), co(), co()
            """, state: state)
        #expect(values == [5, 10, 15])
    }

    @Test func definedDataIsFound() throws {
        let state = LuaState()
        try state.define(module: "nightjar", name: "version", "1.0")
        try state.define(name: "answer", 42)
        #expect(
            try evaluate("return require('nightjar').version, answer", state: state) == ["1.0", 42])
    }
}
