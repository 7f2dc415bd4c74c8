import ArgumentParser
import Training

/// `nightjar rollback`: brings a script of a running job back to an earlier version.
struct Rollback: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts an earlier version of a script back in force in a run under way.",
        discussion: """
            Without a hash it is the version before the present one; once more, the one before \
            that. The file on the disk stays as it is, and is taken again when it is saved anew. With --weights it is weights and \
            optimizer that go back instead, to the last checkpoint or that of a step.
            """)

    @Argument(
        help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Argument(help: "The plugin's name, or recipe.")
    var script: String?

    @Argument(help: "The first digits of the version's hash.")
    var hash: String?

    @Flag(help: "Put weights and optimizer back instead.")
    var weights = false

    @Option(help: "With --weights: the checkpoint's step.")
    var step: Int?

    @Option(help: "Seconds to wait for the step under way to end.")
    var timeout = 60.0

    func validate() throws {
        guard weights || script != nil else {
            throw ValidationError("name a script, or give --weights")
        }
        guard !weights || script == nil else {
            throw ValidationError(
                "a script and --weights go back one at a time; leave one of them out")
        }
        for (name, text) in [("script", script), ("hash", hash)] where text != nil {
            guard let text, !text.isEmpty, !text.contains(where: \.isWhitespace) else {
                throw ValidationError(
                    "the \(name) is empty or holds a space; leave it out or name one")
            }
        }
        guard weights || step == nil else { throw ValidationError("--step goes with --weights") }
    }

    mutating func run() throws {
        let request: ControlRequest =
            if let script {
                .script((["rollback", script] + (hash.map { [$0] } ?? [])).joined(separator: " "))
            } else {
                .rollback(to: step)
            }
        let reply = try RunControl.send(run: folder, request: request, timeout: timeout)
        try Output.text(reply.message + "\n")
    }
}
