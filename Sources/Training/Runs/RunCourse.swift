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

    init() {}

    /// For a run saved before there were any of these: its checkpoint was one to go back to.
    init(savedAt step: Int) {
        rollbackTarget = step
        announcedCheckpoint = step
    }
}

/// The answers that hooks have given for a step that is not made yet: a run that is stopped inside
/// it does not ask again.
struct BegunStep: Codable, Sendable {
    /// Whether a filter, decider or curriculum failed, so that the step is left out.
    var hasFailed = false
    /// Whether the filter was asked.
    var isFiltered = false
    var edit: BatchEdit?
    var verdict: GradientVerdict?
}
