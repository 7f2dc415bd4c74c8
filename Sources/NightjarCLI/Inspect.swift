import ArgumentParser

/// `nightjar inspect`: what a run would really see.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a run would really see.",
        subcommands: [InspectMask.self, InspectStep.self])
}
