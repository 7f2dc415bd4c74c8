import ArgumentParser
import Foundation
import Scripting
import Telemetry
import Tensors
import Training

/// `nightjar run`: runs a script that drives training itself.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a Lua script that opens runs and drives them step by step.",
        discussion: """
            The script receives the arguments after its name as `...`; what it prints goes to \
            standard output, everything else to standard error. Ctrl-C asks the script to come to \
            its end, ends it after \(Int(Run.graceSeconds)) seconds, saves every open run and exits \
            with code 130. A second Ctrl-C ends at once.
            """)

    /// How long a script that was asked to stop may take to come to its end.
    static let graceSeconds = 3.0

    @Option(
        help: "The folder that nj.file.save writes below; without it, nothing is written.",
        completion: .directory)
    var out: String?

    @Option(help: "The most that the script's own values may hold, in MiB.")
    var memory = 2048

    @Argument(help: "The script, a Lua file.", completion: .file(extensions: ["lua"]))
    var script: String

    @Argument(parsing: .captureForPassthrough, help: "What the script receives.")
    var arguments: [String] = []

    func validate() throws {
        guard (1...1 << 20).contains(memory) else {
            throw ValidationError("--memory is \(memory); give 1 to \(1 << 20) MiB.")
        }
    }

    mutating func run() throws {
        StopSignal.install()
        let display = ProgramDisplay()
        let watch = InterruptWatch(graceSeconds: Run.graceSeconds)
        defer { watch.end() }
        // The script and its runs stay on the compute thread, so that no step has to change threads.
        let ending = try ComputeThread.shared.run { [self] in
            let program = try Program(
                path: script, arguments: arguments, host: host(display))
            watch.interrupt(program.interrupt)
            return try program.run()
        }
        display.finish()
        try display.throwIfUnheard()
        if ending == .interrupted { throw InterruptedRun() }
    }

    private func host(_ display: ProgramDisplay) -> ProgramHost {
        let working = FileManager.default.currentDirectoryPath
        var host = ProgramHost(backend: CPUBackend.shared, cacheFolder: Places.corpora) {
            display.observer($0, isQuiet: $1)
        }
        host.workingFolder = working
        host.speeds = Places.speeds
        host.memoryBytes = memory << 20
        host.outputFolder = out.map { $0.hasPrefix("/") ? $0 : working + "/" + $0 }
        host.print = display.print
        host.log = display.say
        host.remark = display.remark
        return host
    }
}
