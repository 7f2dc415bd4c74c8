import ArgumentParser
import Scripting
import Training

/// `nightjar set`: turns dials of a running job.
struct SetDial: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Turns dials of a run that is under way.",
        discussion: """
            Several dials are turned together, or none where one is refused. The change takes \
            effect between two steps, is written to the run's journal, and is made again where the \
            run resumes from before it. The dials: \
            \(Dial.catalogue.map(\.path).joined(separator: ", ")).
            """)

    @Argument(
        help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Argument(help: "Dials with their values, such as schedule.factor=0.5.")
    var changes: [String]

    @Option(help: "Seconds to wait for the step under way to end.")
    var timeout = 60.0

    func validate() throws { _ = try settings() }

    /// What was given, read.
    private func settings() throws -> [DialSetting] {
        let settings = try changes.map { change in
            guard let equals = change.firstIndex(of: "="),
                let value = DialValue(text: String(change[change.index(after: equals)...]))
            else {
                throw ValidationError(
                    "'\(change)' sets nothing; write PATH=VALUE, as in optimizer.lr=1e-4, where the "
                        + "value is a number or none")
            }
            return DialSetting(path: String(change[..<equals]), value: value)
        }
        var paths: Set<String> = []
        for setting in settings where !paths.insert(setting.path).inserted {
            throw ValidationError("'\(setting.path)' is set twice; give it one value")
        }
        return settings
    }

    mutating func run() throws {
        let settings = try settings()
        let request: ControlRequest =
            settings.count == 1
            ? .set(path: settings[0].path, value: settings[0].value) : .turn(settings)
        let reply = try RunControl.send(run: folder, request: request, timeout: timeout)
        try Output.text(reply.message + "\n")
    }
}
