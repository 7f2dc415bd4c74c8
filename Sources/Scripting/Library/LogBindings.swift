import LuaRuntime
import Telemetry

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
            let text = PrintableText.line(
                String(decoding: call.bytes("text").prefix(4096), as: UTF8.self))
            call.context.trace?.notes.add("\(level.rawValue) \"\(text)\"")
            call.context.log(
                ScriptLogLine(level: level, owner: call.context.owner, text: text))
            return []
        }
    }
}
