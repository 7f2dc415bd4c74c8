/// What the published errors of Lua 5.4.0 to 5.4.6 did, tried here: none of it may crash or give a
/// wrong answer. The sandbox withholds what several of them need (binary chunks, finalizers, weak
/// tables, `debug`, `collectgarbage`); those are tried by their absence.
extension HostileScript {
    /// A function that has so many constants that operands no longer fit an instruction.
    private static let manyConstants: String = {
        let fill = (0..<300).map { "t[\($0).5] = \"c\($0)\"" }.joined(separator: " ")
        return """
            local t, x, y = {}, 0xF0F0, 7
            \(fill)
            local f = 0xFF0000
            return (x & 0xAAAA) == (0xAAAA & x) and (x | 0x123456789) == (0x123456789 | x) and (x ~ 0x55) == (0x55 ~ x)
              and (x & 0xAAAA) == 0xA0A0 and (0xFF & 3.0) == 3 and (y | 1.0) == 7 and (2^53 | y) == (1 << 53 | 7)
              and y + 1000001 == 1000008 and 1000001 - y == 999994 and y .. "k" == "7k" and ("c299" == t[299.5])
              and (x >> 4) == 0xF0F and (1 << y) == 128 and (y << 1) == 14 and -y == -7 and 3 // -2 == -2
            """
    }()

    /// More constants than any short index can name.
    private static let tooManyConstants: String = {
        let list = (0..<70000).map { "\($0).25" }.joined(separator: ",")
        return
            "local t = {\(list)} local u = { x = 1 } return t[70000] == 69999.25 and u.x == 1 and #t == 70000 and ('s') == 's'"
    }()

