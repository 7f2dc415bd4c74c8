import ArgumentParser

/// `nightjar data`: what a run will learn from.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Shows what a recipe learns from.",
        subcommands: [DataMix.self, DataCatalog.self])
}
