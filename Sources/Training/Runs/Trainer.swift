public import Telemetry
public import Tensors
import Checkpoints
import Corpora
import Optimizers
import Tokenizers
import Transformers

/// The training loop.
///
/// A trainer runs on the thread that calls it; data is prepared ahead and checkpoints are written
/// on threads of their own. Same recipe, seed, build, machine, thread count and precision: same
/// losses, bit for bit, however often the run was stopped and resumed.
public final class Trainer {
    private let configuration: RunConfiguration
    private let observer: any RunObserver
    private let folder: RunFolder
    private let parts: RunParts
    private let loader: BatchLoader
    private let recorder: RunRecorder
    private let keeper: CheckpointKeeper
    private var state: RunState
    private var heldOutBefore: HeldOutLoss?
    private var heldOutAfter: HeldOutLoss?
    private var newestCheckpoint: String?
    private let firstStep: Int
    /// The last step that the metrics hold.
    private var recordedStep: Int
    private var skippedCount = 0
    private let clock: Stopwatch
    private var gauge: SpeedGauge

    /// Prepares a run: opens data, makes or reads weights, takes the folder.
    ///
    /// - Parameters:
    ///   - recipe: the recipe's name for itself, its bytes and every file it loaded.
    ///   - resumes: goes on from the newest whole checkpoint.
    ///   - cacheFolder: where tokenized corpora are kept.
    ///   - speeds: where the machine's speed is remembered; without it, utilisation is not known.
    ///   - clock: running since the work began.
    public init(
        _ configuration: RunConfiguration, recipe: RunRecipe, resumes: Bool,
        on backend: any Backend, cacheFolder: String, observer: any RunObserver,
        speeds: SpeedStore? = nil, clock: Stopwatch = Stopwatch()
    ) throws {
        self.clock = clock
        self.configuration = configuration
        self.observer = observer
        let remarks = Remarks()
        folder = try RunFolder(path: configuration.outputPath, resumes: resumes) {
            remarks.add($0)
        }
        let saved = resumes ? try folder.newestWhole() : nil
        parts = try RunParts(
            configuration, on: backend, cacheFolder: cacheFolder, initializes: saved == nil,
            observer: observer)
        let fresh = RunState(
            seed: configuration.seed, precision: parts.plan.precision,
            backend: backend.description, build: RunState.thisBuild)
        if let saved {
            try parts.model.configuration.checkFits(
                ModelFolder(saved).configuration, of: saved.path)
            state = try Snapshot.restore(from: saved, into: parts.model, parts.optimizer)
            newestCheckpoint = CheckpointName.of(step: state.step)
            try state.checkFits(fresh, path: saved.path)
            state.differences(from: fresh).forEach(remarks.add)
        } else {
            state = fresh
        }
        firstStep = state.step
        recordedStep = state.step
        if state.step > parts.plan.totalSteps {
            remarks.add(
                "The run is at step \(state.step) and the recipe asks for "
                    + "\(parts.plan.totalSteps); there is nothing left to do.")
        }
        loader = try parts.makeLoader(configuration, from: saved == nil ? nil : state.loader)
        recorder = try RunRecorder(
            folder, recipe: recipe, resumesAt: saved == nil ? nil : state, remark: remarks.add)
        keeper = CheckpointKeeper(
            folder: folder, settings: configuration.checkpoints,
            lineage: RunLineage(parts, recipe: recipe),
            tokenizerFiles: try parts.tokenizer.huggingFaceFiles(),
            savedStep: saved == nil ? nil : state.step)
        gauge = SpeedGauge(
            configuration, parts.plan, model: parts.model, store: speeds)
        if resumes, saved == nil {
            observer.remark("There is nothing to resume in \(folder.path); starting at step 0.")
        }
        (remarks.all + parts.data.remarks).forEach(observer.remark)
    }

    /// Trains until the budget is used or the user asks it to stop.
    ///
    /// - Throws: `TrainingError` for a loss that is not finite, and errors of disk, data and
    ///   scripts; the steps before it are saved where the disk allows.
    public func run() throws -> RunSummary {
        do {
            return try train()
        } catch {
            keepWhatIsDone()
            throw error
        }
    }

    private func train() throws -> RunSummary {
        let plan = parts.plan
        try recorder.begin(state, plan: plan)
        observer.runBegins(
            RunStart(
                plan: plan, folder: folder.path, step: state.step,
                preparationSeconds: clock.elapsedSeconds))
        try evaluateIfDue()
        while state.step < plan.totalSteps {
            if isStopped { return try finish(.interrupted) }
            let stepClock = Stopwatch()
            let batch = try loader.next()
            let rate = try learningRate()
            guard
                let outcome = parts.step.run(
                    batch, learningRate: rate, isStopped: { isStopped })
            else { continue }
            if !outcome.isFinite {
                try respond(toNonFinite: outcome, in: batch)
                skippedCount += 1
            }
            advance(past: batch)
            try report(outcome, batch, rate, seconds: stepClock.elapsedSeconds)
            try evaluateIfDue()
            if isDue(configuration.checkpoints.everySteps) { try save() }
        }
        let isScored = parts.evaluation.isEmpty || state.lastHeldOut?.step == state.step
        return try finish(isScored ? .completed : .interrupted)
    }

    private var isStopped: Bool { StopSignal.isRequested }

    private func isDue(_ every: Int?) -> Bool { every.map { state.step % $0 == 0 } ?? false }

