import ArgumentParser
import Corpora
import Foundation
import Naming
import Preparation
import Scripting
import Telemetry
import Training

/// `nightjar data prepare`: text through filters, into a folder that recipes draw from.
struct DataPrepare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Filters text, takes out duplicates, and writes what is left as a catalog.",
        discussion: """
            The script returns nj.data.prepare { out = ..., from = ..., steps = { ... } }. The folder \
            that is written holds the text (data/), catalog.json, report.json, a data card (card.md) \
            and the place and reason of every dropped document (dropped.jsonl). Ctrl-C saves the \
            state and exits with code 130; after that, or a crash, --resume goes on, and the result \
            is the same as if it had never stopped.
            """)

    @Argument(help: "The script, a Lua file.", completion: .file(extensions: ["lua"]))
    var script: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Sets one key of the script's table, such as out=clean; may be repeated.",
            valueName: "path=value"))
    var overrides: [String] = []

    @Flag(help: "Go on with an unfinished preparation.")
    var resume = false

    @Flag(help: "Print one JSON object a line: each source, each step, the whole.")
    var json = false

    mutating func run() throws {
        StopSignal.install()
        let display = ProgressDisplay()
        let style = TerminalStyle.detect(descriptor: 2)
        func note(_ sentence: String) {
            display.message(style.paint("note: ", .yellow) + PrintableText.lines(sentence))
        }
        let loaded = try PreparationLoader.load(
            path: script, overrides: overrides,
            workingFolder: FileManager.default.currentDirectoryPath, threads: Self.threads,
            print: { display.message(PrintableText.line($0)) })
        let run = try PreparationRun(loaded.plan, folder: loaded.folder)
        if resume, !run.isUnfinished { note("There is nothing to go on with; it begins anew.") }
        let clock = Stopwatch()
        var first: Int?
        let ending = try run.run(resumes: resume) { progress in
            first = first ?? progress.bytesRead
            let read = Double(progress.bytesRead - (first ?? 0)) / 1e6
            display.update(
                ProgressState(
                    title: "preparing \(progress.source)", step: progress.bytesRead >> 20,
                    totalSteps: max(1, progress.bytesTotal >> 20),
                    notes: [
                        "\(progress.documents) documents", "\(progress.kept) left",
                        HumanFormat.fixed(read / max(0.001, clock.elapsedSeconds), digits: 1) + " MB/s",
                    ]))
            return !StopSignal.isRequested
        }
        display.finish()
        switch ending {
        case .stopped:
            note("Stopped, and the state is saved; --resume goes on.")
            throw InterruptedRun()
        case .unchanged(let report):
            note("Nothing has changed since this was prepared; nothing was done.")
            try show(report, run.folder, note)
        case .finished(let report): try show(report, run.folder, note)
        }
    }

    /// As many as compute threads.
    static var threads: Int {
        let given = ProcessInfo.processInfo.environment["NIGHTJAR_THREADS"].flatMap { Int($0) }
        let available = ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(256, given.flatMap { $0 > 0 ? $0 : nil } ?? available))
    }

    private func show(
        _ report: PreparationReport, _ folder: String, _ note: (String) -> Void
    ) throws {
        for source in report.sources {
            for remark in source.read.remarks { note("source '\(source.name)': \(remark)") }
        }
        report.remarks.forEach(note)
        if json {
            for source in report.sources { try Output.json(Self.object(source)) }
            for step in report.steps { try Output.json(Self.object(step)) }
            return try Output.json([
                "kind": "whole", "folder": folder, "documents": report.documents,
                "kept": report.kept, "kept_bytes": report.keptBytes, "notes": report.remarks,
            ])
        }
        var table = AlignedTable(columns: ["step", "seen", "dropped", "rewritten", "left", "bytes left"])
        for step in report.steps {
            table.add([
                step.name, "\(step.seen)", "\(step.dropped)", "\(step.rewritten)", "\(step.kept)",
                "\(step.bytesOut)",
            ])
            for reason in step.reasons.sorted(by: { $0.documents > $1.documents }) {
                table.add(["  \(reason.name)", "", "\(reason.documents)"])
            }
            for (name, count) in step.changes.sorted(by: { $0.key < $1.key }) {
                table.add(["  \(name)", "", "", "\(count)"])
            }
        }
        try Output.text(
            table.render(style: .detect(descriptor: 1))
                + "\n\(report.kept) of \(report.documents) documents, "
                + "\(HumanFormat.bytes(report.keptBytes)) of text, in "
                + PrintableText.line(folder) + "\n")
    }

    private static func object(_ source: PreparationReport.SourceReport) -> [String: Any] {
        [
            "kind": "source", "name": source.name, "licence": source.licence,
            "description": source.about, "files": source.read.files, "rows": source.read.rows,
            "rows_dropped": source.read.droppedRows, "documents": source.read.documents,
            "kept": source.kept, "kept_bytes": source.keptBytes, "notes": source.read.remarks,
        ]
    }

    private static func object(_ step: PreparationReport.StepReport) -> [String: Any] {
        [
            "kind": "step", "name": step.name, "seen": step.seen, "kept": step.kept,
            "dropped": step.dropped, "rewritten": step.rewritten, "bytes_in": step.bytesIn,
            "bytes_out": step.bytesOut, "changes": step.changes,
            "settings": Dictionary(
                uniqueKeysWithValues: step.settings.map { ($0.name, "\($0.value)") }),
            "reasons": step.reasons.map { reason in
                [
                    "name": reason.name, "documents": reason.documents, "bytes": reason.bytes,
                    "first": reason.firstCases,
                ] as [String: Any]
            },
        ]
    }
}
