import Foundation
import Scripting
import Telemetry

/// A plugin looked at: what `nightjar plugin check` and `nightjar check PLUGIN` show.
struct CheckPlugin {
    let plugin: String
    /// Whether it is also asked twice from the same memory.
    let asksTwice: Bool
    let json: Bool

    /// - Throws: `ScriptingError` for what is wrong with the plugin.
    func run() throws {
        let folder = FileManager.default.currentDirectoryPath
        let check = try PluginCatalogue.check(plugin, from: folder)
        let purity = asksTwice ? try PluginCatalogue.checkPurity(plugin, from: folder) : nil
        if json {
            var object: [String: Any] = [
                "plugin": check.entry.name, "summary": check.entry.summary ?? "",
                "file": check.entry.path, "version": check.hash, "doors": check.entry.doors,
                "examples": check.exampleCount, "fresh_states": check.freshStateCount,
                "memory_bytes": check.memoryBytes,
            ]
            if let spec = check.spec { object["spec"] = spec }
            if let purity { object["purity"] = CheckPurity.object(purity) }
            try Output.json(object)
        } else {
            try show(check)
            if let purity { try CheckPurity.show(purity) }
        }
        if let purity { try CheckPurity.refuseImpure(purity) }
    }

    private func show(_ check: PluginCatalogue.Check) throws {
        let style = TerminalStyle.detect(descriptor: 1)
        var table = AlignedTable(columns: ["", ""])
        table.add(["file", check.entry.path])
        table.add(["version", check.hash])
        table.add(["doors", check.entry.doors.joined(separator: ", ")])
        table.add([
            "self-test",
            check.exampleCount == 0
                ? "none; give it examples"
                : "\(check.exampleCount) "
                    + (check.exampleCount == 1 ? "example holds" : "examples hold")
                    + " in \(check.freshStateCount) fresh states",
        ])
        table.add(["memory", HumanFormat.bytes(check.memoryBytes)])
        table.add(["spec", check.spec ?? "none; nightjar test runs NAME_spec.lua beside it"])
        try Output.text(
            style.paint(check.entry.name, .bold) + "  \(check.entry.summary ?? "")\n"
                + table.render(style: style) + "\n")
    }
}
