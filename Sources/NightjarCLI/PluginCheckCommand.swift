import ArgumentParser
import Foundation
import Scripting
import Telemetry

/// `nightjar plugin check`
struct PluginCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Loads a plugin and runs its self-test, in twenty fresh states.")

    @Argument(help: "A plugin's name, its folder or its main file.", completion: .file())
    var plugin: String

    mutating func run() throws {
        let check = try PluginCatalogue.check(
            plugin, from: FileManager.default.currentDirectoryPath)
        let style = TerminalStyle.detect(descriptor: 1)
        var table = AlignedTable(columns: ["", ""])
        table.add(["file", check.entry.path])
        table.add(["version", check.hash])
        table.add(["doors", check.entry.doors.joined(separator: ", ")])
        table.add([
            "self-test",
            check.exampleCount == 0
                ? "none; give it examples"
                : "\(check.exampleCount) examples hold in \(check.freshStateCount) fresh states",
        ])
        table.add(["memory", HumanFormat.bytes(check.memoryBytes)])
        table.add(["spec", check.spec ?? "none; nightjar test runs NAME_spec.lua beside it"])
        try Output.text(
            style.paint(check.entry.name, .bold) + "  \(check.entry.summary ?? "")\n"
                + table.render(style: style) + "\n")
    }
}
