import LuaRuntime
import Testing

struct ValueTests {
    private func roundTrip(_ values: [LuaValue]) throws -> [LuaValue] {
        try LuaState().load("return ...", name: "echo.lua").call(values)
    }

    @Test func everyKindOfValueCrossesWithoutLoss() throws {
        let values: [LuaValue] = [
            nil, true, false, 0, .integer(.min), .integer(.max), 1.5, 3.0, .number(.infinity),
            .number(-.infinity), .number(.leastNonzeroMagnitude), .number(1e300), "", "text",
            "a longer text that needs storage of its own: \u{1F319}",
            .string(LuaString(bytes: [0, 255, 128, 0])),
            ["a", "b", ["nested": [1, 2.0, nil]]], ["x": 1, "y": ["z": false]],
        ]
        // A nil at the end of a list is no element.
        var expected = values
        expected[16] = ["a", "b", ["nested": [1, 2.0]]]
        #expect(try roundTrip(values) == expected)
        #expect(try roundTrip([]) == [])
    }

    @Test func numbersKeepTheirBits() throws {
        let payloads: [Double] = [-0.0, .nan, -.nan, .signalingNaN, .pi]
        let back = try roundTrip(payloads.map { .number($0) })
        for (sent, got) in zip(payloads, back) {
            guard case .number(let value) = got else { return #expect(Bool(false)) }
            #expect(value.bitPattern == sent.bitPattern)
        }
    }

    @Test func integersAndFloatsStayApart() throws {
        #expect(try evaluate("return 3, 3.0, 3 == 3.0") == [3, 3.0, true])
        let state = LuaState()
        let kind = try state.load("return math.type(...)", name: "kind.lua")
        #expect(try kind.call([3]) == ["integer"])
        #expect(try kind.call([3.0]) == ["float"])
    }

    @Test func integerKeysStayApartFromStringKeys() throws {
        let table = LuaTable<LuaValue>(
            array: ["first"],
            fields: [
                .init(key: .integer(-1), value: 1), .init(key: .integer(7), value: 2),
                .init(key: .number(0.5), value: 3), .init(key: "1", value: "text one"),
                .init(key: "7", value: "text seven"), .init(key: .boolean(false), value: 4),
                .init(key: .boolean(true), value: 5),
            ])
        #expect(try roundTrip([.table(table)]) == [.table(table)])
    }

    @Test func fieldsComeInTheOrderOfPairs() throws {
        let values = try evaluate("return { b = 1, a = 2, [3] = 3, [1] = 'x', [2.5] = 4 }")
        let table = try #require(values[0].asTable)
        #expect(table.array == ["x"])
        #expect(table.fields.map(\.key) == [3, .number(2.5), "a", "b"])
    }

    @Test func largeTablesCrossInOrder() throws {
        let values = try evaluate(
            "local t = {} for i = 1, 5000 do t['k' .. i] = i t[i] = i * 2 end return t")
        let table = try #require(values[0].asTable)
        #expect(table.array == (1...5000).map { .integer($0 * 2) })
        let expected = (1...5000).map { "k\($0)" }.sorted { LuaString($0) < LuaString($1) }
        #expect(table.fields.map(\.key) == expected.map { .string(LuaString($0)) })
        #expect(try roundTrip(values) == values)
    }

    @Test func stringsCompareByBytes() {
        let composed = LuaString("\u{e9}")
        let decomposed = LuaString("e\u{301}")
        #expect(composed != decomposed)
        #expect(LuaString("a") < LuaString("b") && LuaString("Z") < LuaString("a"))
        #expect(LuaString(bytes: Array("ok".utf8)) == "ok")
        #expect(LuaString(bytes: [0xFF]).text == nil)
    }

    @Test func functionsAreNoPlainData() throws {
        let state = LuaState()
        let make = try state.load("return { on = { step = print } }", name: "make.lua")
        do {
            try make.call()
            Issue.record("a function left as plain data")
        } catch let error as LuaError {
            #expect(error.kind == .type)
            #expect(error.message == "on.step: a function stands where plain data belongs")
        }
        #expect(state.keptFunctionCount == 1)
        let node = try make.callNodes()[0]
        #expect(throws: LuaError.self) { try node.plain() }
    }

    @Test func coroutinesStay() {
        let error = failure("return { co = coroutine.create(print) }")
        #expect(error?.kind == .type)
        #expect(error?.message == "co: a coroutine cannot leave Lua")
    }

    @Test func tablesWithTablesAsKeysStay() {
        let error = failure("return { index = { [{}] = 1 } }")
        #expect(error?.kind == .type)
        #expect(error?.message == "index: a table is a key here; keys are names and numbers")
    }

    @Test func functionsInATableCanBeCalled() throws {
        let state = LuaState()
        let recipe = try state.run(
            "return { kind = 'recipe', schedule = function(p) return 1 - p end }", name: "r.lua")
        let reader = try LuaReader(recipe[0])
        #expect(reader.kind == "recipe")
        let schedule = try reader.function("schedule")
        #expect(try schedule.call([0.25]) == [0.75])
        try reader.finish()
    }

    @Test func objectsPassThroughAndAreLetGo() throws {
        final class Thing {}
        let state = LuaState()
        let thing = Thing()
        let object = LuaObject(typeName: "thing", value: thing)
        let check = try state.load(
            "local a, b = ... return a == b, tostring(a), { held = a }", name: "object.lua")
        let results = try check.callNodes([.object(object), .object(object)])
        #expect(try results[0].plain() == true)
        #expect(try results[1].plain() == "host object")
        guard case .object(let back) = try LuaReader(results[2]).node("held") else {
            return #expect(Bool(false))
        }
        #expect(ObjectIdentifier(back.value) == ObjectIdentifier(thing))
        #expect(failure("local o = ... o.x = 1", state: state) != nil)
        // Enough garbage for whole collections.
        for _ in 0..<5 {
            _ = try evaluate("for i = 1, 200000 do local t = {} end", state: state)
        }
        #expect(state.keptObjectCount == 0)
    }
}