    private func learningRate() throws -> Double {
        let position = SchedulePosition(
            step: state.step, totalSteps: parts.plan.totalSteps, tokens: state.tokens,
            totalTokens: parts.plan.totalTokens)
        return try configuration.optimizer.learningRate
            * configuration.schedule.factor(at: position)
    }

    private func advance(past batch: Batch) {
        state.step += 1
        state.tokens += batch.tokenCount
        state.lossTokens += batch.lossTokenCount
        state.loader = batch.stateAfter
        state.optimizerSteps = parts.optimizer.stepCount
    }

    /// Scores held-out text at the beginning, at the end, and as often as the recipe says. A run
    /// that was stopped on the way does it when it goes on.
    private func evaluateIfDue() throws {
        let isDue =
            state.step == 0 || state.step == parts.plan.totalSteps
            || isDue(configuration.evaluation.everySteps)
        guard isDue, !parts.evaluation.isEmpty, state.lastHeldOut?.step != state.step else {
            return
        }
        try evaluate()
    }

    private func evaluate() throws {
        let scored = try HeldOutLoss(
            of: parts.model, over: parts.evaluation, microRows: parts.plan.microRows,
            isStopped: { isStopped })
        guard let loss = scored else { return }
        try recorder.record(loss, step: state.step)
        state.lastHeldOut = RunState.Scored(step: state.step, loss: loss.loss)
        if state.step == 0 { heldOutBefore = loss }
        heldOutAfter = loss
        observer.evaluationEnds(loss, step: state.step)
    }

    private func report(
        _ outcome: TrainStep.Outcome, _ batch: Batch, _ rate: Double, seconds: Double
    ) throws {
        let report = StepReport(
            step: state.step, totalSteps: parts.plan.totalSteps, loss: outcome.loss,
            gradientNorm: outcome.gradientNorm, learningRate: rate, tokens: batch.tokenCount,
            totalTokens: state.tokens, lossTokens: batch.lossTokenCount,
            tokensBySource: Dictionary(
                uniqueKeysWithValues: zip(batch.sources, batch.tokenCounts)),
            isSkipped: !outcome.isFinite, seconds: seconds,
            utilisation: gauge.utilisation(afterStepOf: seconds))
        try recorder.record(report)
        recordedStep = state.step
        observer.stepEnds(report)
        try attendToSaves()
    }

    private func respond(toNonFinite outcome: TrainStep.Outcome, in batch: Batch) throws {
        let culprits = try NonFiniteReport(outcome, batch, step: state.step + 1, loader: loader)
        try recorder.event(
            "non_finite", step: state.step + 1, ["message": .string(culprits.sentence)])
        switch configuration.responses.nonFinite {
        case .stop: throw TrainingError(.nonFinite, culprits.sentence)
        case .skip: observer.remark(culprits.sentence + " The step is left out.")
        }
    }

    private func save() throws {
        state.metricsOffset = recorder.offset
        try survivingFullDisk {
            try recorder.event("checkpoint", step: state.step)
            try keeper.save(&state, model: parts.model, optimizer: parts.optimizer)
        }
    }

    /// Reports what the background has done since the last step.
    private func attendToSaves() throws {
        for saved in keeper.takeFinished() {
            newestCheckpoint = saved.name
            observer.checkpointIsSaved(saved.name, step: saved.step)
        }
        try survivingFullDisk { try keeper.throwIfFailed() }
    }

    private func survivingFullDisk(_ save: () throws -> Void) throws {
        do {
            try save()
        } catch  where configuration.responses.diskFull == .continue_ {
            observer.remark("A checkpoint could not be written; training goes on. \(error)")
        }
    }

    /// Saves the steps before an error, as an interruption would; the error is told either way. A
    /// step that the metrics do not hold is done again instead.
    private func keepWhatIsDone() {
        try? keeper.wait()
        if state.step > 0, keeper.lastStep != state.step, recordedStep == state.step {
            state.metricsOffset = recorder.offset
            try? keeper.save(&state, model: parts.model, optimizer: parts.optimizer)
            try? keeper.wait()
        }
        newestCheckpoint = keeper.takeFinished().last?.name ?? newestCheckpoint
        if let newestCheckpoint {
            observer.remark("The run is saved as \(newestCheckpoint), before the error.")
        }
    }

    private func finish(_ ending: RunSummary.Ending) throws -> RunSummary {
        // The last state is saved whatever happened to those before; here an error ends the run.
        try? keeper.wait()
        try attendToSaves()
        if keeper.lastStep != state.step {
            state.metricsOffset = recorder.offset
            try keeper.save(&state, model: parts.model, optimizer: parts.optimizer)
        }
        try keeper.wait()
        try attendToSaves()
        try recorder.event("\(ending)", step: state.step)
        if skippedCount > 0 {
            observer.remark(
                "\(skippedCount) of \(state.step - firstStep) steps were left out, for their loss "
                    + "or gradient was not finite: nothing was learned from them.")
        }
        let isScored = state.step > 0 && state.lastHeldOut?.step == state.step
        return RunSummary(
            ending: ending, reason: nil, steps: state.step, tokens: state.tokens,
            heldOutBefore: heldOutBefore, heldOutAfter: isScored ? heldOutAfter : nil,
            folder: folder.path, checkpoint: newestCheckpoint, stepsNow: state.step - firstStep,
            seconds: clock.elapsedSeconds)
    }
}
