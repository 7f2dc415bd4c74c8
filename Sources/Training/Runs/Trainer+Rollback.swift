import Checkpoints
import Corpora
import Optimizers
import Telemetry

/// Who wants a rollback, and why.
struct RollbackCause {
    /// The step that the journal names.
    var step: Int
    var origin: String
    var reason = ""
    /// Whether it comes from outside, so that a resumed run repeats it.
    var isExternal = false
    /// Whether it is repeated from the journal, which tells it already.
    var isRepeated = false
}

extension Trainer {
    /// Puts weights and optimizer back to those of a checkpoint and goes on from there with new
    /// data. Step numbers keep rising; dials, and what hooks remember, stay as they are.
    ///
    /// - Parameters:
    ///   - step: the checkpoint's; nil for the last one that was asked for.
    ///   - reason: for the journal.
    /// - Throws: `TrainingError` where there is no such checkpoint, or the recipe's number of
    ///   rollbacks is used up.
    @discardableResult
    public func rollback(to step: Int? = nil, reason: String = "") throws -> RollbackReport {
        try requireBegun()
        // Gradients of the weights that go are of no use afterwards.
        if pending != nil {
            pending = nil
            state.course.begun = nil
            loader.restart(from: state.loader)
        }
        guard let target = try rollbackTarget(step) else {
            throw TrainingError(.badRequest, "There is no checkpoint yet to go back to.")
        }
        return try goBack(
            to: target, RollbackCause(step: state.step, origin: "program", reason: reason))
    }

    /// The checkpoint that a rollback goes to, every byte of it checked; nil where none is asked
    /// for by step and there is none yet.
    ///
    /// Without a step it is the last one that was asked for, or, where that could not be written,
    /// the newest before it that is whole.
    func rollbackTarget(_ step: Int?) throws -> CheckpointFolder? {
        // What is being written counts.
        try? keeper.wait()
        if let step {
            guard step <= state.step else {
                throw TrainingError(
                    .badRequest, "Step \(step) lies ahead; the run is at step \(state.step).")
            }
            let folder = try folder.store.open(CheckpointName.of(step: step))
            try folder.verify()
            return folder
        }
        guard let newest = state.course.rollbackTarget else { return nil }
        for name in try folder.store.names().reversed() {
            guard let step = CheckpointName.step(of: name), step <= newest,
                let folder = try? folder.store.open(name), (try? folder.verify()) != nil
            else { continue }
            return folder
        }
        return nil
    }

    /// Throws where the recipe allows no rollback more.
    func checkRollbacksLeft() throws {
        let most = configuration.recovery.maximumRollbacks
        guard state.course.rollbacks < most else {
            throw TrainingError(
                .tooManyRollbacks,
                "The run was rolled back \(state.course.rollbacks) times and wants to be again at "
                    + "step \(state.step + 1); the recipe allows \(most). Lower the learning rate "
                    + "or look at the data before allowing more.")
        }
    }

    @discardableResult
    func goBack(to folder: CheckpointFolder, _ cause: RollbackCause) throws -> RollbackReport {
        try checkRollbacksLeft()
        let target = folder.manifest?.step ?? 0
        let count = state.course.rollbacks + 1
        let fields: [String: MetricValue] = [
            "to": .int(target), "count": .int(count), "origin": .string(cause.origin),
            "reason": .string(cause.reason),
        ]
        if cause.isExternal {
            try journal("rollback", fields)
            state.course.requestedTargets.append(target)
        } else if !cause.isRepeated {
            try recorder.event("rollback", step: cause.step, fields)
        }
        hasWholeWeights = false
        let saved = try Snapshot.restore(from: folder, into: parts.model, parts.optimizer)
        hasWholeWeights = true
        state.optimizerSteps = saved.optimizerSteps
        state.course.rollbacks = count
        isSaved = false
        // The scores belonged to weights that are gone.
        heldOutAfter = nil
        let report = RollbackReport(
            step: cause.step, target: target, count: count, origin: cause.origin,
            reason: cause.reason)
        observer.remark(
            "Step \(cause.step): back to the weights of step \(target)"
                + (cause.reason.isEmpty ? "." : ": \(cause.reason)"))
        desk?.observe(.rollback(report))
        return report
    }
}
