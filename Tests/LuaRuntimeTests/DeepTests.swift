import LuaRuntime
import Testing

/// Scripts that go too deep: an error each, never a crash of the process.
struct DeepTests {
    static let deep = [
        "local function f() return 1 + f() end return f()",
        "local function f() return (pcall(f)) end return f(), error('end')",
        "local function f(s) return (s:gsub('.', f)) end return f('x')",
        "local function f() return table.sort({ 2, 1 }, f) end return f()",
        "local function f() return coroutine.wrap(f)() end return f()",
        "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x",
        "local mt = {} mt.__index = function(t, k) return t[k] end return setmetatable({}, mt).x",
        "local mt = {} mt.__tostring = function(t) return tostring(t) end return tostring(setmetatable({}, mt))",
        "return (('('):rep(300) .. (')'):rep(300)):match(('('):rep(300))",
        "return (('a'):rep(300)):match(('a?'):rep(300) .. ('a'):rep(300))",
        "local t = {} for i = 1, 100 do t = { t } end return t",
        "xpcall(error, function() error() end) error('end')",
        "return " + String(repeating: "(", count: 10000) + "1"
            + String(repeating: ")", count: 10000),
        "return " + String(repeating: "{", count: 10000),
        String(repeating: "do ", count: 10000),
        "return " + String(repeating: "not ", count: 100000) + "1",
        "return table.unpack({}, 1, 1e7)",
        "return string.byte(('x'):rep(1e7), 1, -1)",
        "return select('#', table.unpack(setmetatable({}, { __len = function() return 1 << 40 end })))",
    ]

    @Test(arguments: deep)
    func depthEndsInAnError(_ source: String) throws {
        let state = LuaState()
        let error = failure(source, state: state)
        #expect(error != nil, "\(source.prefix(100))")
        #expect(error?.kind != .budgetTime, "\(source.prefix(100))")
        #expect(try evaluate("return 1", state: state) == [1])
    }

    @Test func hostCallsMayNestUntilLuaSaysStop() throws {
        let state = LuaState()
        state.register(name: "again") { call in
            try call.function(1).callNodes(call.arguments)
        }
        let error = try #require(
            failure("local function f() return again(f) end again(f)", state: state))
        #expect(error.message.contains("C stack overflow"))
        #expect(try evaluate("return 1", state: state) == [1])
    }

    @Test func tablesUpToTheLimitCross() throws {
        let nested = try evaluate("local t = {} for i = 1, 63 do t = { t } end return t")
        var value = try #require(nested.first)
        var depth = 0
        while case .table(let table) = value {
            depth += 1
            guard let inner = table.array.first else { break }
            value = inner
        }
        #expect(depth == 64)
        let error = try #require(failure("local t = {} for i = 1, 64 do t = { t } end return t"))
        #expect(error.kind == .type)
        #expect(error.message.contains("nested more than 64 deep"))

        let state = LuaState()
        let echo = try state.load("return ...", name: "echo.lua")
        #expect(try echo.call(nested) == nested)
        #expect(throws: LuaError.self) { try echo.call([.table(LuaTable(array: nested))]) }
    }

    @Test func cyclesAreRefusedWithTheirPath() throws {
        let error = try #require(
            failure("local t = { data = { { path = 'x' } } } t.data[1].back = t.data return t"))
        #expect(error.kind == .type)
        #expect(error.message == "data[1].back: this table contains itself")
    }
}
