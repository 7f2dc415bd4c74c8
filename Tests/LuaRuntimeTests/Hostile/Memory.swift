/// Scripts that want all there is.
extension HostileScript {
    static let memory: [HostileScript] = [
        .init("a string doubled", .memory, "local s = 'x' while true do s = s .. s end"),
        .init("a string grown by a byte", .spent, "local s = 'x' while true do s = s .. 'x' end"),
        .init("one repetition", .memory, "return ('x'):rep(1 << 40)"),
        .init("a repetition that overflows", .memory, "return ('x'):rep(math.maxinteger)"),
        .init("a repetition with separators", .memory, "return (''):rep(math.maxinteger, ', ')"),
        .init("a long array", .memory, "local t = {} for i = 1, math.huge do t[i] = i end"),
        .init(
            "a table by names", .spent,
            "local t = {} for i = 1, math.huge do t['k' .. i] = true end"),
        .init("tables in tables", .memory, "local t = {} while true do t = { t } end"),
        .init(
            "closures", .memory,
            "local t = {} for i = 1, math.huge do t[i] = function() return i end end"),
        .init(
            "coroutines", .memory,
            "local t = {} for i = 1, math.huge do t[i] = coroutine.create(print) end"),
        .init(
            "running coroutines", .memory,
            """
            local t = {}
            for i = 1, math.huge do
              local co = coroutine.create(function() local x = ('y'):rep(1000) coroutine.yield(x) end)
              coroutine.resume(co)
              t[i] = co
            end
            """),
        .init(
            "what pcall catches", .memory,
            "while true do pcall(function() local t = {} for i = 1, math.huge do t[i] = {} end end) end"
        ),
        .init(
            "what a coroutine catches", .memory,
            """
            while true do
              coroutine.resume(coroutine.create(function() local s = 'x' while true do s = s .. s end end))
            end
            """),
        .init(
            "a joined list", .memory,
            "local t, s = {}, ('x'):rep(1 << 16) for i = 1, 1000 do t[i] = s end return table.concat(t)"
        ),
        .init(
            "a replacement that swells", .memory,
            "return (('x'):rep(1 << 16)):gsub('x', ('y'):rep(1 << 12))"),
        .init(
            "a replacement of captures", .memory,
            "return (('x'):rep(1 << 20)):gsub('.*', ('%0'):rep(100))"),
        .init(
            "a formatted flood", .memory,
            "local s = ('x'):rep(1 << 20) return string.format(('%s'):rep(20), s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)"
        ),
        .init("packed padding", .memory, "return string.pack('c2000000000', 'x')"),
        .init(
            "sorting a lying length", .memory,
            "table.sort(setmetatable({}, { __len = function() return 1 << 28 end }))"),
        .init("long varargs", .spent, "local function f(...) return f(1, ...) end return (f())"),
        .init(
            "unpacking too much", .refused("too many results to unpack"),
            "return table.unpack({}, 1, 1 << 30)"),
        .init(
            "bytes of a long string", .refused("string slice too long"),
            "return string.byte(('x'):rep(1 << 22), 1, -1)"),
        .init(
            "a huge lower", .memory, "local s = ('X'):rep(7 << 20) return s:lower() .. s:upper()"),
        .init(
            "a huge result", .memory,
            "local t, s = {}, ('x'):rep(1 << 20) for i = 1, 64 do t[i] = s end return t"),
        .init(
            "a result that shares itself", .spent,
            "local t = {} for i = 1, 40 do t = { t, t } end return t"),
        .init(
            "a huge printed line", .memory, "local s = ('x'):rep(4 << 20) print(s, s, s, s, s, s)"),
        .init(
            "a table with holes filled", .memory,
            "local t = {} for i = 1, math.huge do t[i * 1000] = i t[-i] = i end"),
        .init(
            "errors that carry much", .memory,
            "local t = {} for i = 1, math.huge do t[i] = select(2, pcall(error, ('x'):rep(1000) .. i)) end"
        ),
        .init(
            "a hash of floats", .memory,
            "local t = {} local x = 0.5 while true do t[x] = x x = x + 1 end"),
    ]
}
