import LuaRuntime

/// `nj.log`: words for the person who watches the run.
enum LogBindings {
    static let all: [Binding] = [
        line(
            .debug,
            "Says something that only helps to find mistakes; shown by `nightjar train --verbose`."),
        line(.info, "Says something worth knowing."),
        line(.warn, "Says something that a person should look at."),
    ]

    private static func line(_ level: ScriptLogLine.Level, _ doc: String) -> Binding {
        Binding(
            "log.\(level.rawValue)",
            [Field("text", .bytes, .required, "one line; control characters are shown escaped")],
            phases: [.recipe, .load, .hook, .program, .test], doc: doc
        ) { call in
            let text = Printable.line(
                String(decoding: call.bytes("text").prefix(4096), as: UTF8.self))
            call.context.notes?.add("\(level.rawValue) \"\(text)\"")
            call.context.log(
                ScriptLogLine(level: level, owner: call.context.owner, text: text))
            return []
        }
    }
}

/// Text as a terminal may show it.
enum Printable {
    /// One line: control characters, line ends included, become escapes.
    static func line(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x09: result += "\t"
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
