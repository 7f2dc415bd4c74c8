/// What dials, hooks and recoveries have made of a run so far; part of its state.
struct RunCourse: Codable, Sendable {
    /// The dials that were set since the run began.
    var dials: [String: DialBoard.Setting] = [:]
    var history = StepHistory()
    var firstHeldOut: ProgressFacts.HeldOut?
    var lastHeldOut: ProgressFacts.HeldOut?
    var bestHeldOut: ProgressFacts.HeldOut?
    /// The loss of each source, averaged over about the last ten steps that drew from it.
    private var smoothedLosses: [String: Double]?
    var sourceLosses: [String: Double] {
        get { smoothedLosses ?? [:] }
        set { smoothedLosses = newValue }
    }
    /// Of step 0, and the last.
    var firstProbes: ProbeReading?
    var lastProbes: ProbeReading?
    var rollbacks = 0
    /// The newest checkpoint that was asked for.
    ///
    /// One made because the run was stopped is none: an unbroken run does not have it.
    var rollbackTarget: Int?
    /// Checkpoints that requests went back to: a run resumed from before needs them again.
    var requestedTargets: [Int] = []
    /// The step of the last checkpoint that was asked for, whether or not it could be written.
    var announcedCheckpoint: Int?
    /// Serial numbers of the events from outside that took effect since the last step.
    var appliedEvents: [Int] = []
    /// The answers that hooks have given for the step under way; nil between steps.
    var begun: BegunStep?
    /// Why the memory of hooks is not in this checkpoint; nil where it is.
    var hookFailure: String?

    /// From where the run cannot be repeated exactly; nil while it can.
    var replayBreak: ReplayBreak?

    /// The steps made when the constant stretch ended and the stage `pre` was saved; nil before.
    var stableEnd: Int?
    /// Stages that a program named itself: they stay where it put them. Nil for none.
    var namedStages: [String]?
    /// Where the run goes on from another; nil for one that began at step 0.
    var branch: BranchPoint?
    /// What the mix balances, and input tokens a step on average: a run that goes on from here
    /// under another plan has to know. Nil in what earlier versions saved.
    var stride: Stride?

    init() {}

    /// For a run saved before there were any of these: its checkpoint was one to go back to.
    init(savedAt step: Int) {
        rollbackTarget = step
        announcedCheckpoint = step
    }
}

/// The checkpoint that a run goes on from with its optimizer and its place in schedule and data.
struct BranchPoint: Codable, Sendable, Hashable {
    /// Steps that were made there.
    var step: Int
    /// Input tokens that were seen there.
    var tokens: Int
    /// Input tokens a step then, on average, where that was written down.
    var inputsAStep: Double?
    /// The checkpoint's folder.
    var checkpoint: String

    /// What lies behind the run.
    var made: MadeSteps {
        MadeSteps(steps: step, tokens: tokens, inputsAStep: inputsAStep, path: checkpoint)
    }
}

/// How a run went through its data.
struct Stride: Codable, Sendable, Hashable {
    /// `Mix.Unit`.
    var unit: String
    /// Of the sources, in their order; their sum is 1.
    var shares: [Double]
    /// Input tokens a step, on average.
    var inputsAStep: Double
}

/// The answers that hooks have given for a step that is not made yet: a run that is stopped inside
/// it does not ask again.
struct BegunStep: Codable, Sendable {
    /// Whether a filter, decider or curriculum failed, so that the step is left out.
    var hasFailed = false
    /// Whether the filter was asked.
    var isFiltered = false
    var edit: BatchEdit?
    /// What the answers to the batch's prompts are worth.
    var rewards: GivenRewards?
    var verdict: GradientVerdict?
}
