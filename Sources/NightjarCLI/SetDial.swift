import ArgumentParser
import Scripting
import Training

/// `nightjar set`: turns dials of a running job.
struct SetDial: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Turns dials of a run that is under way.",
        discussion: """
            The change takes effect between two steps, is written to the run's journal, and is made \
            again where the run resumes from before it. The dials: \
            \(Dial.catalogue.map(\.path).joined(separator: ", ")).
            """)

    @Argument(
        help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Argument(help: "Dials with their values, such as schedule.factor=0.5.")
    var changes: [String]

    @Option(help: "Seconds to wait for the step under way to end.")
    var timeout = 60.0

    mutating func run() throws {
        let requests = try changes.map { change in
            guard let equals = change.firstIndex(of: "="),
                let value = DialValue(text: String(change[change.index(after: equals)...]))
            else {
                throw ValidationError(
                    "'\(change)' sets nothing; write PATH=VALUE, as in optimizer.lr=1e-4, where the "
                        + "value is a number or none")
            }
            return ControlRequest.set(path: String(change[..<equals]), value: value)
        }
        for request in requests {
            let reply = try RunControl.send(run: folder, request: request, timeout: timeout)
            try Output.text(reply.message + "\n")
        }
    }
}
