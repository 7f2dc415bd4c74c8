public import Telemetry
public import Tensors
public import Tokenizers
public import Transformers
import Checkpoints
import Corpora
import Optimizers

/// The training loop, whole or step by step.
///
/// `run` is the loop; a program that drives a run itself calls `begin`, then `step` while
/// `isActive`, then `finish`. A trainer runs on the thread that calls it; data is prepared ahead
/// and checkpoints are written on threads of their own. Same recipe, seed, build, machine, thread
/// count, precision and answers of hooks: same losses, bit for bit, however often the run was
/// stopped and resumed. Several trainers may stand side by side, each with a run folder of its own.
public final class Trainer {
    let configuration: RunConfiguration
    let observer: any RunObserver
    let folder: RunFolder
    let parts: RunParts
    let loader: BatchLoader
    let recorder: RunRecorder
    /// Keeps what the model answered, where it does.
    let samples: RolloutJournal?
    let keeper: CheckpointKeeper
    let desk: HookDesk?
    let inbox: ControlInbox
    let clock: Stopwatch
    let firstStep: Int
    private let isResumed: Bool

    var state: RunState
    var dials: DialBoard
    /// Events from outside that a resumed run has still to repeat.
    var replay: Replay
    var gauge: SpeedGauge
    /// Gradients between the two halves of a step.
    var pending: PendingUpdate?
    var heldOutBefore: HeldOutLoss?
    var heldOutAfter: HeldOutLoss?
    var newestCheckpoint: String?
    /// The last step that the metrics hold.
    var recordedStep: Int
    var skipped: [SkipReason: Int] = [:]
    /// Whether the newest checkpoint holds everything that has happened.
    var isSaved: Bool
    /// False while weights are being put back: there is nothing to save then.
    var hasWholeWeights = true
    /// Why the run is to end before its budget is used; nil while it goes on.
    var stopReason: String?
    private var hasBegun = false
    var hasFinished = false

    /// Prepares a run: opens data, makes or reads weights, takes the folder.
    ///
    /// - Parameters:
    ///   - recipe: the recipe's name for itself, its bytes and every file it loaded.
    ///   - resumes: goes on from the newest whole checkpoint.
    ///   - cacheFolder: where tokenized corpora are kept.
    ///   - hooks: what takes part in the run.
    ///   - speeds: where the machine's speed is remembered; without it, utilisation is not known.
    ///   - clock: running since the work began.
    public init(
        _ configuration: RunConfiguration, recipe: RunRecipe, resumes: Bool,
        on backend: any Backend, cacheFolder: String, observer: any RunObserver,
        hooks: (any RunHooks)? = nil, speeds: SpeedStore? = nil, clock: Stopwatch = Stopwatch()
    ) throws {
        self.clock = clock
        self.configuration = configuration
        self.observer = observer
        let remarks = Remarks()
        folder = try RunFolder(path: configuration.outputPath, resumes: resumes) {
            remarks.add($0)
        }
        let saved = resumes ? try folder.newestWhole() : nil
        isResumed = saved != nil
        isSaved = saved != nil
        parts = try RunParts(
            configuration, on: backend, cacheFolder: cacheFolder, initializes: saved == nil,
            branch: try saved.flatMap { try RunState(of: $0).course.branch }, observer: observer)
        dials = DialBoard(
            configuration, totalSteps: parts.plan.totalSteps, readings: parts.data.readings)
        let fresh = RunState(
            seed: configuration.seed, precision: parts.plan.precision,
            backend: backend.description, build: RunState.thisBuild)
        if let saved {
            try parts.checkFits(saved)
            state = try Snapshot.restore(from: saved, into: parts.model, parts.optimizer)
            newestCheckpoint = CheckpointName.of(step: state.step)
            try state.checkFits(fresh, path: saved.path)
            state.differences(from: fresh).forEach(remarks.add)
            dials.restore(state.course.dials, remark: remarks.add)
            state.course.dials = dials.settings
            if let mark = state.course.replayBreak {
                remarks.add("The run is \(mark.sentence).")
            }
        } else if let origin = parts.origin {
            state = try parts.goOn(from: origin, as: fresh, remark: remarks.add)
        } else {
            state = fresh
        }
        firstStep = state.step
        recordedStep = state.step
        if state.step > dials.totalSteps {
            remarks.add(
                "The run is at step \(state.step) and the recipe asks for "
                    + "\(dials.totalSteps); there is nothing left to do.")
        }
        loader = try parts.makeLoader(
            configuration, dials: dials,
            from: saved == nil && parts.origin == nil ? nil : state.loader)
        state.loader = loader.state
        recorder = try RunRecorder(
            folder, recipe: recipe, resumesAt: saved == nil ? nil : state, remark: remarks.add)
        let journal =
            folder.hadRun ? try RunJournal.events(run: folder.path, remark: remarks.add) : []
        recorder.countSerials(of: journal)
        samples =
            parts.rollouts == nil
            ? nil : try RolloutJournal(run: folder.path, after: saved == nil ? 0 : state.step)
        replay = Replay(
            journal, after: state.step, applied: state.course.appliedEvents,
            takesEdited: hooks?.takesEdited ?? false)
        if replay.count > 0 {
            remarks.add(
                "What was asked of the run after step \(state.step) (\(replay.count) times) is "
                    + "repeated at its steps.")
        }
        keeper = CheckpointKeeper(
            folder: folder, settings: configuration.checkpoints,
            lineage: RunLineage(parts, recipe: recipe), base: parts.base,
            tokenizerFiles: parts.tokenizerFiles,
            savedStep: saved == nil ? nil : state.step)
        gauge = SpeedGauge(
            configuration, parts.plan, model: parts.model, store: speeds)
        desk = hooks.map(HookDesk.init)
        inbox = ControlInbox(run: folder.path) { observer.remark($0) }
        if resumes, saved == nil {
            observer.remark("There is nothing to resume in \(folder.path); starting at step 0.")
        }
        (remarks.all + parts.data.remarks).forEach(observer.remark)
        followDials()
        // A script that failed before the first step would fail there again: the edited one begins.
        let beginsEdited =
            saved == nil && hooks?.takesEdited == true && journal.last?.name == "script_error"
            && journal.last?.step == state.step
        if saved != nil || folder.hadRun, !beginsEdited { try restoreHooks(from: saved) }
    }

