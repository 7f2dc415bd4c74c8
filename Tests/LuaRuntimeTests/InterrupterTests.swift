import Foundation
import LuaRuntime
import Synchronization
import Testing

/// Calls that another thread ends, and objects with methods.
@Suite(.serialized) struct InterrupterTests {
    private final class Flags: Sendable {
        let hasBegun = Atomic<Bool>(false)
        let hasEnded = Atomic<Bool>(false)
    }

    /// Interrupts a state until the call has ended; begins once the script says so.
    private func interrupted(_ source: String) -> LuaError? {
        let flags = Flags()
        let state = LuaState(budget: .unlimited, print: { _ in })
        state.register(name: "begun") { _ in
            flags.hasBegun.store(true, ordering: .relaxed)
            return []
        }
        let interrupter = state.interrupter
        let asker = Thread {
            while !flags.hasEnded.load(ordering: .relaxed) {
                if flags.hasBegun.load(ordering: .relaxed) { interrupter.interrupt() }
                Thread.sleep(forTimeInterval: 0.001)
            }
        }
        asker.start()
        defer { flags.hasEnded.store(true, ordering: .relaxed) }
        return failure(source, budget: .unlimited, state: state)
    }

    @Test(arguments: [
        "begun() while true do end",
        "begun() while true do pcall(function() while true do end end) end",
        "begun() local c = coroutine.wrap(function() while true do coroutine.yield() end end) "
            + "while true do c() end",
        "begun() while true do xpcall(error, function() while true do end end) end",
        "begun() local t = setmetatable({}, { __index = function(t) return t.x end }) "
            + "while true do pcall(function() return t.x end) end",
        "begun() while true do local s = ('x'):rep(1000) s:find('y') end",
        "begun() " + GivenUpTests.callLoop,
    ])
    func aLoopWithoutEndIsEnded(source: String) {
        let error = interrupted(source)
        #expect(error?.kind == .interrupted && error?.message == "was interrupted")
    }

    @Test func nothingHappensWhereNothingRuns() throws {
        let state = LuaState()
        state.interrupter.interrupt()
        #expect(try evaluate("return 1", state: state) == [1])
    }

    @Test func anInterruptedStateGoesOn() throws {
        let state = LuaState(print: { _ in })
        let interrupter = state.interrupter
        state.register(name: "stop") { _ in
            interrupter.interrupt()
            return []
        }
        // The call that asks for its own end is the one that ends.
        #expect(
            failure("stop() for i = 1, 1e9 do end", budget: .unlimited, state: state)?.kind
                == .interrupted)
        #expect(try evaluate("return 2", state: state) == [2])
    }

    @Test func aStateThatIsGoneIsLeftAlone() {
        var state: LuaState? = LuaState()
        let interrupter = state?.interrupter
        state = nil
        interrupter?.interrupt()
        #expect(state == nil)
    }

    // MARK: - Objects with methods

    private final class Counter {
        var count = 0
    }

    private func counting() -> LuaState {
        let state = LuaState(print: { _ in })
        state.register(module: "house.Counter", name: "add") { call in
            guard case .object(let object)? = call.argument(1),
                let counter = object.value as? Counter
            else { throw LuaError(kind: .type, message: "call it with a colon") }
            counter.count += try call.integer(2)
            return [.integer(Int64(counter.count))]
        }
        state.seal(module: "house.Counter", as: "counter")
        state.giveMethods(of: "house.Counter", to: "counter")
        state.register(name: "make") { _ in
            [.object(LuaObject(typeName: "counter", value: Counter()))]
        }
        state.register(name: "plain") { _ in
            [.object(LuaObject(typeName: "stone", value: Counter()))]
        }
        return state
    }

    @Test func objectsOfTheTypeHaveMethods() throws {
        let state = counting()
        #expect(
            try evaluate(
                "local a, b = make(), make() a:add(2) b:add(5) return a:add(1), b:add(1), a == b, "
                    + "a == a, tostring(a)", state: state) == [3, 6, false, true, "counter"])
    }

    @Test(arguments: [
        ("make():ad(1)", "counter has no 'ad'; did you mean 'add'?"),
        ("local c = make() c.x = 1", "counter is locked"),
        ("plain():add(1)", "attempt to index a host object value"),
        ("getmetatable(make()).x = 1", "attempt to index a boolean value"),
        ("make().add({}, 1)", "call it with a colon"),
        ("setmetatable(make(), {})", "table expected"),
    ])
    func whatIsNotThereIsRefused(source: String, sentence: String) {
        let error = failure(source, state: counting())
        #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test func objectsWithMethodsAreLetGo() throws {
        let state = counting()
        for _ in 0..<50 { _ = try evaluate("for i = 1, 100 do make():add(1) end", state: state) }
        #expect(state.keptObjectCount < 2000)
    }
}
