import ArgumentParser

/// `nightjar data`: text before a run learns from it.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Prepares text, and shows what a recipe learns from.",
        subcommands: [DataPrepare.self, DataMix.self, DataCatalog.self])
}
