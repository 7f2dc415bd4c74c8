/// What a run tells the outside while it goes on; a terminal shows it, a test collects it.
///
/// Called on the run's own thread; what takes long here holds the run.
public protocol RunObserver: AnyObject {
    /// Everything is in place and the first step is next.
    func runBegins(_ start: RunStart)
    func stepEnds(_ report: StepReport)
    func evaluationEnds(_ loss: HeldOutLoss, step: Int)
    /// Probes were measured.
    func probesEnd(_ reading: ProbeReading)
    func checkpointIsSaved(_ name: String, step: Int)
    /// A stage such as `pre` points at a checkpoint from now on.
    func stageIsReached(_ stage: Stage, checkpoint: String, step: Int)
    /// Something a person should know and the run goes on.
    func remark(_ sentence: String)
    /// Long work before the first step, such as tokenizing; `share` from 0 to 1.
    func prepares(_ what: String, share: Double)
}

/// An observer says what it wants to hear of; the rest it does not hear.
extension RunObserver {
    /// Hears nothing of it.
    public func runBegins(_ start: RunStart) {}
    /// Hears nothing of it.
    public func stepEnds(_ report: StepReport) {}
    /// Hears nothing of it.
    public func evaluationEnds(_ loss: HeldOutLoss, step: Int) {}
    /// Hears nothing of it.
    public func probesEnd(_ reading: ProbeReading) {}
    /// Hears nothing of it.
    public func checkpointIsSaved(_ name: String, step: Int) {}
    /// Hears nothing of it.
    public func stageIsReached(_ stage: Stage, checkpoint: String, step: Int) {}
    /// Hears nothing of it.
    public func remark(_ sentence: String) {}
    /// Hears nothing of it.
    public func prepares(_ what: String, share: Double) {}
}

/// What a run is about to do.
public struct RunStart: Sendable {
    public let plan: RunPlan
    public let folder: String
    /// Steps already made; above 0 when resuming.
    public let step: Int
    /// The step the run ends at: the plan's, unless a dial says otherwise.
    public let totalSteps: Int
    /// Input tokens seen so far.
    public let tokens: Int
    /// Seconds from the process's beginning of the run to the first step.
    public let preparationSeconds: Double
}

/// One step, as metrics record it.
public struct StepReport: Sendable, Hashable {
    /// Steps made, this one included.
    public var step: Int
    public var totalSteps: Int
    public var loss: Double
    public var gradientNorm: Double
    /// What the loss was made of, where there is a teacher.
    public var lossParts: LossParts?
    /// What the pairs of answers came to, where there are any.
    public var pairs: PairNumbers?
    /// What the model's own answers came to, where it wrote any.
    public var rollouts: RolloutNumbers?
    public var learningRate: Double
    /// Input tokens of this step, padding not counted.
    public var tokens: Int
    /// Input tokens so far.
    public var totalTokens: Int
    public var lossTokens: Int
    /// Input tokens of this step by source.
    public var tokensBySource: [String: Int]
    /// Mean loss of this step by source, in a mix.
    public var lossBySource: [String: Double] = [:]
    /// Whether the update was left out.
    public var isSkipped: Bool
    /// Why it was left out; nil where it was made.
    public var skipReason: SkipReason?
    public var seconds: Double
    /// Share of the machine's measured product speed; nil until that is known.
    public var utilisation: Double?
    /// The step of the checkpoint whose weights came back in this step; nil for none.
    public var rolledBackTo: Int?
    /// Documents passed over so far, for being longer than the run admitted.
    public var passedOver: Int = 0
    /// Seconds spent in hooks; nil for a run without any.
    public var hookSeconds: Double?
    /// Failures of hooks; nil for a run without any.
    public var hookErrors: Int?
    /// Whether another run of the same recipe comes to the same; false once the clock has cut a
    /// script off.
    public var isReplayable = true
}

/// What the first half of a step came to.
public struct ForwardReport: Sendable, Hashable {
    /// The step under way, counted from 1.
    public var step: Int
    /// The mean loss of the batch; may be infinite or NaN.
    public var loss: Double
    /// The norm of the whole gradient before clipping; may be infinite or NaN.
    public var gradientNorm: Double
    /// What the recipe's schedule and the dials come to.
    public var learningRate: Double
    /// Input tokens of the batch.
    public var tokens: Int
}

/// Why a step's update was left out.
public enum SkipReason: String, Sendable, Hashable, Codable, CaseIterable {
    /// Loss or gradient was not finite.
    case nonFinite = "non_finite"
    /// A decider said so.
    case verdict
    /// A decider went back to a checkpoint.
    case rollback
    /// A decider ended the run.
    case stop
    /// A filter, decider or curriculum failed.
    case scriptError = "script_error"
    /// A filter left no token to learn from, or the model's answers were worth the same.
    case noLossTokens = "no_loss_tokens"
}

/// How a run ended.
public struct RunSummary: Sendable {
    /// How the loop was left.
    public enum Ending: Sendable, Hashable {
        case completed
        /// The user asked it to stop; everything is saved.
        case interrupted
        /// A hook, a request or a program ended it; everything is saved.
        case stopped
    }

    public let ending: Ending
    /// Why it was stopped; nil for other endings.
    public let reason: String?
    public let steps: Int
    /// The steps the run was to have.
    public let totalSteps: Int
    public let tokens: Int
    /// What was drawn from each source, in the order of the mix.
    public let drawn: [DrawnTokens]
    public let heldOutBefore: HeldOutLoss?
    /// Of the last step; nil for a run that was stopped before it was measured.
    public let heldOutAfter: HeldOutLoss?
    /// What the probes came to at step 0; nil for a run without any.
    public let probesBefore: ProbeReading?
    /// Of the last step; nil for a run that was stopped before they were measured.
    public let probesAfter: ProbeReading?
    /// From where the run cannot be repeated exactly; nil for a run that can.
    public let replayBreak: ReplayBreak?
    public let folder: String
    /// The last checkpoint's name.
    public let checkpoint: String?
    /// Steps done since the run began or was resumed, and the time since then.
    public let stepsNow: Int
    public let seconds: Double
}

/// What a run drew from a source.
public struct DrawnTokens: Sendable, Hashable {
    /// The source's name.
    public let source: String
    /// Inputs.
    public let tokens: Int
    /// Times that the source was read through.
    public let epochs: Int
}
