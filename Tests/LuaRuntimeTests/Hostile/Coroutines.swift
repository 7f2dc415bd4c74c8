/// Coroutines that resume, close or outlive one another.
extension HostileScript {
    static let coroutines: [HostileScript] = [
        .init("a loop in a coroutine", .time, "coroutine.wrap(function() while true do end end)()"),
        .init("coroutines for ever", .time, "while true do coroutine.wrap(function() end)() end"),
        .init(
            "yields for ever", .time,
            "local f = coroutine.wrap(function() while true do coroutine.yield() end end) while true do f() end"
        ),
        .init(
            "a loop in each coroutine", .time,
            "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"
        ),
        .init(
            "a loop deep in coroutines", .time,
            "local function dive(n) if n == 0 then while true do end end coroutine.wrap(dive)(n - 1) end while true do pcall(dive, 50) end"
        ),
        .init(
            "a loop in a closing coroutine", .time,
            "local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) coroutine.yield() end) coroutine.resume(co) coroutine.close(co)"
        ),
        .init(
            "a coroutine resumed by itself", .harmless,
            "local co co = coroutine.create(function() return coroutine.resume(co) end) local _, ok, m = coroutine.resume(co) return ok == false and m:find('non-suspended', 1, true) ~= nil"
        ),
        .init(
            "a coroutine resumed by its child", .harmless,
            "local co co = coroutine.create(function() return coroutine.wrap(function() return coroutine.resume(co) end)() end) local _, ok = coroutine.resume(co) return ok == false"
        ),
        .init(
            "a coroutine closed by itself", .harmless,
            "local co co = coroutine.create(function() return pcall(coroutine.close, co) end) local _, ok = coroutine.resume(co) return ok == false"
        ),
        .init(
            "a coroutine closed by its child", .harmless,
            "local co co = coroutine.create(function() return coroutine.wrap(function() return pcall(coroutine.close, co) end)() end) local _, ok = coroutine.resume(co) return ok == false"
        ),
        .init(
            "a dead coroutine", .refused("cannot resume dead coroutine"),
            "local f = coroutine.wrap(function() end) f() f()"),
        .init("a yield from the main chunk", .refused("outside a coroutine"), "coroutine.yield()"),
        .init(
            "a yield across a sort", .refused("across a C-call boundary"),
            "coroutine.wrap(function() table.sort({ 1, 2 }, coroutine.yield) end)()"),
        .init(
            "a yield across a gsub", .refused("across a C-call boundary"),
            "coroutine.wrap(function() ('x'):gsub('.', coroutine.yield) end)()"),
        .init(
            "a yield across tostring", .refused("across a C-call boundary"),
            "coroutine.wrap(function() tostring(setmetatable({}, { __tostring = coroutine.yield })) end)()"
        ),
        .init(
            "a yield across require", .refused(""),
            "coroutine.wrap(function() require(coroutine.yield) end)()"),
        .init(
            "a yield across pcall", .harmless,
            "local f = coroutine.wrap(function() return pcall(function() return coroutine.yield(1) + 1 end) end) f() local ok, n = f(41) return ok and n == 42"
        ),
        .init(
            "a yield across a metamethod", .harmless,
            "local f = coroutine.wrap(function() return setmetatable({}, { __add = function(_, n) return coroutine.yield(n) end }) + 5 end) return f() == 5 and f(7) == 7"
        ),
        .init(
            "a yield across a close", .harmless,
            "local f = coroutine.wrap(function() do local x <close> = setmetatable({}, { __close = function() coroutine.yield(1) end }) end return 2 end) return f() == 1 and f() == 2"
        ),
        .init(
            "a yield in an iterator", .harmless,
            "local f = coroutine.wrap(function() for x in function() return coroutine.yield() end do end return 9 end) f() f(1) return f(nil) == 9"
        ),
        .init(
            "a close inside a close", .harmless,
            "local function make(inner) local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() if inner then coroutine.close(inner) end end }) coroutine.yield() end) coroutine.resume(co) return co end local co for i = 1, 20 do co = make(co) end return coroutine.close(co)"
        ),
        .init(
            "closes nested past any stack", .harmless,
            "local function make(inner) local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() if inner then coroutine.close(inner) end end }) coroutine.yield() end) coroutine.resume(co) return co end local co for i = 1, 8000 do co = make(co) end coroutine.close(co) return true"
        ),
        .init(
            "closes nested past the deadline", .time,
            "local function make(inner) local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() pcall(coroutine.close, inner) while true do end end }) coroutine.yield() end) coroutine.resume(co) return co end local co = make(make(make(coroutine.create(print)))) coroutine.close(co)"
        ),
        .init(
            "a wrap closed while it fails", .refused("second"),
            "coroutine.wrap(function() local x <close> = setmetatable({}, { __close = function() error('second') end }) error('first') end)()"
        ),
        .init(
            "arguments without end", .memory,
            "local co = coroutine.create(print) return assert(coroutine.resume(co, table.unpack({}, 1, 900000)), 'too many')"
        ),
        .init(
            "results without end", .harmless,
            "local function many() return table.unpack({}, 1, 200000) end local f = coroutine.wrap(function() return many() end) return pcall(f) ~= nil"
        ),
        .init(
            "a coroutine in the middle of an error", .harmless,
            "local co = coroutine.create(function() error({}) end) coroutine.resume(co) return coroutine.status(co) == 'dead' and not coroutine.close(co)"
        ),
        .init(
            "resuming what is no coroutine", .refused("coroutine expected"), "coroutine.resume({})"),
        .init("wrapping what is no function", .refused("function expected"), "coroutine.wrap(5)"),
        .init(
            "nested wraps", .refused("overflow"),
            "local f = function() error('x') end for i = 1, 5000 do f = coroutine.wrap(f) end f()"),
    ]
}
