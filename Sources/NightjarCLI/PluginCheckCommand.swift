import ArgumentParser

/// `nightjar plugin check`.
struct PluginCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Loads a plugin and runs its self-test, in twenty fresh states.")

    @Argument(help: "A plugin's name, its folder or its main file.", completion: .file())
    var plugin: String

    @Flag(help: "Also ask it twice from the same saved memory; code 2 where it differs.")
    var purity = false

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        try CheckPlugin(plugin: plugin, asksTwice: purity, json: json).run()
    }
}
