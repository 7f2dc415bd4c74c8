import LuaRuntime
import Telemetry

/// `nj.metric`: numbers that go into the step's line of `metrics.jsonl`.
enum MetricBindings {
    private static let phases: Set<ScriptPhase> = [.hook, .test]

    private static let name = Field(
        "name", .text, .required,
        "letters, digits, `_`, `-`, `.` and `/`; it is recorded as OWNER/NAME")
    private static let value = Field("value", .number(.finite), .required, "the number")

    static let all: [Binding] = [
        Binding(
            "metric.log", [name, value], phases: phases,
            doc: "Records a number with this step; the last value of a step counts."
        ) { call in
            let name = try fullName(call)
            call.context.trace?.notes.add("\(name) = \(call.number("value"))")
            call.context.metrics.set(name, call.number("value"))
            return []
        },
        Binding(
            "metric.add", [name, value], phases: phases,
            doc: "Adds to a number of this step, which begins at 0."
        ) { call in
            let name = try fullName(call)
            call.context.trace?.notes.add("\(name) + \(call.number("value"))")
            call.context.metrics.add(name, call.number("value"))
            return []
        },
    ]

    /// More names than this a step are a mistake, and would drown the metrics.
    private static let mostNames = 256

    private static func fullName(_ call: BindingCall) throws -> String {
        let name = call.text("name")
        let isPlain = name.utf8.allSatisfy { (c: UInt8) in
            (c | 32 >= 97 && c | 32 <= 122) || (c >= 45 && c <= 57) || c == 95
        }
        guard isPlain, name.utf8.count <= 100 else {
            throw call.fault(
                "name",
                "\"\(PrintableText.line(String(name.prefix(100))))\" cannot name a metric; "
                    + "write up to 100 letters, digits, _, -, . and /")
        }
        let fullName = "\(call.context.owner)/\(name)"
        let known = call.context.metrics.values
        guard known.count < mostNames || known.contains(where: { $0.name == fullName }) else {
            throw call.fault("name", "a step takes at most \(mostNames) names")
        }
        return fullName
    }
}
