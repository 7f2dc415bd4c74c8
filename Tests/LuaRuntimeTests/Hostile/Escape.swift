/// Scripts that reach for what is not theirs.
extension HostileScript {
    static let escape: [HostileScript] =
        [
            "os.execute('true')", "io.open('/etc/passwd')", "io.popen('id')", "os.exit()",
            "os.getenv('HOME')", "os.remove('x')", "debug.getinfo(1)", "debug.getregistry()",
            "debug.sethook()", "package.loadlib('x', 'y')", "load('return 1')()", "loadfile('x')",
            "dofile('x')", "loadstring('x')", "collectgarbage('stop')", "warn('@on')",
            "math.random()", "math.randomseed(1)", "string.dump(print)", "setfenv(1, {})",
            "newproxy(true)", "unpack({})", "module('x')", "coroutine.isdead()",
        ].map { HostileScript("absent: \($0)", .refused("attempt to"), $0) } + [
            .init("require of a library", .refused("not registered"), "require 'os'"),
            .init("require of a path", .refused("not registered"), "require '../../etc/passwd'"),
            .init(
                "require of an absolute path", .refused("not registered"), "require '/etc/passwd'"),
            .init("require of bytes", .refused("not registered"), #"require "\0\xff/../x""#),
            .init("require of a flood", .refused(""), "require(('a.'):rep(1 << 18))"),
            .init("require of a table", .refused("bad argument"), "require {}"),
            .init("a new global", .refused("undeclared global"), "x = 1"),
            .init("a global replaced", .refused("is locked"), "print = nil"),
            .init("a global through _G", .refused("is locked"), "_G.pcall = nil"),
            .init(
                "a global through rawset", .refused("the globals are locked"),
                "rawset(_G, 'pcall', nil)"),
            .init(
                "a global through move", .refused("undeclared global '1'"),
                "table.move({ 1 }, 1, 1, 1, _G)"),
            .init(
                "a metatable of the globals", .refused("protected metatable"),
                "setmetatable(_G, {})"),
            .init(
                "the metatable of strings", .refused("attempt to index a boolean"),
                "getmetatable('').__index.rep = 1"),
            .init(
                "a library function replaced", .refused("string is locked"),
                "string.rep = function() end"),
            .init(
                "a library through pairs", .harmless,
                "local _, t = pairs(string) t.rep = nil return ('x'):rep(2) == 'xx'"),
            .init("an environment of its own", .harmless, "local _ENV = { } x = 1 return x == 1"),
            .init(
                "an address in a text", .refused("'%p' is refused"),
                "return string.format('%p', {})"),
            .init(
                "an address in a width", .refused("'%p' is refused"),
                "return string.format('%-20p', print)"),
            .init(
                "addresses of all kinds", .harmless,
                "return not (tostring({}) .. tostring(print) .. tostring(coroutine.create(print)) .. tostring(function() end)):find('0x')"
            ),
            .init(
                "the main coroutine", .harmless,
                "local main = coroutine.running() return not coroutine.resume(main) and not pcall(coroutine.close, main)"
            ),
            .init("a function as a result", .type("function"), "return { deep = { print } }"),
            .init("a coroutine as a result", .type("coroutine"), "return coroutine.create(print)"),
            .init(
                "a hidden table as a result", .type("hides its keys"),
                "return setmetatable({}, { __index = function() return 1 end })"),
        ]
}
