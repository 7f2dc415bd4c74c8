/// Scripts that do not mean to end.
extension HostileScript {
    static let time: [HostileScript] = [
        .init("empty loop", .time, "while true do end"),
        .init("loop that swallows errors", .time, "while true do pcall(error) end"),
        .init(
            "loop inside pcall inside a loop", .time,
            "while true do pcall(function() while true do end end) end"),
        .init("goto", .time, "::a:: goto b ::b:: goto a"),
        .init("for without an end", .time, "for i = 1, math.huge do end"),
        .init("for with a tiny step", .time, "for x = 0, 1, 1e-300 do end"),
        .init("for over integers", .time, "for i = math.mininteger, math.maxinteger do end"),
        .init("tail calls", .time, "local function f(...) return f(...) end return f(1, 2, 3)"),
        .init(
            "mutual tail calls", .time,
            "local f, g function f() return g() end function g() return f() end f()"),
        .init("iterator that never stops", .time, "for x in function() return 1 end do end"),
        .init(
            "ipairs over an answer to everything", .time,
            "for i, v in ipairs(setmetatable({}, { __index = function() return 1 end })) do end"),
        .init(
            "ipairs over a C answer", .time,
            "for i, v in ipairs(setmetatable({}, { __index = math.abs and function(_, k) return k end })) do end"
        ),
        .init(
            "exponential recursion", .time,
            "local function f(n) if n > 0 then f(n - 1) f(n - 1) end end f(100)"),
        .init(
            "sort with a slow comparator", .time,
            "local t = {} for i = 1, 100 do t[i] = -i end table.sort(t, function() for i = 1, 1e9 do end end)"
        ),
        .init(
            "sort over and over", .time,
            "local t = {} for i = 1, 50000 do t[i] = (i * 7919) % 50000 end while true do table.sort(t) end"
        ),
        .init(
            "concat over and over", .time,
            "local t = {} for i = 1, 10000 do t[i] = 'abc' end while true do table.concat(t) end"),
        .init(
            "insert in front for ever", .time,
            "local t = {} for i = 1, 30000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end"
        ),
        .init("move far", .time, "table.move({}, 1, 1 << 60, 2)"),
        .init(
            "unpack over and over", .time,
            "while true do select('#', table.unpack({}, 1, 5000)) end"),
        .init(
            "remove at a lying length", .time,
            "table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)"),
        .init(
            "concat of a lying length", .time,
            "table.concat(setmetatable({}, { __index = function() return '' end, __len = function() return 1 << 60 end }))"
        ),
        .init("empty repetition for ever", .time, "while true do (''):rep(1 << 62) end"),
        .init(
            "reverse for ever", .time,
            "local s = ('x'):rep(1 << 20) while true do s = s:reverse() end"),
        .init(
            "upper for ever", .time, "local s = ('x'):rep(1 << 20) while true do s = s:upper() end"),
        .init(
            "decoding for ever", .time,
            "local s = ('\\u{20ac}'):rep(1 << 18) while true do utf8.len(s) utf8.offset(s, 1 << 17) end"
        ),
        .init(
            "codes for ever", .time,
            "local s = ('\\u{20ac}'):rep(1 << 18) while true do for _ in utf8.codes(s) do end end"),
        .init(
            "tonumber for ever", .time, "local s = ('1'):rep(60000) while true do tonumber(s) end"),
        .init(
            "format for ever", .time,
            "while true do string.format('%99.99f%s%q', 1e300, 'x', 'y') end"),
        .init(
            "pack for ever", .time, "while true do string.unpack('z', string.pack('z', 'abc')) end"),
        .init(
            "next over a large table", .time,
            "local t = {} for i = 1, 30000 do t['k' .. i] = i end local k repeat k = next(t, k) until k == nil"
        ),
        .init(
            "pairs over a large table", .time,
            "local t = {} for i = 1, 30000 do t['k' .. i] = i end while true do for k in pairs(t) do end end"
        ),
        .init(
            "strings that compare long", .time,
            "local a, b = ('x'):rep(1 << 20) .. 'a', ('x'):rep(1 << 20) .. 'b' while a < b do end"),
        .init("print for ever", .time, "while true do print('x') end"),
    ]
}
