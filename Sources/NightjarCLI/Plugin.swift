import ArgumentParser

/// `nightjar plugin`: what plugins there are, whether one is sound, and a new one.
struct Plugin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, checks and begins plugins.",
        discussion: """
            Plugins are found in Plugins/ from the working folder upward, then in the folders that \
            NIGHTJAR_PLUGINS names, then among those that are part of the program.
            """,
        subcommands: [PluginList.self, PluginCheckCommand.self, PluginNew.self])
}
