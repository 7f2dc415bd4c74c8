/// Scripts that go deeper than any stack.
extension HostileScript {
    static let depth: [HostileScript] = [
        .init("recursion", .memory, "local function f() return 1 + f() end f()"),
        .init(
            "recursion through pcall", .harmless,
            "local function f() return pcall(f) end f() return true"),
        .init(
            "recursion through xpcall", .harmless,
            "local function f() return xpcall(f, f) end f() return true"),
        .init(
            "recursion through sort", .refused("overflow"),
            "local function f() table.sort({ 1, 2, 3 }, f) end f()"),
        .init(
            "recursion through gsub", .refused("overflow"),
            "local function f() return (('x'):gsub('.', f)) end f()"),
        .init(
            "recursion through tostring", .refused("overflow"),
            "local t = setmetatable({}, {}) getmetatable(t).__tostring = tostring return tostring(t)"
        ),
        .init(
            "recursion through coroutines", .refused("overflow"),
            "local function f() return coroutine.wrap(f)() end f()"),
        .init(
            "recursion through require", .refused("not registered"),
            "local function f() return require('x') end f()"),
        .init(
            "recursion through pairs", .refused("overflow"),
            "local mt = {} mt.__pairs = function(t) return pairs(t) end pairs(setmetatable({}, mt))"
        ),
        .init(
            "recursion through close", .refused("overflow"),
            "local function f() local x <close> = setmetatable({}, { __close = f }) end f()"),
        .init(
            "recursion through an index function", .refused("overflow"),
            "local mt = {} mt.__index = function(t, k) return t[k] end return setmetatable({}, mt).x"
        ),
        .init(
            "recursion through an index loop", .refused("loop"),
            "local t = {} setmetatable(t, { __index = t }) return t.x"),
        .init(
            "recursion through a newindex loop", .refused("loop"),
            "local t = {} setmetatable(t, { __newindex = t }) t.x = 1"),
        .init(
            "recursion through concatenation", .refused("overflow"),
            "local t = setmetatable({}, {}) getmetatable(t).__concat = function(a, b) return a .. b end return t .. 'x'"
        ),
        .init(
            "recursion through equality", .refused("overflow"),
            "local mt = {} mt.__eq = function(a, b) return a == b end return setmetatable({}, mt) == setmetatable({}, mt)"
        ),
        .init(
            "recursion through order", .refused("overflow"),
            "local mt = {} mt.__lt = function(a, b) return a < b end return setmetatable({}, mt) < setmetatable({}, mt)"
        ),
        .init(
            "recursion through arithmetic", .refused("overflow"),
            "local t = setmetatable({}, {}) getmetatable(t).__add = function(a, b) return a + b end return t + 1"
        ),
        .init(
            "recursion through length", .refused("overflow"),
            "local t = setmetatable({}, {}) getmetatable(t).__len = function(a) return #a end return #t"
        ),
        .init(
            "parentheses", .syntax("overflow"),
            "return " + String(repeating: "(", count: 20000) + "1"
                + String(repeating: ")", count: 20000)),
        .init("braces", .syntax("overflow"), "return " + String(repeating: "{", count: 20000)),
        .init(
            "functions in functions", .syntax("overflow"),
            String(repeating: "return function() ", count: 5000)),
        .init("blocks", .syntax("overflow"), String(repeating: "do ", count: 20000)),
        .init(
            "a chain of not", .syntax("overflow"),
            "return " + String(repeating: "not ", count: 50000) + "1"),
        .init(
            "a chain of powers", .syntax("overflow"),
            "return " + String(repeating: "2^", count: 5000) + "1"),
        .init(
            "a chain of concatenations", .syntax("overflow"),
            "return " + String(repeating: "'a'..", count: 5000) + "'a'"),
        .init(
            "a chain of assignments", .syntax("overflow"),
            "local a " + String(repeating: "a,", count: 5000) + "a = 1"),
        .init(
            "a chain of calls", .refused("attempt to call"),
            "local f = print return f" + String(repeating: "()", count: 5000)),
        .init(
            "a chain of fields", .refused("attempt to index"),
            "local a = {} return a" + String(repeating: ".a", count: 5000)),
        .init(
            "a deep result", .type("nested more than 64 deep"),
            "local t = {} for i = 1, 100 do t = { t } end return t"),
        .init(
            "a result that contains itself", .type("contains itself"),
            "local t = {} t.t = t return t"),
    ]
}
