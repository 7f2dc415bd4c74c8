import ArgumentParser
import Foundation
import Scripting
import Telemetry
import Tensors
import Training

/// `nightjar train`: runs a recipe.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a model as a recipe says.",
        discussion: """
            Ctrl-C saves and ends with code 130; --resume goes on from there as if it had never \
            stopped. A second Ctrl-C ends at once.
            """)

    @OptionGroup var recipe: RecipeArguments

    @Flag(help: "Go on from the newest whole checkpoint of the run.")
    var resume = false

    @Flag(
        help: "With --resume: take scripts that were edited since, instead of those in force then.")
    var edited = false

    @Flag(help: "Refuse every edit of the run's scripts while it goes on.")
    var locked = false

    @Flag(help: "Show what the run's scripts say with nj.log.debug.")
    var verbose = false

    @Flag(help: "Print the summary as one JSON object on standard output.")
    var json = false

    mutating func run() throws {
        let clock = Stopwatch()
        let loaded = try recipe.load(resumes: resume && !edited)
        StopSignal.install()
        let display = RunDisplay()
        display.isVerbose = verbose
        loaded.warnings.forEach(display.remark)
        // The loop runs whole on the compute thread, so that no operation has to change threads.
        let summary: RunSummary
        do {
            summary = try ComputeThread.shared.run { [resume, locked, edited] in
                let scripts = try loaded.openScripts(
                    isLocked: locked, takesEdited: edited, log: display.say)
                let trainer = try Trainer(
                    loaded.configuration, recipe: loaded.runRecipe, resumes: resume,
                    on: CPUBackend.shared, cacheFolder: Places.corpora, observer: display,
                    hooks: scripts, speeds: Places.speeds, clock: clock)
                scripts?.use(trainer.tokenizer)
                return try trainer.run()
            }
        } catch  where display.hasBegun && Train.isOfScript(error) {
            display.remark(
                "Once the script is mended, the same command with --resume --edited goes on.")
            throw error
        }
        display.finish()
        try show(summary)
        if summary.ending == .interrupted { throw InterruptedRun() }
    }

    /// Whether a script's mistake ended a run: it failed, or turned a dial that cannot be turned so.
    private static func isOfScript(_ error: any Error) -> Bool {
        error is ScriptingError || (error as? TrainingError)?.code == .badDial
    }

    private func show(_ summary: RunSummary) throws {
        if json {
            var object: [String: Any] = [
                "ending": "\(summary.ending)", "steps": summary.steps, "tokens": summary.tokens,
                "folder": summary.folder, "seconds": summary.seconds,
                "steps_now": summary.stepsNow,
                "drawn": summary.drawn.map {
                    ["source": $0.source, "tokens": $0.tokens, "epochs": $0.epochs] as [String: Any]
                },
            ]
            if let checkpoint = summary.checkpoint { object["checkpoint"] = checkpoint }
            if let reason = summary.reason { object["reason"] = reason }
            if let mark = summary.replayBreak {
                object["not_replayable_from_step"] = mark.step
                object["not_replayable"] = mark.sentence
            }
            if let loss = summary.heldOutBefore {
                object["held_out_before"] = loss.loss
                object["held_out_before_by_source"] = loss.lossBySource
            }
            if let loss = summary.heldOutAfter {
                object["held_out_after"] = loss.loss
                object["held_out_after_by_source"] = loss.lossBySource
                object["bits_per_byte"] = loss.bitsPerByte
            }
            if let probes = summary.probesBefore { object["probes_before"] = probes.object }
            if let probes = summary.probesAfter { object["probes_after"] = probes.object }
            return try Output.json(object)
        }
        try showHeldOut(summary)
        try ProbeTable.show(before: summary.probesBefore, after: summary.probesAfter)
        try showDrawn(summary)
        let now = summary.stepsNow == summary.steps ? "" : ", \(summary.stepsNow) of them now"
        let steps =
            summary.ending == .completed
            ? "finished \(summary.steps) steps\(now)"
            : "stopped after \(summary.steps) of \(summary.totalSteps) steps\(now)"
        try Output.text(
            (summary.reason.map { "stopped: \(PrintableText.line($0))\n" } ?? "") + "\(steps), "
                + "\(HumanFormat.count(summary.tokens)) tokens, in "
                + "\(HumanFormat.duration(seconds: summary.seconds)); checkpoint "
                + PrintableText.line(
                    "\(summary.folder)/checkpoints/\(summary.checkpoint ?? "none")") + "\n"
                + (summary.replayBreak.map { $0.sentence + "\n" } ?? "")
                + (summary.ending == .completed || summary.steps >= summary.totalSteps
                    ? "" : "the same command with --resume goes on from there\n"))
    }

    /// The mix as it came out, where there is one.
    private func showDrawn(_ summary: RunSummary) throws {
        let all = summary.drawn.reduce(0) { $0 + $1.tokens }
        guard summary.drawn.count > 1, all > 0 else { return }
        let shown = summary.drawn.sorted { $0.tokens > $1.tokens }.prefix(8).map {
            let percent = HumanFormat.fixed(100 * Double($0.tokens) / Double(all), digits: 1)
            return "\(PrintableText.line($0.source)) \(percent) %"
        }
        let more = summary.drawn.count - shown.count
        try Output.text(
            "drawn: " + shown.joined(separator: ", ") + (more > 0 ? ", and \(more) more" : "") + "\n")
    }

    private func showHeldOut(_ summary: RunSummary) throws {
        guard summary.heldOutBefore != nil || summary.heldOutAfter != nil else { return }
        let names = (summary.heldOutAfter ?? summary.heldOutBefore)?.named.map(\.name) ?? []
        var table = AlignedTable(
            columns: ["", "held-out loss", "bits/byte"] + names.map(PrintableText.line))
        for (name, loss) in [("before", summary.heldOutBefore), ("after", summary.heldOutAfter)] {
            guard let loss else { continue }
            table.add([
                name, HumanFormat.fixed(loss.loss, digits: 4),
                HumanFormat.fixed(loss.bitsPerByte, digits: 4),
            ] + names.map { loss.lossBySource[$0].map { HumanFormat.fixed($0, digits: 4) } ?? "" })
        }
        try Output.text(table.render(style: .detect(descriptor: 1)) + "\n")
    }
}
