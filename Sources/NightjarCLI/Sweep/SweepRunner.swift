import ArgumentParser
import Checkpoints
import Corpora
import Evaluation
import Foundation
import Scripting
import Telemetry
import Tensors
import Training

/// Makes the runs of a sweep, one after the other.
final class SweepRunner {
    private let setup: SweepSetup
    private let resumes: Bool
    private let isVerbose: Bool
    private let notes: Notes
    /// What was said already: each run would say it again.
    private var told: Set<String> = []
    private var finished: [String: SweptRun] = [:]
    private var failures: [String: String] = [:]

    /// - Parameter resumes: whether runs that are there are gone on with.
    init(_ setup: SweepSetup, resumes: Bool, isVerbose: Bool, notes: Notes) {
        self.setup = setup
        self.resumes = resumes
        self.isVerbose = isVerbose
        self.notes = notes
    }

    /// How many runs are at their end.
    var finishedCount: Int { finished.count }

    /// Makes every run that is not finished, until the user asks to stop.
    ///
    /// - Returns: the points, in the order of the sweep.
    func run() throws -> [SweepPoint] {
        let runs = setup.plan.runs
        for (index, run) in runs.enumerated() where !StopSignal.isRequested {
            let folder = setup.folder + "/" + run.folder
            if let there = try SweptRun(folder: folder, steps: run.steps) {
                say(run, index, ", finished")
                finished[run.folder] = there
                continue
            }
            say(run, index, "")
            do {
                let summary = try train(run, in: folder)
                if summary.ending == .interrupted { break }
                try take(run, summary)
            } catch let error as TrainingError where !error.isUserMistake {
                failures[run.folder] = error.message
                notes.add("\(run.folder) failed, and the sweep goes on without it: \(error.message)")
            }
        }
        return setup.points.map(point)
    }

    private func say(_ run: SweepPlan.Run, _ index: Int, _ end: String) {
        let seed = setup.seeds.count > 1 ? ", seed \(run.seed)" : ""
        let style = TerminalStyle.detect(descriptor: 2)
        DescriptorOutput(descriptor: 2).write(
            style.paint("run \(index + 1) of \(setup.plan.runs.count): ", .dim)
                + PrintableText.line(setup.label(run.percent) + "\(seed), \(run.steps) steps\(end)")
                + "\n")
    }

    private func train(_ run: SweepPlan.Run, in folder: String) throws -> RunSummary {
        let goesOn = resumes && FileManager.default.fileExists(atPath: folder)
        let clock = Stopwatch()
        let (recipe, configuration) = try setup.load(run, resumes: goesOn)
        let display = RunDisplay()
        display.isVerbose = isVerbose
        let observer = SweepObserver(display) { [self] in told.insert($0).inserted }
        defer { display.finish() }
        // The loop runs whole on the compute thread, so that no operation has to change threads.
        return try ComputeThread.shared.run { [self] in
            let scripts = try recipe.openScripts(isLocked: true, log: display.say)
            let trainer = try Trainer(
                configuration, recipe: recipe.runRecipe, resumes: goesOn, on: CPUBackend.shared,
                cacheFolder: Places.corpora, observer: observer, hooks: scripts,
                speeds: Places.speeds, clock: clock)
            scripts?.use(trainer.tokenizer)
            // From here on there is something to go on with.
            try AtomicFile(path: setup.folder + "/" + SweepPlan.fileName).write(setup.record.json)
            do {
                try trainer.begin()
                try observer.reading.map(check)
                while trainer.isActive { _ = try trainer.step() }
                return try trainer.finish()
            } catch {
                trainer.abandon(after: error)
                throw error
            }
        }
    }

    /// Whether the numbers that points are compared by are measured at all: nothing has to be
    /// trained to see that.
    private func check(_ reading: ProbeReading) throws {
        for measure in [setup.probes.domain, setup.probes.general] {
            guard let value = measure.value, let result = reading[measure.probe] else { continue }
            guard result[value] == nil else { continue }
            let names = result.values.map(\.name).joined(separator: ", ")
            throw ValidationError(
                "The probe \"\(measure.probe)\" has no number \"\(value)\"; there are \(names). The "
                    + "same command with --resume and one of them goes on.")
        }
    }

    /// Reads what a run has come to, and says where it is not what was asked for.
    private func take(_ run: SweepPlan.Run, _ summary: RunSummary) throws {
        guard let result = try SweptRun(folder: summary.folder, steps: run.steps) else {
            let reason =
                "\(run.folder) ended after \(summary.steps) of \(run.steps) steps"
                + (summary.reason.map { ": \($0)" } ?? "")
            failures[run.folder] = reason
            return notes.add("\(reason); the sweep goes on without it")
        }
        finished[run.folder] = result
        let given = result.tokensBySource[setup.mix.source, default: 0]
        let share = Double(given) / Double(max(1, result.tokens))
        // Shares of another unit say nothing of tokens.
        guard setup.base.configuration.mix.unit == .tokens,
            let planned = setup.point(of: run)?.share, abs(share - planned) > 0.01
        else { return }
        notes.add(
            "\(run.folder) drew \(HumanFormat.percent(share)) of its tokens from "
                + "\"\(setup.mix.source)\", and \(HumanFormat.percent(planned)) were planned: a "
                + "script or a dial turned the mix while it ran, or it was too short for its rows")
    }

    private func point(_ point: SweepSetup.Point) -> SweepPoint {
        let runs = setup.plan.runs.filter { $0.percent == point.percent }
        let there = runs.compactMap { finished[$0.folder] }
        let state: SweepPoint.State =
            if let refusal = point.refusal {
                .refused(refusal)
            } else if let failure = runs.lazy.compactMap({ [failures] in failures[$0.folder] }).first {
                .failed(failure)
            } else {
                there.count == runs.count ? .finished : .open
            }
        return SweepPoint(
            percent: point.percent, steps: point.steps, state: state, folders: runs.map(\.folder),
            runs: there)
    }
}

/// Shows a run of a sweep, and keeps what its probes came to first.
private final class SweepObserver: RunObserver {
    private let display: RunDisplay
    /// Whether a remark is new.
    private let isNew: (String) -> Bool
    private(set) var reading: ProbeReading?

    init(_ display: RunDisplay, isNew: @escaping (String) -> Bool) {
        self.display = display
        self.isNew = isNew
    }

    func runBegins(_ start: RunStart) { display.runBegins(start) }
    func stepEnds(_ report: StepReport) { display.stepEnds(report) }
    func evaluationEnds(_ loss: HeldOutLoss, step: Int) {
        display.evaluationEnds(loss, step: step)
    }
    func probesEnd(_ reading: ProbeReading) {
        self.reading = self.reading ?? reading
        display.probesEnd(reading)
    }
    func checkpointIsSaved(_ name: String, step: Int) {
        display.checkpointIsSaved(name, step: step)
    }
    func remark(_ sentence: String) {
        if isNew(sentence) { display.remark(sentence) }
    }
    func prepares(_ what: String, share: Double) { display.prepares(what, share: share) }
}
