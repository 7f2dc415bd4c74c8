import LuaRuntime
import Testing

struct SealTests {
    private func sealed(as shown: String? = nil) throws -> LuaState {
        let state = LuaState(print: { _ in })
        for name in ["fold", "upper", "words"] {
            state.register(module: "nightjar", table: "text", name: name) { call in call.arguments }
        }
        state.register(module: "nightjar", name: "recipe") { call in call.arguments }
        try state.define(module: "nightjar", name: "limits", ["time": 10, "list": [1, 2, 3]])
        state.seal(module: "nightjar", as: shown)
        return state
    }

    @Test func anUnknownMemberNamesTheNearestAtTheCallersLine() throws {
        let state = try sealed()
        let error = failure(
            "local nj = require 'nightjar'\n\nreturn nj.text.fodl('x')", state: state)
        #expect(
            error?.sentence == "test.lua:3: nightjar.text has no 'fodl'; did you mean 'fold'?")
        #expect(
            failure("return require('nightjar').limits.tiem", state: state)?.message
                == "nightjar.limits has no 'tiem'; did you mean 'time'?")
        #expect(
            failure("return require('nightjar').something", state: state)?.message
                == "nightjar has no 'something'")
    }

    @Test func theModuleIsCalledWhatTheHostSays() throws {
        let state = try sealed(as: "nj")
        #expect(
            failure("return require('nightjar').text.wrods", state: state)?.message
                == "nj.text has no 'wrods'; did you mean 'words'?")
        #expect(
            failure("require('nightjar').recipe = 1", state: state)?.message == "nj is locked")
    }

    @Test func writesAreRefused() throws {
        let state = try sealed()
        for source in [
            "nj.text.fold = print", "nj.text.more = 1", "rawset(nj.text, 'fold', 1)",
            "table.insert(nj.limits.list, 4)", "nj.limits.list[1] = 0",
            "setmetatable(nj.text, {})",
            "table.sort(nj.limits.list, function(a, b) return a > b end)",
            "table.move({ 9 }, 1, 1, 1, nj.limits.list)", "table.remove(nj.limits.list)",
        ] {
            let error = failure("local nj = require 'nightjar' " + source, state: state)
            #expect(
                error?.message.contains("is locked") == true
                    || error?.message == "cannot change a protected metatable",
                "\(source): \(error.map { "\($0)" } ?? "ended well")")
        }
        #expect(
            try evaluate(
                "local nj = require 'nightjar' return nj.limits.time, nj.limits.list, nj.text.fold(3)",
                state: state) == [10, [1, 2, 3], 3])
    }

    @Test func lockedTablesReadAsPlainOnes() throws {
        let state = try sealed()
        let values = try evaluate(
            """
            local nj = require 'nightjar'
            local names = {}
            for name in pairs(nj.text) do names[#names + 1] = name end
            local sum = 0
            for _, n in ipairs(nj.limits.list) do sum = sum + n end
            return table.concat(names, ' '), sum, #nj.limits.list, rawlen(nj.limits.list),
              next(nj.limits), rawget(nj.limits, 'time'), rawget(nj.text, 'none'), nj.limits.list[9],
              table.concat(nj.limits.list, '-'), tostring(nj.text), getmetatable(nj.text)
            """, state: state)
        #expect(
            values == [
                "fold upper words", 6, 3, 3, "list", 10, nil, nil, "1-2-3", "nightjar.text", false,
            ])
    }

    @Test func whatPairsHandsOutIsNoWayIn() throws {
        let state = try sealed()
        _ = try evaluate(
            """
            local nj = require 'nightjar'
            local step, inner = pairs(nj.text)
            inner.fold = nil
            inner.evil = print
            """, state: state)
        #expect(
            try evaluate(
                "local nj = require 'nightjar' return nj.text.fold ~= nil, rawget(nj.text, 'evil')",
                state: state) == [true, nil])
    }

    @Test func theHostMayAddAndSealAgain() throws {
        let state = try sealed()
        state.register(module: "nightjar", table: "text", name: "lower") { _ in [7] }
        state.register(module: "nightjar", table: "json", name: "read") { _ in [8] }
        state.seal(module: "nightjar")
        #expect(
            try evaluate(
                "local nj = require 'nightjar' return nj.text.lower(), nj.json.read()", state: state
            )
                == [7, 8])
        #expect(
            failure("return require('nightjar').json.raed", state: state)?.message
                == "nightjar.json has no 'raed'; did you mean 'read'?")
    }

    @Test func theLibrariesAreLockedToo() throws {
        #expect(failure("string.trim = 1")?.sentence == "test.lua:1: string is locked")
        #expect(failure("math.pi = 3")?.message == "math is locked")
        #expect(failure("rawset(table, 'sort', 1)")?.message == "table is locked")
        #expect(try evaluate("return string.trim, math.pi > 3, ('x'):rep(2)") == [nil, true, "xx"])
        let names = try evaluate(
            "local t = {} for name in pairs(_G) do t[#t + 1] = name end return #t, t[1]")
        #expect(names == [26, "_G"])
    }
}
