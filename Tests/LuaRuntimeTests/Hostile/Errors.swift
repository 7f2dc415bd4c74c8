/// Error values that are no texts, and errors where nobody expects one.
extension HostileScript {
    static let errors: [HostileScript] = [
        .init("nothing", .refused("a nil without a message"), "error()"),
        .init("a table", .refused("a table without a message"), "error({})"),
        .init("a function", .refused("a function without a message"), "error(print)"),
        .init(
            "a coroutine", .refused("a thread without a message"), "error(coroutine.create(print))"),
        .init("a number", .refused("the number 42"), "error(42)"),
        .init("a NaN", .refused("nan"), "error(0 / 0)"),
        .init("the globals", .refused("a table without a message"), "error(_G)"),
        .init(
            "a text of its own", .refused("mine"),
            "error(setmetatable({}, { __tostring = function() return 'mine' end }))"),
        .init(
            "a text that raises", .refused("raised an error itself"),
            "error(setmetatable({}, { __tostring = error }))"),
        .init(
            "a text that is none", .refused("raised an error itself"),
            "error(setmetatable({}, { __tostring = function() return print end }))"),
        .init(
            "a text that is no function", .refused("raised an error itself"),
            "error(setmetatable({}, { __tostring = 'text' }))"),
        .init(
            "a text that yields", .refused("raised an error itself"),
            "error(setmetatable({}, { __tostring = function() coroutine.yield() end }))"),
        .init(
            "a text that loops", .time,
            "error(setmetatable({}, { __tostring = function() while true do end end }))"),
        .init(
            "a text that eats memory", .memory,
            "error(setmetatable({}, { __tostring = function() local s = 'x' while true do s = s .. s end end }))"
        ),
        .init(
            "a text that recurses", .refused("raised an error itself"),
            "local e = setmetatable({}, {}) getmetatable(e).__tostring = function(e) return tostring(e) end error(e)"
        ),
        .init(
            "a text that raises itself", .refused("raised an error itself"),
            "local e = setmetatable({}, {}) getmetatable(e).__tostring = function(e) error(e) end error(e)"
        ),
        .init("a text of eight megabytes", .refused("xxx"), "error(('x'):rep(4 << 20))"),
        .init("a text of zero bytes", .refused("\u{0}"), #"error("\0\0\0", 0)"#),
        .init("a text that is no UTF-8", .refused("\u{FFFD}"), #"error("\xff\xfe", 0)"#),
        .init(
            "a text that claims a place", .refused("hostile.lua:99: fake"),
            "error('hostile.lua:99: fake', 0)"),
        .init("a text full of newlines", .refused("\n\n"), "error(('\\n'):rep(1000))"),
        .init("a level beyond the stack", .refused("far"), "error('far', 1 << 40)"),
        .init("a negative level", .refused("below"), "error('below', -5)"),
        .init("a level that is a text", .refused("bad argument"), "error('x', 'y')"),
        .init(
            "an error in a coroutine's error", .refused("inner"),
            "coroutine.wrap(function() coroutine.wrap(function() error('inner') end)() end)()"),
        .init(
            "a table across coroutines", .refused("mine"),
            "local e = setmetatable({}, { __tostring = function() return 'mine' end }) coroutine.wrap(function() coroutine.wrap(function() error(e) end)() end)()"
        ),
        .init(
            "nothing across coroutines", .refused("a nil without a message"),
            "coroutine.wrap(function() coroutine.wrap(function() error() end)() end)()"),
        .init(
            "a handler that raises", .harmless,
            "local ok = xpcall(error, function() error('again') end) return ok == false"),
        .init(
            "a handler that raises for ever", .harmless,
            "local function h() error('again') end local ok = xpcall(error, h) return ok == false"),
        .init(
            "a handler that calls itself", .harmless,
            "local function h(m) return xpcall(error, h, m) end local ok = xpcall(error, h) return ok == false"
        ),
        .init(
            "a handler that yields", .harmless,
            "return coroutine.wrap(function() local ok = xpcall(error, coroutine.yield) return ok == false end)()"
        ),
        .init("a handler that loops", .time, "xpcall(error, function() while true do end end)"),
        .init(
            "a handler after the deadline", .time,
            "while true do xpcall(function() while true do end end, function() while true do end end) end"
        ),
        .init(
            "a handler that eats memory", .memory,
            "xpcall(error, function() local s = 'x' while true do s = s .. s end end)"),
        .init("a handler that is none", .refused("bad argument"), "xpcall(error, 5)"),
        .init(
            "a close that replaces an error", .refused("second"),
            "local x <close> = setmetatable({}, { __close = function() error('second') end }) error('first')"
        ),
        .init(
            "a close that raises a table", .refused("a table without"),
            "local x <close> = setmetatable({}, { __close = function() error({}) end }) error('first')"
        ),
        .init(
            "many closes that raise", .refused("last"),
            "local function c(m) return setmetatable({}, { __close = function() error(m) end }) end local a <close> = c('last') local b <close> = c('b') local d <close> = c('d') error('first')"
        ),
        .init("an assertion without a message", .refused("assertion failed!"), "assert(false)"),
        .init("an assertion with a table", .refused("a table without"), "assert(nil, {})"),
        .init("an assertion of nothing", .refused("bad argument"), "assert()"),
        .init(
            "errors for ever", .time, "local function f() error(f) end while true do pcall(f) end"),
        .init(
            "an error of all upvalues", .refused("attempt to index a nil value (upvalue 'x')"),
            "local x local function f() return x.y.z end f()"),
    ]
}
