import LuaRuntime
import Testing

struct ErrorTests {
    @Test func syntaxErrorsNameFileAndLine() throws {
        let state = LuaState()
        do {
            try state.run("local x = 1\nlocal = 2", name: "recipes/domain.lua")
            Issue.record("compiled")
        } catch let error as LuaError {
            #expect(error.kind == .syntax)
            #expect(error.chunk == "recipes/domain.lua")
            #expect(error.line == 2)
            #expect(error.message == "<name> expected near '='")
            #expect("\(error)" == "recipes/domain.lua:2: <name> expected near '='")
        }
    }

    @Test func longPathsAreNotCut() throws {
        let name = String(repeating: "a-long-folder/", count: 12) + "recipe.lua"
        for source in ["\nlocal x = nil .. 'x'", "\nlocal ="] {
            do {
                try LuaState().run(source, name: name)
                Issue.record("ran")
            } catch let error as LuaError {
                #expect(error.chunk == name)
                #expect(error.line == 2)
                #expect(!error.message.contains("..."))
            }
        }
    }

    @Test func runtimeErrorsReadAsAReport() throws {
        let error = try #require(
            failure(
                """
                local function load(data)
                  return data.path
                end
                local function build()
                  local loaded = load(nil)
                  return loaded
                end
                local built = build()
                """))
        #expect(
            "\(error)" == """
                test.lua:2: attempt to index a nil value (local 'data')
                  test.lua:2: in upvalue 'load'
                  test.lua:5: in local 'build'
                  test.lua:8: in main chunk
                """)
        #expect(error.isUserMistake)
    }

    @Test func errorLevelsPointWhereTheScriptSays() throws {
        let error = try #require(
            failure("local function check() error('bad value', 2) end\n\ncheck()"))
        #expect(error.sentence == "test.lua:3: bad value")
        let bare = try #require(failure("\nerror('plain', 0)"))
        #expect(bare.message == "plain")
    }

    @Test func errorValuesOfEveryKindAreTold() throws {
        let cases: [(String, String)] = [
            ("error()", "the error value is a nil without a message"),
            ("error({})", "the error value is a table without a message"),
            ("error(42)", "the error value is the number 42"),
            ("error(true)", "the error value is the boolean true"),
            ("error(setmetatable({}, { __tostring = function() return 'mine' end }))", "mine"),
            (
                "error(setmetatable({}, { __tostring = function() error('worse') end }))",
                "the error value's __tostring raised an error itself"
            ),
            (
                "error(setmetatable({}, { __tostring = function() return {} end }))",
                "the error value's __tostring raised an error itself"
            ),
            (
                "local e = setmetatable({}, {}) getmetatable(e).__tostring = function() error(e) end error(e)",
                "the error value's __tostring raised an error itself"
            ),
        ]
        for (source, message) in cases {
            let error = try #require(failure(source), "\(source)")
            #expect(error.kind == .runtime)
            #expect(error.message == message)
            #expect(error.line == 1)
        }
    }

    @Test func aCoroutinesFramesAreInTheTraceback() throws {
        let error = try #require(
            failure("local co = coroutine.wrap(function()\n  error('inside')\nend)\nco()"))
        #expect(error.sentence == "test.lua:2: inside")
        #expect(error.traceback.contains { $0.hasPrefix("test.lua:2: in function") })
        #expect(error.traceback.last == "test.lua:4: in main chunk")
    }

    @Test func longTracebacksAreShortened() throws {
        let error = try #require(
            failure(
                "local function f(n) if n == 0 then error('deep') end return 1 + f(n - 1) end f(1000)"
            ))
        #expect(error.traceback.count < 30)
        #expect(error.traceback.contains { $0.hasPrefix("... ") })
    }

    @Test func stackOverflowIsAnOrdinaryError() throws {
        let error = try #require(failure("local function f() return 1 + f() end f()"))
        #expect(error.kind == .runtime)
        #expect(error.message.contains("stack overflow"))
    }

    @Test func assertAndPcallKeepValues() throws {
        let values = try evaluate(
            """
            local ok, e = pcall(error, { code = 7 })
            local ok2, m = pcall(assert, false, "said")
            local ok3, a, b = pcall(function(...) return ... end, 1, 2)
            local ok4, h = xpcall(function() error("x", 0) end, function(m) return m .. "!" end)
            return ok, e.code, ok2, m, ok3, a, b, ok4, h, select("#", xpcall(print, print))
            """)
        #expect(values == [false, 7, false, "said", true, 1, 2, false, "x!", 1])
    }
}
