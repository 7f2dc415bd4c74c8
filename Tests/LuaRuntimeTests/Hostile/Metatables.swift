/// Metatables that lie, recurse, or wait for the collector.
extension HostileScript {
    static let metatables: [HostileScript] = [
        .init(
            "a finalizer", .refused("'__gc' is refused"),
            "setmetatable({}, { __gc = function() while true do end end })"),
        .init(
            "a finalizer that is no function", .refused("'__gc' is refused"),
            "setmetatable({}, { __gc = true })"),
        .init(
            "a finalizer added later", .harmless,
            "local mt = {} local t = setmetatable({}, mt) mt.__gc = function() while true do end end t = nil for i = 1, 1e5 do local x = {} end return true"
        ),
        .init(
            "a finalizer behind an index", .harmless,
            "local mt = setmetatable({}, { __index = function() return function() while true do end end end }) setmetatable({}, mt) for i = 1, 1e5 do local x = {} end return true"
        ),
        .init(
            "a weak table", .refused("'__mode' is refused"), "setmetatable({}, { __mode = 'k' })"),
        .init(
            "a chain of weak entries that the collector walks once for each link", .harmless,
            """
            local mt = {}
            local t, key = setmetatable({}, mt), {}
            mt.__mode = 'k'
            for i = 1, 2e4 do local next = {} t[next] = key key = next end
            for i = 1, 1e5 do local x = {} end
            return true
            """),
        .init(
            "a protected metatable", .refused("protected"),
            "local t = setmetatable({}, { __metatable = 1 }) setmetatable(t, {})"),
        .init(
            "a length that is a text", .refused("not an integer"),
            "table.insert(setmetatable({}, { __len = function() return 'x' end }), 1)"),
        .init(
            "a length that is a fraction", .refused("not an integer"),
            "table.concat(setmetatable({}, { __len = function() return 1.5 end }))"),
        .init(
            "a length that is negative", .harmless,
            "local t = setmetatable({}, { __len = function() return -5 end }) table.sort(t) return table.concat(t) == '' and select('#', table.unpack(t)) == 0"
        ),
        .init(
            "a length at the edge", .time,
            "table.insert(setmetatable({}, { __len = function() return math.maxinteger end }), 1, 1)"
        ),
        .init(
            "a length beyond a sort", .refused("too big"),
            "table.sort(setmetatable({}, { __len = function() return 1 << 40 end }))"),
        .init(
            "an index that raises", .refused("mine"),
            "return setmetatable({}, { __index = function() error('mine') end }).x"),
        .init(
            "a newindex that loops", .time,
            "setmetatable({}, { __newindex = function() while true do end end }).x = 1"),
        .init(
            "a call that loops", .time,
            "setmetatable({}, { __call = function() while true do end end })()"),
        .init(
            "a comparison that loops", .time,
            "return setmetatable({}, { __lt = function() while true do end end }) < {}"),
        .init(
            "an equality that loops", .time,
            "local mt = { __eq = function() while true do end end } return setmetatable({}, mt) == setmetatable({}, mt)"
        ),
        .init(
            "a concatenation that loops", .time,
            "return setmetatable({}, { __concat = function() while true do end end }) .. 'x'"),
        .init(
            "a text that loops", .time,
            "print(setmetatable({}, { __tostring = function() while true do end end }))"),
        .init(
            "a text that is none", .refused("must return a string"),
            "return tostring(setmetatable({}, { __tostring = function() return {} end }))"),
        .init(
            "a name that is none", .harmless,
            "return tostring(setmetatable({}, { __name = {} })) == 'table'"),
        .init(
            "pairs that answer nonsense", .refused("attempt to call"),
            "for k in pairs(setmetatable({}, { __pairs = function() return 5 end })) do end"),
        .init(
            "pairs over keys without order", .refused("has no order"),
            "for k in pairs({ [print] = 1 }) do end"),
        .init("next with a foreign key", .harmless, "return next({ 1 }, 'none') == nil"),
        .init("next with a table", .refused("cannot order"), "return next({ 1 }, {})"),
        .init(
            "a table changed while walked", .harmless,
            "local t = { a = 1 } for k in pairs(t) do for i = 1, 100 do t[k .. i] = i end t[k] = nil end return true"
        ),
        .init(
            "a table sorted while sorted", .harmless,
            "local t = { 5, 4, 3, 2, 1 } table.sort(t, function(a, b) table.sort(t) return a < b end) return #t == 5"
        ),
        .init(
            "a table emptied while sorted", .harmless,
            "local t = { 5, 4, 3, 2, 1 } table.sort(t, function(a, b) for i = 1, 5 do t[i] = nil end return a < b end) return #t == 5"
        ),
        .init(
            "a comparator that contradicts itself", .harmless,
            "local t = {} for i = 1, 1000 do t[i] = i % 7 end table.sort(t, function() return true end) return #t == 1000"
        ),
        .init(
            "a sort of mixed types", .refused("attempt to compare"), "table.sort({ 1, 'x', {} })"),
        .init("a NaN as a key", .refused("NaN"), "local t = {} t[0 / 0] = 1"),
        .init("a nil as a key", .refused("index is nil"), "local t = {} t[nil] = 1"),
        .init("a close that is none", .refused("non-closable"), "local x <close> = {}"),
        .init(
            "a close that loops", .time,
            "do local x <close> = setmetatable({}, { __close = function() while true do end end }) end"
        ),
        .init(
            "a close that loops after the deadline", .time,
            "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end"
        ),
        .init(
            "a close that raises", .refused("closing"),
            "do local x <close> = setmetatable({}, { __close = function() error('closing') end }) end"
        ),
    ]
}
