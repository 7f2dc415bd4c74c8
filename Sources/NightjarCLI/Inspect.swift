import ArgumentParser

/// `nightjar inspect`: what a run has come to, and what it would really see.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows a run's stages and loss curves, or what it really sees.",
        subcommands: [InspectRun.self, InspectMask.self, InspectStep.self],
        defaultSubcommand: InspectRun.self)
}
