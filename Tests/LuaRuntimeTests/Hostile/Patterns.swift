/// Patterns that explode, overflow or are none.
extension HostileScript {
    static let patterns: [HostileScript] = [
        .init("lazy runs", .time, "return (('a'):rep(3000)):find('.-.-.-.-.-.-b')"),
        .init("greedy runs", .time, "return (('a'):rep(3000)):match('.*.*.*.*.*.*b')"),
        .init("mixed runs", .time, "return (('a'):rep(3000)):find('.-.*.-.*.-.*b')"),
        .init("sets", .time, "return (('ab'):rep(3000)):find('[ab]-[ab]-[ab]-[ab]-c')"),
        .init("captures", .time, "return (('a'):rep(3000)):find('(.-)(.-)(.-)(.-)(.-)b')"),
        .init("references back", .time, "return (('a'):rep(5000)):find('(.-)(.-)%1%2%1b')"),
        .init(
            "optional items", .time,
            "return (('a'):rep(60)):find(('a?'):rep(60) .. ('a'):rep(60) .. 'b')"),
        .init("balance", .time, "return (('('):rep(500000)):find('%b()')"),
        .init(
            "frontier", .time, "return (('a'):rep(200000)):find('%f[' .. ('b'):rep(100000) .. ']')"),
        .init("gsub of lazy runs", .time, "return (('a'):rep(3000)):gsub('.-.-.-.-.-b', '')"),
        .init(
            "gmatch of lazy runs", .time, "for _ in (('a'):rep(3000)):gmatch('.-.-.-.-.-b') do end"),
        .init("empty matches for ever", .time, "while true do (('a'):rep(1000)):gsub('', 'x') end"),
        .init("anchored lazy runs", .time, "return (('a'):rep(5000)):find('^.-.-.-.-.-b$')"),
        .init(
            "nested captures", .refused("too many captures"), "return ('x'):match(('('):rep(300))"),
        .init(
            "a pattern too deep", .refused("too complex"),
            "return (('a'):rep(300)):match(('a?'):rep(300) .. ('a'):rep(300) .. 'b')"),
        .init("a lone percent", .refused("malformed pattern"), "return ('x'):find('%')"),
        .init("a set without end", .refused("malformed pattern"), "return ('x'):find('[a')"),
        .init(
            "a set that ends in an escape", .refused("malformed pattern"), "return ('x'):find('[%')"
        ),
        .init(
            "a balance without arguments", .refused("malformed pattern"), "return ('x'):find('%b')"),
        .init("a frontier without a set", .refused("missing '['"), "return ('x'):find('%f')"),
        .init("a reference to nothing", .refused("invalid capture"), "return ('x'):find('%1')"),
        .init(
            "a reference to an open capture", .refused("invalid capture"),
            "return ('xx'):find('(x%1)')"),
        .init(
            "a capture closed twice", .refused("invalid pattern capture"), "return ('x'):find('.)')"
        ),
        .init("a capture never closed", .refused("unfinished capture"), "return ('x'):find('(x')"),
        .init(
            "a replacement with a bad reference", .refused("invalid"),
            "return ('x'):gsub('x', '%2')"),
        .init(
            "a replacement with a bad escape", .refused("invalid use of '%'"),
            "return ('x'):gsub('x', '%q')"),
        .init(
            "a replacement of a wrong type", .refused("invalid replacement value (a table)"),
            "return ('x'):gsub('x', function() return {} end)"),
        .init("a huge pattern", .harmless, "return ('x'):find(('y'):rep(1 << 20)) == nil"),
        .init(
            "positions beyond all bounds", .harmless,
            "return ('x'):find('x', math.maxinteger) == nil and ('x'):find('x', math.mininteger) == 1"
        ),
        .init(
            "zero bytes", .harmless,
            #"return ("a\0b"):find("\0") == 2 and ("a\0b"):find("[\0]") == 2 and ("a\0b"):gsub("%z", "x") == "axb""#
        ),
        .init(
            "a format too long", .refused("too long"), "return string.format(('x'):rep(2 << 20))"),
        .init("a width too large", .refused("invalid"), "return string.format('%1000d', 1)"),
        .init(
            "a quotation too long", .refused("too long to quote"),
            "return string.format('%q', ('x'):rep(5 << 20))"),
        .init(
            "a layout too long", .refused("too long"), "return string.packsize(('b'):rep(1 << 20))"),
        .init(
            "a layout of huge items", .refused("too large"),
            "return string.packsize(('c2000000000'):rep(3))"),
        .init(
            "a numeral too long", .refused("too long for a number"), "return ('1'):rep(1 << 20) + 1"
        ),
        .init(
            "a numeral too long for tonumber", .refused("too long for a number"),
            "return tonumber(('1'):rep(1 << 20))"),
        .init(
            "a numeral too long for math", .refused("too long for a number"),
            "return math.floor(('1'):rep(1 << 20))"),
    ]
}
