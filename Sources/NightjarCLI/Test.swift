import ArgumentParser
import Foundation
import Scripting
import Telemetry

/// `nightjar test`: runs specs.
struct Test: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the specs of plugins: every NAME_spec.lua below the paths.",
        discussion: """
            A snapshot that is new is kept beside its spec; --locked refuses new ones, as a build \
            server should. Exit code 1 where a test fails, 2 where a file holds no test.
            """)

    @Argument(
        help: "Spec files, or folders that hold some; Plugins, here or above, when absent.",
        completion: .file())
    var paths: [String] = []

    @Flag(help: "Keep every snapshot as it comes now.")
    var update = false

    @Flag(help: "Keep no new snapshots; a test without one fails.")
    var locked = false

    @Flag(help: "Print one JSON object a test.")
    var json = false

    func validate() throws {
        guard !(update && locked) else {
            throw ValidationError("--update and --locked contradict each other; give one")
        }
    }

    mutating func run() throws {
        let runner = SpecRunner(snapshots: update ? .update : locked ? .locked : .keepNew)
        let style = TerminalStyle.detect(descriptor: 1)
        let clock = Stopwatch()
        var passed = 0
        var failed = 0
        var written = 0
        var empty: [String] = []
        for path in try (paths.isEmpty ? [Test.pluginsFolder()] : paths).flatMap(SpecRunner.files) {
            let report = try runner.run(path)
            failed += report.failureCount
            passed += report.results.count { $0.failure == nil }
            written += report.snapshotsWritten
            if report.holdsNoTest { empty.append(path) }
            if json {
                try show(json: report)
            } else {
                try show(report, style)
            }
        }
        if !json {
            let snapshots = "\(written) \(written == 1 ? "snapshot" : "snapshots") kept"
            let total = "\(passed) passed" + (failed > 0 ? ", \(failed) failed" : "")
            try Output.text(
                style.paint(total, failed > 0 ? .red : .green)
                    + (written > 0 ? ", \(snapshots)" : "") + " in "
                    + HumanFormat.duration(seconds: clock.elapsedSeconds) + "\n")
        }
        if failed > 0 { throw FailedSpecs() }
        if let path = empty.first { throw Test.noTest(in: path) }
    }

    /// The nearest folder `Plugins`, here or above, relative to here where it is here.
    private static func pluginsFolder() throws -> String {
        var folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        if FileManager.default.fileExists(atPath: "Plugins") { return "Plugins" }
        while folder.path != "/" {
            if folder.lastPathComponent == "Plugins" { return folder.path }
            let plugins = folder.appending(path: "Plugins").path
            if FileManager.default.fileExists(atPath: plugins) { return plugins }
            folder.deleteLastPathComponent()
        }
        throw ScriptingError(
            .badFile, "there is no folder Plugins here or above; name a spec or a folder")
    }

    private static func noTest(in path: String) -> ScriptingError {
        ScriptingError(
            .badFile,
            "no test is in this file; a spec calls nj.test.it, and is called NAME_spec.lua beside "
                + "the plugin's main file",
            path: path)
    }

    private func show(_ report: SpecRunner.Report, _ style: TerminalStyle) throws {
        var text = style.paint(report.path, .bold) + "\n"
        for line in report.output { text += "    \(line)\n" }
        var groups: [String] = []
        for result in report.results {
            let path = result.path.map(PrintableText.line)
            for (depth, name) in path.dropLast().enumerated()
            where depth >= groups.count || groups[depth] != name {
                groups = Array(groups.prefix(depth)) + [name]
                text += String(repeating: "  ", count: depth + 1) + name + "\n"
            }
            groups = Array(groups.prefix(path.count - 1))
            let margin = String(repeating: "  ", count: path.count)
            let mark =
                result.failure == nil ? style.paint("ok", .green) : style.paint("FAILED", .red)
            text += "\(margin)\(mark) \(path.last ?? "")\n"
            if let failure = result.failure.map(PrintableText.lines) {
                text += failure.split(separator: "\n").map { "\(margin)  \($0)\n" }.joined()
            }
        }
        if report.holdsNoTest { text += style.paint("  no test is in this file\n", .red) }
        if let failure = report.failure {
            text += style.paint("  the spec ended early: ", .red)
                + PrintableText.lines(failure) + "\n"
        }
        try Output.text(text)
    }

    private func show(json report: SpecRunner.Report) throws {
        for result in report.results {
            var object: [String: Any] = [
                "spec": report.path, "test": result.path, "passed": result.failure == nil,
                "seconds": result.seconds,
            ]
            if let failure = result.failure { object["failure"] = failure }
            try Output.json(object)
        }
        if let failure = report.failure {
            try Output.json(["spec": report.path, "passed": false, "failure": failure])
        }
    }
}

/// Specs that failed were told already; the exit code says so too.
struct FailedSpecs: Error {
    let code = Report.ExitCode.failed
}
