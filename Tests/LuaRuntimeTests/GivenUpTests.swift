import LuaRuntime
import Testing

/// Loops inside Lua that run no instruction, so that no hook ends them.
@Suite(.serialized)
struct GivenUpTests {
    static let callLoop = "local t = {} setmetatable(t, { __call = t }) return t()"

    @Test func aCallThatCannotBeEndedIsLeft() throws {
        let state = LuaState()
        let function = try state.load(Self.callLoop, name: "loop.lua")
        var error: LuaError?
        let elapsed = ContinuousClock().measure {
            do {
                _ = try function.call(budget: Budget(seconds: 0.2))
            } catch let thrown {
                error = thrown as? LuaError
            }
        }
        #expect(error?.kind == .budgetTime)
        #expect(elapsed < .seconds(1), "\(elapsed)")
        guard state.isGivenUp else { return }
        #expect(state.timeCutCount == 1)
        // What was given up says so, and takes nothing else down.
        #expect(failure("return 1", state: state)?.message.contains("given up") == true)
        #expect(function.place == nil)
        state.register(name: "late") { _ in [] }
        #expect(function.callEach([1, 2]).count == 2)
        #expect(try evaluate("return 1") == [1])
        #expect(failure("while true do end", budget: Budget(seconds: 0.02))?.kind == .budgetTime)
    }

    @Test func whatAHostFunctionCalledIsLeftWithIt() throws {
        let state = LuaState()
        var thrown: (any Error)?
        state.register(name: "inner") { call in
            do {
                return try call.function(1).callNodes()
            } catch {
                thrown = error
                throw error
            }
        }
        let error = failure(
            "return pcall(inner, function() \(Self.callLoop) end)", budget: Budget(seconds: 0.1),
            state: state)
        #expect(error?.kind == .budgetTime)
        #expect((thrown as? LuaError)?.kind == .budgetTime)
    }

    @Test func anotherStateInsideIsLeftAlone() throws {
        let outer = LuaState()
        let inner = LuaState()
        let loop = try inner.load(Self.callLoop, name: "inner.lua")
        outer.register(name: "run") { _ in try loop.callNodes(budget: Budget(seconds: 0.05)) }
        let values = try evaluate(
            "local ok, m = pcall(run) return ok, 7", budget: Budget(seconds: 5), state: outer)
        #expect(values == [false, 7])
        #expect(!outer.isGivenUp)
    }

    @Test func aWorkerGoesOnWithAnotherState() throws {
        let pool = LuaWorkerPool(workerCount: 2) { _, name in
            let state = LuaState()
            let function = try state.load(
                "local x = ... if x % 50 == 7 then \(Self.callLoop) end return x", name: name)
            return LuaWorkerState(state: state, functions: ["some": function])
        }
        let items = (1...200).map { LuaValue.integer(Int64($0)) }
        let results = pool.map("p.lua", "some", items: items, budget: Budget(seconds: 0.05))
        for (index, result) in results.enumerated() {
            if (index + 1) % 50 == 7 {
                #expect((try? result.get()) == nil)
            } else {
                #expect((try? result.get()) == items[index])
            }
        }
    }
}
