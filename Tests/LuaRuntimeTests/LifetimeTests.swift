import CLuaShim
import LuaRuntime
import Testing

@Suite(.serialized)
struct LifetimeTests {
    @Test func functionReferencesAreReleased() throws {
        let state = LuaState()
        let make = try state.load("return function() end", name: "make.lua")
        for _ in 0..<1000 { _ = try make.callNodes() }
        #expect(state.keptFunctionCount == 1)
        let kept = try (0..<10).map { _ in try make.callNodes() }
        withExtendedLifetime(kept) { #expect(state.keptFunctionCount == 11) }
    }

    @Test func anAbandonedResultReleasesItsFunctions() throws {
        let state = LuaState()
        for _ in 0..<10 {
            #expect(
                failure(
                    "local t = { print, print, {}, 'x', 1, 2.5, true } t[8] = t return t",
                    state: state)?
                    .kind == .type)
        }
        #expect(state.keptFunctionCount == 0)
    }

    @Test func functionsMayGoOnAnotherThread() async throws {
        let state = LuaState()
        // Handed to the task, which this function waits for.
        nonisolated(unsafe) var kept: [LuaNode] = try state.run(
            "local t = {} for i = 1, 100 do t[i] = function() end end return t", name: "many.lua")
        #expect(state.keptFunctionCount == 100)
        await Task.detached { kept = [] }.value
        #expect(kept.isEmpty)
        #expect(state.keptFunctionCount == 0)
    }

    @Test func aFunctionKeepsItsStateAlive() throws {
        var function: LuaFunction? = try {
            try LuaState().load("return 7", name: "seven.lua")
        }()
        #expect(try function?.call() == [7])
        function = nil
    }

    @Test func thousandStatesLeaveNothingBehind() throws {
        final class Canary {}
        for i in 0..<1000 {
            weak var state: LuaState?
            weak var canary: Canary?
            try {
                let open = LuaState(print: { _ in })
                let captured = Canary()
                state = open
                canary = captured
                open.register(module: "m", name: "twice") { call in
                    withExtendedLifetime(captured) {}
                    return [.integer(Int64(try call.integer(1) * 2)), call.arguments[1]]
                }
                let result = try evaluate(
                    "local t = {} for i = 1, 100 do t[i] = ('x'):rep(i) end "
                        + "return (require('m').twice(\(i), print))", state: open)
                #expect(result == [.integer(Int64(2 * i))])
                #expect(failure("error('x')", state: open) != nil)
            }()
            #expect(state == nil && canary == nil)
        }
        #expect(njl_leaked_bytes() == 0)
    }

    @Test func memoryComesBackAfterACall() throws {
        let state = LuaState()
        let before = state.memoryBytes
        _ = try evaluate(
            "local t = {} for i = 1, 100000 do t[i] = { i } end return #t", state: state)
        for _ in 0..<3 { _ = try evaluate("for i = 1, 100000 do local t = {} end", state: state) }
        #expect(state.memoryBytes < before + (2 << 20))
    }
}