    static let upstreamBugs: [HostileScript] = [
        .init(
            "constant environment", .refused("attempt to index a number"),
            "local function f() local _ENV <const> = 11 name = 'x' end f()"),
        .init(
            "constant environment, read", .refused("attempt to index"),
            "local _ENV <const> = 11 return name.field"),
        .init(
            "constant environment, nil", .refused("attempt to index"),
            "local _ENV <const> = nil name = 1"),
        .init(
            "constant environment, text", .harmless,
            "local ok = pcall(function() local _ENV <const> = 'x' return (rep.y) end) return ok == false"
        ),
        .init(
            "constant environment among constants", .refused("attempt to index"),
            "local a <const>, b <const> = 1, 'x' local _ENV <const> = true return b .. a, undefined"
        ),
        .init("constants of bit operations", .harmless, manyConstants),
        .init("too many constants", .harmless, tooManyConstants),
        .init("five values in a for", .refused("non-closable"), "for a, b in 1, 2, 3, 4, 5 do end"),
        .init(
            "many values in a for", .refused("non-closable"),
            "for a in 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 do end"),
        .init(
            "four good values in a for", .harmless,
            "local n = 0 for k, v in next, { 1, 2 }, nil, nil do n = n + v end return n == 3"),
        .init(
            "stray continuation bytes", .refused("invalid UTF-8"),
            #"for _ in utf8.codes("ab\xff\x80") do end"#),
        .init(
            "stray continuation bytes after a character", .refused("invalid UTF-8"),
            #"for _ in utf8.codes("\u{e9}\x80") do end"#),
        .init(
            "overlong characters", .harmless,
            #"return utf8.len("\xc0\x80") == nil and utf8.len("\xf8\x80\x80\x80\x80", 1, -1, true) == nil"#
        ),
        .init(
            "overflow while handling an overflow", .spent,
            "local function loop(x, y, z) return 1 + loop(x, y, z) end local ok, r = xpcall(loop, function(m) local inner = select(2, pcall(loop)) return tostring(m):find('overflow') and 15 end, nil, 1) return ok == false"
        ),
        .init(
            "errors of errors of overflows", .spent,
            "local function loop() local ok, m = pcall(loop) return loop(tostring(m) .. 'x') end local ok = pcall(loop) return ok == false"
        ),
        .init(
            "overflow in a text for an error", .spent,
            "local function f(s) local ok, e = xpcall(f, function(m) return s:rep(3) .. m .. f(s) end, s) return 1 + f(s) end return pcall(f, 'x') == false"
        ),
        .init(
            "nested coroutines in handlers", .harmless,
            "local function f() return xpcall(coroutine.wrap(f), f) end f() return true"),
        .init(
            "coroutines that wrap pcall", .spent,
            "local function f() pcall(coroutine.wrap(f)) return coroutine.wrap(f)() end return pcall(f) == false"
        ),
        .init(
            "gsub that wraps coroutines", .harmless,
            "local function f() return (('x'):gsub('x', coroutine.wrap(f))) end return pcall(f) == false"
        ),
        .init(
            "closes of coroutines made at the surface", .harmless,
            "local list = {} for i = 1, 3000 do local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() coroutine.close(list[i + 1]) end }) coroutine.yield() end) coroutine.resume(co) list[i] = co end list[3001] = coroutine.create(print) coroutine.close(list[1]) return true"
        ),
        .init(
            "wraps that close one another while failing", .harmless,
            "local list = {} for i = 1, 3000 do list[i] = coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() list[i + 1]() end }) coroutine.yield() error('e') end) list[i]() end list[3001] = print return pcall(list[1]) == false"
        ),
        .init(
            "a stack that grows in a close", .harmless,
            "local function deep(n) if n > 0 then return 1 + deep(n - 1) end return 0 end local function f(...) local x <close> = setmetatable({}, { __close = function() deep(5000) end }) return ... end local a, b, c = f(1, 2, 3) return a + b + c == 6"
        ),
        .init(
            "a stack that grows in a failing close", .harmless,
            "local function deep(n) if n > 0 then return 1 + deep(n - 1) end return 0 end local ok = pcall(function() local x <close> = setmetatable({}, { __close = function() deep(5000) error('y') end }) error('x') end) return ok == false"
        ),
        .init(
            "a stack that shrinks in between", .harmless,
            "local function deep(n, ...) if n > 0 then return deep(n - 1, n, ...) end return select('#', ...) end for i = 1, 20 do deep(100) local t = {} for j = 1, 100 do t[j] = { j } end end return deep(200) == 200"
        ),
        .init(
            "varargs of a tail call", .harmless,
            "local function f(n, ...) if n == 0 then return select('#', ...) end return f(n - 1, n, ...) end return f(150) == 150"
        ),
        .init(
            "a varargs function with a count hook", .harmless,
            "local function f(...) local a, b = ... return a + b end local n = 0 for i = 1, 1000 do n = n + f(i, 1) end return n == 501500"
        ),
        .init(
            "strings with zeros compared", .harmless,
            #"return "a\0" < "a\0\0" and "a\0a" < "a\0b" and not ("\0" < "\0") and "a" < "a\0" and ("x\0"):rep(50) < ("x\0"):rep(51)"#
        ),
        .init(
            "loops at the edges of integers", .harmless,
            "local n = 0 for i = math.maxinteger - 2, math.maxinteger do n = n + 1 end for i = math.mininteger, math.mininteger + 2 do n = n + 1 end for i = math.mininteger + 2, math.mininteger, -1 do n = n + 1 end return n == 9"
        ),
        .init("a loop with step zero", .refused("step is zero"), "for i = 1, 10, 0 do end"),
        .init(
            "the smallest step", .harmless,
            "local n = 0 for i = 1, 0, math.mininteger do n = n + 1 end for i = 0, math.mininteger, math.mininteger do n = n + 1 end return n == 3"
        ),
        .init(
            "division at the edges", .harmless,
            "return math.mininteger // -1 == math.mininteger and math.mininteger % -1 == 0 and pcall(function() return 1 // 0 end) == false and pcall(function() return 1 % 0 end) == false"
        ),
        .init(
            "shifts beyond the width", .harmless,
            "return 1 << 64 == 0 and 1 >> 64 == 0 and 1 << -1 == 0 and 1 << math.mininteger == 0 and -1 >> 63 == 1"
        ),
        .init(
            "negation of a local's number",
            .refused("attempt to index a nil value (global 'debug')"),
            "return debug.getlocal(1, math.mininteger)"),
        .init(
            "a userdata in its finalizer", .refused("'__gc' is refused"),
            "for i = 1, 10 do setmetatable({}, { __gc = function(o) o.next = {} end }) end"),
        .init(
            "a long string of a prototype", .harmless,
            "local function f() return 'a long string that lives with the function alone, far longer than forty bytes' end for i = 1, 20000 do local t = { f() } end return #f() == 76 or #f() > 40"
        ),
        .init(
            "an emergency collection in a table", .spent,
            "local t = {} for i = 1, math.huge do t[i] = ('k'):rep(100) .. i t[i .. ''] = {} end"),
        .init(
            "names of functions in errors", .refused("overflow"),
            "local mt = {} for _, e in ipairs { '__index', '__add', '__concat', '__call', '__lt', '__eq', '__len', '__unm' } do mt[e] = function(a, b) return (a .. b) + a[b] end end local t = setmetatable({}, mt) return t + t"
        ),
        .init(
            "a method name of a wrong type", .refused("attempt to call a nil value (method 'x')"),
            "local s = 'text' s:x()"),
        .init("a goto into nothing", .syntax("no visible label"), "goto nowhere"),
        .init(
            "a goto into a local's scope", .syntax("jumps into the scope"),
            "goto done local x = 1 ::done:: return x"),
        .init("a break outside a loop", .syntax("break"), "break"),
        .init(
            "a constant assigned", .syntax("attempt to assign to const"),
            "local x <const> = 1 x = 2"),
        .init("an unknown attribute", .syntax("unknown attribute"), "local x <none> = 1"),
        .init(
            "two closes in one statement", .syntax("multiple to-be-closed"),
            "local a <close>, b <close> = 1, 2"),
        .init(
            "a close in a loop that breaks", .harmless,
            "local n = 0 for i = 1, 100 do local x <close> = setmetatable({}, { __close = function() n = n + 1 end }) if i % 2 == 0 then goto next end if i == 99 then break end ::next:: end return n == 99"
        ),
    ]
}
