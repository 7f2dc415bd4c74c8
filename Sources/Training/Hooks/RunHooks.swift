/// What takes part in a run from above: it watches, filters, decides and steers.
///
/// Every answer is part of what the run computes, applied at the one place that `RunTimeline`
/// gives, so that equal answers give equal bytes. A run calls its hooks on its own thread, one
/// call at a time. Each requirement has a default that does nothing.
///
/// What `filter`, `decide`, `steer` and `rewards` throw is answered as `FailureResponses.script` says; what
/// an observer has to complain of it keeps to itself and counts in `takeMeasurements`.
public protocol RunHooks: AnyObject {
    /// Hears of a moment in the run; nothing is asked.
    func observe(_ moment: RunMoment)

    /// Looks at a batch before the model does.
    ///
    /// - Returns: other loss weights for some of its documents; nil leaves the batch as it is.
    func filter(_ batch: BatchFacts) throws -> BatchEdit?

    /// Decides what becomes of a step's gradients, also where they are not finite.
    func decide(_ facts: GradientFacts) throws -> GradientVerdict

    /// Turns dials between two steps.
    ///
    /// All of the changes take effect before the next batch is drawn, or, where one is refused,
    /// none of them. A dial stays as it is set until it is set again.
    ///
    /// - Parameter canTurn: throws what keeps changes from being made; nothing is turned by it.
    func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange]

    /// Looks at what the probes of a step came to.
    ///
    /// - Parameter canTurn: throws what keeps changes of dials from being made; nothing is turned
    ///   by it.
    func judge(
        _ facts: ProbeFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> ProbeVerdict

    /// What a script makes of the model's answers to a probe's prompts, one number each.
    func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double]

    /// What the model's own answers to a step's prompts are worth.
    ///
    /// - Returns: for each answer a finite number a reward, in their orders.
    func rewards(of answers: [RolloutAnswer], by rewards: [Reward]) throws -> [[Double]]

    /// What hooks remember, as opaque bytes by name; part of every checkpoint.
    ///
    /// Where this throws, the checkpoint is not written, and `FailureResponses.script` says whether
    /// the run goes on; that of the run's end is written without.
    func saveState() throws -> [String: [UInt8]]

    /// What hooks begin with, as `restoreState` takes it: a run that is stopped before its first
    /// checkpoint begins with the same again.
    func saveBeginning() throws -> [String: [UInt8]]

    /// Takes what `saveState` or `saveBeginning` once gave, before the first step of a resumed run;
    /// empty where the checkpoint holds nothing. A rollback of weights does not call it: what hooks have learned
    /// since, such as why the rollback was needed, stays.
    func restoreState(_ state: [String: [UInt8]]) throws

    /// Changes from outside that are to take effect now, such as the swap of a script whose file
    /// was edited; asked between two steps.
    ///
    /// Each is journalled, then given to `apply`. Where this throws, there are none.
    func takeEvents(step: Int) throws -> [ScriptEvent]

    /// What hooks have found out about themselves since this was last asked, such as a script that
    /// is not pure; asked after `saveState`. It is written down and has no other effect.
    func takeFindings() -> [ScriptEvent]

    /// Turns a request to a running job into the event that answers it; throws to refuse it.
    func admit(_ request: String, step: Int) throws -> ScriptEvent

    /// Lets a journalled event take effect; where this throws, all is as before.
    ///
    /// - Parameter isReplay: whether the event is repeated from the journal by a resumed run, which
    ///   has to go on with the very bytes that were in force then.
    /// - Returns: a sentence for whoever asked for it.
    func apply(_ event: ScriptEvent, isReplay: Bool) throws -> String

    /// What the handlers have measured since this was last asked; it joins the step's metrics.
    func takeMeasurements() -> HookMeasurements

    /// The calls that were cut off since this was last asked; asked after every other call.
    func takeCutOffs() -> [CutOff]

    /// The files in force now with the hashes of their bytes, by the paths under which the recipe
    /// lists them: every checkpoint's manifest names them.
    var filesInForce: [String: String] { get }

    /// Whether a resumed run takes its scripts as they are on the disk now: swaps that its journal
    /// tells of are not repeated then.
    var takesEdited: Bool { get }
}

extension RunHooks {
    /// Watches nothing.
    public func observe(_ moment: RunMoment) {}

    /// Leaves the batch as it is.
    public func filter(_ batch: BatchFacts) throws -> BatchEdit? { nil }

    /// Keeps the step.
    public func decide(_ facts: GradientFacts) throws -> GradientVerdict { .keep }

    /// Turns no dial.
    public func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange] { [] }

    /// Goes on.
    public func judge(
        _ facts: ProbeFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> ProbeVerdict { ProbeVerdict() }

    /// Has no script.
    public func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double] {
        throw TrainingError.unscored(door)
    }

    /// Has no script.
    public func rewards(of answers: [RolloutAnswer], by rewards: [Reward]) throws -> [[Double]] {
        throw TrainingError.unscored(rewards.first?.door ?? "rewards")
    }

    /// Remembers nothing.
    public func saveState() throws -> [String: [UInt8]] { [:] }

    /// Begins with nothing.
    public func saveBeginning() throws -> [String: [UInt8]] { [:] }

    /// Takes nothing.
    public func restoreState(_ state: [String: [UInt8]]) throws {}

    /// Brings nothing from outside.
    public func takeEvents(step: Int) throws -> [ScriptEvent] { [] }

    /// None.
    public func takeFindings() -> [ScriptEvent] { [] }

    /// Refuses every request.
    public func admit(_ request: String, step: Int) throws -> ScriptEvent {
        throw TrainingError(.badRequest, "This run has no script that answers requests.")
    }

    /// Does nothing.
    public func apply(_ event: ScriptEvent, isReplay: Bool) throws -> String { "Done." }

    /// Measures nothing.
    public func takeMeasurements() -> HookMeasurements { HookMeasurements() }

    /// None.
    public func takeCutOffs() -> [CutOff] { [] }

    /// No files of its own.
    public var filesInForce: [String: String] { [:] }

    /// Goes on with what was in force.
    public var takesEdited: Bool { false }
}
