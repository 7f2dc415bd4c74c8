import LuaRuntime
import Testing

@testable import Scripting

/// A Lua state with the library, for short scripts.
struct LibraryScript {
    let state: LuaState
    let context: ScriptContext

    init(seed: UInt64 = 0, owner: String = "library", budget: Budget = .loading) throws {
        state = LuaState(budget: budget)
        context = ScriptContext(owner: owner, phase: .test, seed: seed)
        try Catalogue.register(in: state, context: context)
        try give("nothing", .nil)
    }

    /// What an expression gives, each value in a few words.
    func say(_ expression: String) throws -> [String] {
        try values(expression).map(LuaSpelling.of)
    }

    /// What an expression gives, as plain data.
    func values(_ expression: String) throws -> [LuaValue] {
        try state.run(
            "local nj, given = require 'nightjar', require 'given'\nreturn " + expression,
            name: "library.lua"
        ).map { try $0.plain() }
    }

    /// Puts data where scripts find it.
    func give(_ name: String, _ value: LuaValue) throws {
        try state.define(module: "given", name: name, value)
    }

    /// The error's sentence where the expression is misuse.
    func misuse(_ expression: String) -> String? {
        do {
            _ = try state.run(
                "local nj, given = require 'nightjar', require 'given'\nreturn " + expression,
                name: "library.lua")
            return nil
        } catch let error as LuaError {
            return error.line == 2 ? error.message : "not at the caller's line: \(error.message)"
        } catch {
            return "\(error)"
        }
    }
}

extension LuaSpelling {
    static func of(_ value: LuaValue) -> String { of(value, isMultiline: false) }
}
