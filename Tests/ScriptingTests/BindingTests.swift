import LuaRuntime
import Testing

@testable import Scripting

@Suite struct BindingTests {
    private static let greet = Binding(
        "greet.by_name",
        [
            Field("name", .text, .required, "whom"), Field("times", .integer(1...3), .value(1), ""),
            Field("loud", .boolean, .none, ""),
        ], gives: [Field("greeting", .text, .required, "")], phases: [.hook], doc: "Greets."
    ) { call in
        let name = call.text("name")
        guard name != "nobody" else { throw Refusal("nobody is there") }
        guard name != "me" else { throw call.fault("name", "you know yourself") }
        let text = String(repeating: "hi \(name) ", count: call.integer("times"))
        return [.string(LuaString(call.isGiven("loud") ? text.uppercased() : text))]
    }

    private func say(_ source: String, phase: ScriptPhase = .hook) throws -> [LuaNode] {
        let state = LuaState()
        let context = ScriptContext(owner: "test", phase: phase)
        state.register(module: "nightjar", table: "greet", name: "by_name") {
            try BindingTests.greet.answer($0, in: context)
        }
        return try state.run(
            "local nj = require 'nightjar'\nreturn " + source, name: "say.lua")
    }

    @Test func checkedArgumentsReachTheBody() throws {
        #expect(try say("nj.greet.by_name('you')").first?.summary == "string \"hi you \"")
        #expect(
            try say("nj.greet.by_name('you', 2.0, true)").first?.summary
                == "string \"HI YOU HI YOU \"")
        #expect(try say("nj.greet.by_name('you', nil, nil)").count == 1)
    }

    @Test func anExpectedFailureIsNilAndAMessage() throws {
        let results = try say("nj.greet.by_name('nobody')")
        #expect(results.map(\.summary) == ["nothing", "string \"nobody is there\""])
    }

    @Test(arguments: [
        (
            "nj.greet.by_name()",
            "nj.greet.by_name: name: expected a string that is not empty, got nothing"
        ),
        (
            "nj.greet.by_name(7)",
            "nj.greet.by_name: name: expected a string that is not empty, got integer 7"
        ),
        (
            "nj.greet.by_name('a', 9)",
            "nj.greet.by_name: times: expected an integer from 1 to 3, got integer 9"
        ),
        (
            "nj.greet.by_name('a', 1, true, 2)",
            "nj.greet.by_name: takes name, times, loud; got 4 values"
        ),
        ("nj.greet.by_name('me')", "nj.greet.by_name: name: you know yourself"),
        (
            "nj.greet:by_name('a')",
            "nj.greet.by_name: name: expected a string that is not empty, got a table; call it with a dot, "
                + "as in nj.greet.by_name(name, times?, loud?)"
        ),
    ])
    func misuseIsRaisedAtTheCallersLine(source: String, sentence: String) throws {
        let error = #expect(throws: LuaError.self) { try say(source) }
        #expect(error?.line == 2 && error?.chunk == "say.lua")
        #expect(error?.message == sentence)
    }

    @Test func aCallOutsideItsPhasesSaysWhere() throws {
        let error = #expect(throws: LuaError.self) {
            try say("nj.greet.by_name('you')", phase: .recipe)
        }
        #expect(
            error?.message
                == "nj.greet.by_name may not be called while a recipe loads; it is for hooks")
    }
}