    /// Trains until the budget is used, or someone ends it.
    ///
    /// - Throws: `TrainingError` for a loss that is not finite, and errors of disk, data and
    ///   scripts; the steps before it are saved where the disk allows.
    public func run() throws -> RunSummary {
        do {
            try begin()
            while isActive { _ = try step() }
            return try finish()
        } catch {
            abandon(after: error)
            throw error
        }
    }

    /// Writes the run's first lines, tells those who watch, and scores held-out text where it is
    /// due.
    public func begin() throws {
        guard !hasBegun else { throw TrainingError(.misuse, "The run has begun already.") }
        hasBegun = true
        try keepBeginning()
        try recorder.begin(
            state, plan: parts.plan, inForce: desk?.filesInForce ?? [:],
            takesEdited: desk?.takesEdited ?? false)
        try mendStages()
        inbox.open()
        let start = RunStart(
            plan: parts.plan, folder: folder.path, step: state.step,
            totalSteps: dials.totalSteps, tokens: state.tokens,
            preparationSeconds: clock.elapsedSeconds)
        observer.runBegins(start)
        desk?.observe(isResumed ? .resume(start) : .start(start))
        try attendToSchedule()
    }

    /// Whether there is a step to make: the run has begun and not finished, its budget is not used,
    /// and nobody has ended it.
    public var isActive: Bool {
        hasBegun && !hasFinished && stopReason == nil && state.step < dials.totalSteps
            && !isStopped
    }

    /// Makes one step as the recipe says, with the evaluation and the checkpoint that are due after
    /// it.
    ///
    /// - Returns: nil where the run ended before the step was made; nothing was learned then.
    public func step() throws -> StepReport? {
        guard try forwardBackward() != nil else { return nil }
        return try optimStep()
    }

    /// Saves what is not saved yet and ends the run.
    ///
    /// A run whose budget is not used goes on from here when it is resumed.
    public func finish() throws -> RunSummary {
        try requireBegun()
        pending = nil
        // A dial may have brought the last step forward.
        if !isStopped, stopReason == nil, try evaluateIfDue() { _ = try probeIfDue() }
        hasFinished = true
        let isScored =
            (parts.evaluation.isEmpty || state.lastHeldOut?.step == state.step)
            && areProbesMeasured
        let ending: RunSummary.Ending =
            if state.step >= dials.totalSteps, isScored, stopReason == nil {
                .completed
            } else if isStopped {
                .interrupted
            } else {
                .stopped
            }
        return try finish(ending)
    }

    /// Steps made.
    public var stepsMade: Int { state.step }

    /// The step the run ends at.
    public var totalSteps: Int { dials.totalSteps }

    /// Loss and gradient norm of the last steps.
    public var history: StepHistory { state.course.history }

    /// The folder the run writes to.
    public var path: String { folder.path }

    /// The model that learns; between two steps it may be listened to.
    public var model: Decoder { parts.model }

    /// The model's tokenizer.
    public var tokenizer: any Tokenizer { parts.tokenizer }

    var isStopped: Bool { StopSignal.isRequested }

    /// Throws where a call makes no sense now.
    func requireBegun() throws {
        guard hasBegun else {
            throw TrainingError(.misuse, "The run has not begun; call begin first.")
        }
        guard !hasFinished else { throw TrainingError(.misuse, "The run is over.") }
        guard hasWholeWeights else {
            throw TrainingError(
                .badState,
                "A rollback failed half way, so the weights are no model now; resume the run.")
        }
    }

    /// Throws where gradients wait to be used.
    func requireBetweenSteps() throws {
        try requireBegun()
        guard pending == nil else {
            throw TrainingError(
                .misuse, "Step \(state.step + 1) is half made; finish it with optimStep first.")
        }
    }
}
