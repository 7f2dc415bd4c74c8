/// Scripts that try to bring code which no compiler of ours made.
extension HostileScript {
    static let bytecode: [HostileScript] = [
        .init("a binary chunk", .syntax("attempt to load a binary chunk"), "\u{1B}Lua\u{54}\u{0}"),
        .init("a binary chunk's first byte", .syntax("attempt to load a binary chunk"), "\u{1B}"),
        .init("a binary chunk behind a comment", .syntax("unexpected symbol"), "--\n\u{1B}Lua"),
        .init(
            "a dumped function", .refused("attempt to call a nil value (field 'dump')"),
            "return string.dump(function() end)"),
        .init(
            "loading a text", .refused("attempt to call a nil value (global 'load')"),
            "return load('x')"),
        .init("loading bytes", .refused("global 'load'"), #"return load("\27Lua")"#),
        .init(
            "loading in mode b", .refused("global 'load'"), "return load(function() end, 'x', 'b')"),
        .init(
            "a function through the string metatable",
            .refused("attempt to call a nil value (method 'dump')"), "return ('x'):dump()"),
        .init("zero bytes in the source", .syntax(""), "return 1 \u{0} 2"),
        .init("an escape that is too large", .syntax("too large"), #"return "\u{FFFFFFFF}""#),
        .init("a decimal escape that is too large", .syntax("too large"), #"return "\400""#),
        .init(
            "a long bracket without end", .syntax(""),
            "return [" + String(repeating: "=", count: 100_000)),
        .init(
            "a string without end", .syntax("unfinished string"),
            "return '" + String(repeating: "x", count: 100_000)),
        .init(
            "a comment without end", .syntax("unfinished long comment"),
            "--[[" + String(repeating: "x", count: 100_000)),
        .init(
            "a numeral without end", .harmless,
            "return 0x" + String(repeating: "f", count: 100_000) + " ~= 0"),
        .init(
            "many labels", .harmless,
            (0..<3000).map { "::l\($0):: do end" }.joined(separator: " ") + " return true"),
        .init(
            "many labels in a row", .syntax("overflow"),
            (0..<5000).map { "::l\($0)::" }.joined(separator: " ")),
        .init(
            "many locals", .syntax("too many local variables"),
            (0..<300).map { "local a\($0)" }.joined(separator: "\n")),
        .init(
            "many upvalues", .syntax("too many"),
            (0..<3).map { block in
                (0..<150).map { "local a\(block)_\($0)" }.joined(separator: " ")
                    + " local function f\(block)() "
            }.joined() + "return "
                + (0..<2).map { block in (0..<140).map { "a\(block)_\($0)" }.joined(separator: "+")
                }.joined(separator: "+") + " end end end"),
    ]
}
