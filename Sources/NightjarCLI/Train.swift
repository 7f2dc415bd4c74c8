import ArgumentParser
import Checkpoints
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
        let sequence = try recipe.loadPhases(resumes: resume && !edited)
        StopSignal.install()
        guard let folder = sequence.folder else {
            let summary = try train(sequence.recipes[0], resumes: resume, clock)
            return try end(summary)
        }
        let phases = try PhaseSequence(
            path: folder, names: sequence.recipes.compactMap(\.phase), resumes: resume)
        try inspect(sequence.recipes[phases.current...])
        for index in phases.current..<phases.names.count {
            let summary = try train(
                sequence.recipes[index], resumes: resume && index == phases.current, clock,
                place: (index + 1, phases.names.count))
            guard summary.ending == .completed else { return try end(summary) }
            let isLast = index + 1 == phases.names.count
            if !isLast, StopSignal.isRequested { throw InterruptedRun() }
        }
    }

    /// Opens what the phases will learn from: a mistake in the last should not show after days.
    private func inspect(_ recipes: ArraySlice<LoadedRecipe>) throws {
        let display = RunDisplay()
        var before: RunPlan?
        for recipe in recipes {
            let plan = try ComputeThread.shared.run { [before] in
                try RunInspection(
                    recipe.configuration, on: CPUBackend.shared, cacheFolder: Places.corpora,
                    timesSteps: false, after: before
                ) { display.prepares($0, share: $1) }.plan
            }
            before = plan
        }
        display.finish()
    }

    private func end(_ summary: RunSummary) throws {
        if summary.ending == .interrupted { throw InterruptedRun() }
    }

    /// Makes one run and shows what came of it.
    ///
    /// - Parameter place: the phase's number and how many there are.
    private func train(
        _ loaded: LoadedRecipe, resumes: Bool, _ clock: Stopwatch,
        place: (number: Int, count: Int)? = nil
    ) throws -> RunSummary {
        let display = RunDisplay()
        display.isVerbose = verbose
        if let place, let phase = loaded.phase {
            display.phaseBegins(phase, number: place.number, of: place.count)
        }
        loaded.warnings.forEach(display.remark)
        // The loop runs whole on the compute thread, so that no operation has to change threads.
        let summary: RunSummary
        do {
            summary = try ComputeThread.shared.run { [locked, edited] in
                let scripts = try loaded.openScripts(
                    isLocked: locked, takesEdited: edited && (resumes || place == nil),
                    log: display.say)
                let trainer = try Trainer(
                    loaded.configuration, recipe: loaded.runRecipe, resumes: resumes,
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
        try show(summary, phase: loaded.phase)
        return summary
    }

    /// Whether a script's mistake ended a run: it failed, or turned a dial that cannot be turned so.
    private static func isOfScript(_ error: any Error) -> Bool {
        error is ScriptingError || (error as? TrainingError)?.code == .badDial
    }

    private func show(_ summary: RunSummary, phase: String?) throws {
        let stages = try StagePointers(run: summary.folder).all()
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
            object["phase"] = phase
            if !stages.isEmpty { object["stages"] = stages }
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
                + (stages.isEmpty ? "" : "stages: \(Train.words(stages))\n")
                + (summary.replayBreak.map { $0.sentence + "\n" } ?? "")
                + (summary.ending == .completed || summary.steps >= summary.totalSteps
                    ? "" : "the same command with --resume goes on from there\n"))
    }

    /// `pre step-000080, mid step-000100`, in the order of the steps.
    private static func words(_ stages: [String: String]) -> String {
        stages.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
            .map { PrintableText.line("\($0.key) \($0.value)") }.joined(separator: ", ")
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
            "drawn: " + shown.joined(separator: ", ") + (more > 0 ? ", and \(more) more" : "")
                + "\n")
    }

    private func showHeldOut(_ summary: RunSummary) throws {
        guard summary.heldOutBefore != nil || summary.heldOutAfter != nil else { return }
        let names = (summary.heldOutAfter ?? summary.heldOutBefore)?.named.map(\.name) ?? []
        let hasPairs = (summary.heldOutAfter ?? summary.heldOutBefore)?.pairs != nil
        var table = AlignedTable(
            columns: ["", "held-out loss", "bits/byte"] + (hasPairs ? ["pairs right"] : [])
                + names.map(PrintableText.line))
        for (name, loss) in [("before", summary.heldOutBefore), ("after", summary.heldOutAfter)] {
            guard let loss else { continue }
            table.add(
                [
                    name, HumanFormat.fixed(loss.loss, digits: 4),
                    loss.bitsPerByte.isNaN ? "" : HumanFormat.fixed(loss.bitsPerByte, digits: 4),
                ]
                    + (hasPairs ? [loss.pairs.map { HumanFormat.percent($0.accuracy) } ?? ""] : [])
                    + names.map {
                        loss.lossBySource[$0].map { HumanFormat.fixed($0, digits: 4) } ?? ""
                    })
        }
        try Output.text(table.render(style: .detect(descriptor: 1)) + "\n")
    }
}
