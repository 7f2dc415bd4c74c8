import Scripting
import Telemetry

/// What `--purity` shows of a recipe's or plugin's scripts.
enum CheckPurity {
    /// One line a script, one a finding.
    static func show(_ report: PurityReport) throws {
        let style = TerminalStyle.detect(descriptor: 1)
        var text = ""
        for script in report.scripts {
            let found = report.findings.filter { $0.script == script.name }
            let mark =
                found.isEmpty ? style.paint("pure", .green) : style.paint("impure", .red)
            text += style.paint(script.name, .bold) + "  \(mark)  \(script.callCount) calls of "
            let doors = script.doors.count == 1 ? "1 function" : "\(script.doors.count) functions"
            text += "\(doors), asked again in fresh states\n"
            for finding in found { text += "  \(PrintableText.line("\(finding)"))\n" }
            for (door, failure) in script.failures.sorted(by: { $0.key < $1.key }) {
                text +=
                    "  \(door) failed on made-up facts, which shows little: "
                    + PrintableText.lines("\(failure)") + "\n"
            }
        }
        try Output.text(text.isEmpty ? "the recipe has no scripts\n" : text)
    }

    static func object(_ report: PurityReport) -> [String: Any] {
        [
            "pure": report.isPure,
            "scripts": report.scripts.map { script in
                [
                    "name": script.name, "doors": script.doors, "calls": script.callCount,
                    "failures": script.failures,
                ] as [String: Any]
            },
            "findings": report.findings.map { finding in
                [
                    "script": finding.script, "door": finding.door, "call": finding.call,
                    "what": finding.part.rawValue, "path": finding.path, "first": finding.first,
                    "again": finding.again,
                ] as [String: Any]
            },
        ]
    }

    /// - Throws: `ScriptingError`, the user's mistake, where anything was found.
    static func refuseImpure(_ report: PurityReport) throws {
        guard !report.isPure else { return }
        let names = Set(report.findings.map(\.script)).sorted().joined(separator: ", ")
        let count = report.findings.count
        let doors = count == 1 ? "1 function rests" : "\(count) functions rest"
        throw ScriptingError(
            .badAnswer,
            "\(names): \(doors) on memory that no checkpoint holds; "
                + "keep it in ctx.state, or give it with save and take it with load")
    }
}
