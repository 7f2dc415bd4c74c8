extension Trainer {
    /// The step the run began at: 0, unless it goes on from another run's checkpoint.
    private var beginning: Int { state.course.branch?.step ?? 0 }

    /// Scores held-out text at the beginning, at the end, and as often as the recipe says.
    ///
    /// A run that was stopped on the way does it when it goes on.
    ///
    /// - Returns: false where scoring was cut short.
    func evaluateIfDue() throws -> Bool {
        let isDue =
            state.step == beginning || state.step == dials.totalSteps
            || isDue(dials.evaluationSteps)
            || stageIsDue()
        guard isDue, !parts.evaluation.isEmpty, state.lastHeldOut?.step != state.step else {
            return true
        }
        return try evaluate() != nil
    }

    /// Scores held-out text now, as the recipe's own evaluations do.
    ///
    /// - Returns: nil where there is no such text, and where the run was asked to stop on the way.
    public func evaluate() throws -> HeldOutLoss? {
        try requireBetweenSteps()
        guard !parts.evaluation.isEmpty else { return nil }
        let scored = try HeldOutLoss(
            of: parts.model, over: parts.evaluation, microRows: parts.plan.microRows,
            preference: parts.preference, isStopped: { isStopped })
        guard let loss = scored else { return nil }
        try recorder.record(loss, step: state.step)
        remember(loss)
        observer.evaluationEnds(loss, step: state.step)
        desk?.observe(.evaluate(loss, step: state.step))
        return loss
    }

    private func remember(_ loss: HeldOutLoss) {
        isSaved = false
        state.lastHeldOut = RunState.Scored(step: state.step, loss: loss.loss)
        if state.step == beginning { heldOutBefore = loss }
        heldOutAfter = loss
        let heldOut = ProgressFacts.HeldOut(
            step: state.step, loss: loss.loss, bitsPerByte: loss.bitsPerByte,
            lossBySource: loss.lossBySource)
        if state.step == beginning { state.course.firstHeldOut = heldOut }
        state.course.lastHeldOut = heldOut
        if let best = state.course.bestHeldOut, !(loss.loss < best.loss) { return }
        if loss.loss.isFinite { state.course.bestHeldOut = heldOut }
    }
}
