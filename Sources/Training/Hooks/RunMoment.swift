/// A moment that observers hear of, with what is known then.
public enum RunMoment: Sendable {
    /// The first step is next, and the run was never here before.
    case start(RunStart)
    /// The next step is next, after a checkpoint was read. What a hook changes in its memory here,
    /// an unbroken run lacks.
    case resume(RunStart)
    /// A step begins; `step` counts it, so the first is 1.
    case stepStart(step: Int)
    /// A step is over, whatever became of it.
    case stepEnd(StepReport)
    /// Held-out text was scored after `step` steps.
    case evaluate(HeldOutLoss, step: Int)
    /// A checkpoint that the recipe, a program or a request asks for is about to be written: what
    /// hooks remember is taken next. One made because the run was stopped is not told, for an
    /// unbroken run has none there.
    case checkpoint(name: String, step: Int)
    /// Weights and optimizer were put back to those of a checkpoint; `step` goes on.
    case rollback(RollbackReport)
    /// The run ends with an error; what was done is saved already.
    case error(sentence: String, step: Int)
    /// The run is over; all is saved already.
    case end(RunSummary)

    /// The name by which a handler asks for the moment.
    public var name: String {
        switch self {
        case .start: "start"
        case .resume: "resume"
        case .stepStart: "step_start"
        case .stepEnd: "step_end"
        case .evaluate: "evaluate"
        case .checkpoint: "checkpoint"
        case .rollback: "rollback"
        case .error: "error"
        case .end: "end"
        }
    }
}

/// A rollback that was made.
public struct RollbackReport: Sendable, Hashable {
    /// Steps made; a rollback does not lower them.
    public var step: Int
    /// The step of the checkpoint whose weights are in force now.
    public var target: Int
    /// Rollbacks so far, this one included.
    public var count: Int
    /// Who asked for it.
    public var origin: String
    /// Why, in the words of whoever asked; may be empty.
    public var reason: String
}
