import ArgumentParser
import Foundation
import Scripting

/// `nightjar plugin new`: writes a plugin that works.
struct PluginNew: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Writes a new plugin that works, with its spec.")

    @Argument(
        help: "What it does first: curriculum, hook, guard, reward, schedule or chat-template.",
        transform: { text in
            guard let kind = PluginSkeleton.Kind(rawValue: text) else {
                let words = PluginSkeleton.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("a plugin can begin as one of: \(words)")
            }
            return kind
        })
    var kind: PluginSkeleton.Kind

    @Argument(help: "Its name: letters, digits, - and _.")
    var name: String

    @Option(
        help: "The folder that receives it. (default: Plugins, or here where that is its name)",
        completion: .directory)
    var into: String?

    mutating func run() throws {
        if PluginSkeleton.isShipped(name) {
            try Output.text(
                "note: there is a shipped plugin \"\(name)\"; recipes here will find this one in "
                    + "its place\n")
        }
        let into = into ?? PluginNew.home
        guard !into.isEmpty else { throw ValidationError("--into is empty; name a folder") }
        for path in try PluginSkeleton.write(kind, name: name, into: into) {
            try Output.shown("wrote \(path)\n")
        }
        let used =
            switch kind {
            case .schedule: ", schedule = \"\(name)/main\""
            case .reward: ", rewards = { \(name) = \"\(name)/main\" }"
            case .chatTemplate: ", chat_template = \"\(name)/main\""
            case .curriculum, .hook, .guardian: ""
            }
        try Output.shown(
            "try it:  nightjar test \(into == "." ? name : "\(into)/\(name)")\n"
                + "use it:  use = { \"\(name)\" }\(used) in a recipe\n")
    }

    private static var home: String {
        let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        return here.lastPathComponent == "Plugins" ? "." : "Plugins"
    }
}
