import ArgumentParser
import Foundation
import Scripting
import Telemetry

/// `nightjar plugin list`
struct PluginList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the plugins that a recipe here would find.")

    @Flag(help: "Print one JSON object a plugin.")
    var json = false

    mutating func run() throws {
        let folder = FileManager.default.currentDirectoryPath
        let entries = PluginCatalogue.list(from: folder)
        for remark in PluginCatalogue.remarks(from: folder) {
            DescriptorOutput(descriptor: 2).write("note: \(remark)\n")
        }
        if json {
            for entry in entries {
                var object: [String: Any] = [
                    "name": entry.name, "path": entry.path, "doors": entry.doors,
                ]
                if let summary = entry.summary { object["summary"] = summary }
                if let failure = entry.failure { object["error"] = failure }
                try Output.json(object)
            }
            return
        }
        var table = AlignedTable(columns: ["plugin", "what it does", "where"])
        for entry in entries {
            table.add([
                entry.name,
                entry.summary ?? "cannot be loaded: nightjar plugin check \(entry.name)",
                entry.path,
            ])
        }
        try Output.text(table.render(style: .detect(descriptor: 1)) + "\n")
    }
}
