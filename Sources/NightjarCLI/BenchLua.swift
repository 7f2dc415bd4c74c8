import ArgumentParser
import Scripting
import Telemetry

/// `nightjar bench lua`: what scripts cost on this machine, beside the goals.
struct BenchLua: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lua",
        abstract: "Measures what scripts cost: calls, hooks, plugins, states, workers.")

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        let figures = try ScriptBenchmark.run()
        if json {
            var object: [String: Any] = [:]
            for figure in figures { object[figure.name] = figure.value }
            return try Output.json(object)
        }
        let style = TerminalStyle.detect(descriptor: 1)
        var table = AlignedTable(columns: ["what", "figure", "goal", ""])
        for figure in figures {
            table.add(
                [
                    figure.meaning, figure.shown, figure.shownGoal,
                    figure.goal == nil
                        ? ""
                        : figure.meetsGoal
                            ? style.paint("met", .green) : style.paint("missed", .red),
                ], arePainted: true)
        }
        try Output.text(table.render(style: style) + "\n")
    }
}
