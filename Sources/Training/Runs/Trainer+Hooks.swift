import Checkpoints
import Corpora
import Telemetry
import Transformers

/// What became of a step's update.
struct StepAnswer {
    var skipReason: SkipReason?
    var rolledBackTo: Int?
}

extension Trainer {
    /// Lets hooks turn dials and tells them that a step begins, once a step.
    func steer() throws {
        guard let desk, state.course.begun == nil else { return }
        var begun = BegunStep()
        begun.hasFailed = try !surviving("curriculum") {
            let facts = progressFacts
            let changes = try desk.call { hooks in
                try hooks.steer(facts) { _ = try plan($0) }
            }
            try turn(changes)
        }
        // A dial may have ended the run here; a stop has not: what was answered is kept.
        guard state.step < dials.totalSteps else { return }
        state.course.begun = begun
        isSaved = false
        desk.observe(.stepStart(step: state.step + 1))
    }

    /// Shows a batch to the filters, once a step; a step that has failed already is not shown.
    func filter(_ batch: Batch) throws -> Batch {
        guard let desk, var begun = state.course.begun else { return batch }
        if begun.isFiltered, begun.edit == nil { return batch }
        let (facts, documentOfPiece) = try BatchFacts.of(
            batch, step: state.step + 1, from: parts.data.mix.sources)
        // An answer from before a stop is for this batch, unless the recipe's batch has changed.
        let isAnswered = begun.edit.map { $0.weights.count == facts.documents.count } ?? false
        if !isAnswered, !begun.hasFailed {
            begun.edit = nil
            begun.hasFailed = try !surviving("on_batch") {
                let edit = try desk.call { try $0.filter(facts) }
                try edit?.check(facts)
                begun.edit = edit
            }
        }
        begun.isFiltered = true
        state.course.begun = begun
        return begun.edit?.apply(to: batch, documentOfPiece: documentOfPiece) ?? batch
    }

    /// Asks the deciders, once a step, and follows them.
    func answer(_ update: PendingUpdate, learningRate: Double) throws -> StepAnswer {
        let outcome = update.measured.outcome
        var verdict = GradientVerdict.keep
        if let desk, var begun = state.course.begun {
            if begun.verdict == nil, !begun.hasFailed {
                begun.hasFailed = try !surviving("on_gradients") {
                    let facts = gradientFacts(update, learningRate)
                    begun.verdict = try desk.call { try $0.decide(facts) }
                }
            }
            state.course.begun = begun
            if begun.hasFailed { return StepAnswer(skipReason: .scriptError) }
            verdict = begun.verdict ?? .keep
        }
        switch verdict {
        case .keep: break
        case .skip(let reason):
            try recorder.event("skip", step: state.step + 1, ["reason": .string(reason)])
            return StepAnswer(skipReason: .verdict)
        case .rollback(let reason):
            return try rollBackInStep(reason: reason)
        case .stop(let reason):
            try recorder.event(
                "stop", step: state.step + 1,
                ["reason": .string(reason), "origin": "hooks"])
            stopReason = reason
            return StepAnswer(skipReason: .stop)
        }
        if !outcome.isFinite {
            try respond(toNonFinite: outcome, in: update.batch)
            return StepAnswer(skipReason: .nonFinite)
        }
        // Filters may leave nothing, and so may answers that are all worth the same.
        let mayBeEmpty = state.course.begun?.edit != nil || parts.rollouts != nil
        let isEmptied = mayBeEmpty && update.batch.lossTokenCount == 0
        return StepAnswer(skipReason: isEmptied ? .noLossTokens : nil)
    }

    private func rollBackInStep(reason: String) throws -> StepAnswer {
        guard let target = try rollbackTarget(nil) else {
            let sentence =
                "A rollback was wanted at step \(state.step + 1) (\(reason)) and there is no "
                + "checkpoint yet to go back to; the step is left out."
            try recorder.event(
                "skip", step: state.step + 1, ["reason": .string(sentence)])
            observer.remark(sentence)
            return StepAnswer(skipReason: .verdict)
        }
        let report = try goBack(
            to: target, RollbackCause(step: state.step + 1, origin: "hooks", reason: reason))
        return StepAnswer(skipReason: .rollback, rolledBackTo: report.target)
    }

    /// Runs what hooks were asked for; a failure ends the run or fails the step, as the recipe
    /// says.
    ///
    /// - Returns: whether it went well.
    func surviving(_ hook: String, _ body: () throws -> Void) throws -> Bool {
        do {
            try body()
            return true
        } catch  where !isOfTheMachine(error) {
            desk?.countError()
            try recorder.event(
                "script_error", step: state.step + 1,
                ["hook": .string(hook), "message": .string("\(error)")])
            guard configuration.responses.script == .skip else { throw error }
            observer.remark(
                "Step \(state.step + 1) is left out, for a script's \(hook) failed: \(error)")
            return false
        }
    }

    /// A failing disk is no script's failure.
    func isOfTheMachine(_ error: any Error) -> Bool {
        switch error {
        case let error as CheckpointError: !error.isUserMistake
        case let error as CorporaError: !error.isUserMistake
        case is TelemetryError: true
        default: false
        }
    }

    /// What weights hold numbers that are not finite; nil where none do.
    private var brokenWeights: String? {
        let models = [
            ("the model", parts.model), ("the teacher", parts.teacher?.model),
            ("the reference", parts.reference?.model),
        ]
        for case (let whose, let model?) in models {
            guard let name = model.nonFiniteParameter else { continue }
            return "\(name) of \(whose) holds numbers that are not finite"
        }
        return nil
    }

    private func respond(toNonFinite outcome: TrainStep.Outcome, in batch: Batch) throws {
        let culprits = try NonFiniteReport(
            outcome, batch, step: state.step + 1, loader: loader,
            weights: state.optimizerSteps == 0 ? brokenWeights : nil)
        try recorder.event(
            "non_finite", step: state.step + 1, ["message": .string(culprits.sentence)])
        switch configuration.responses.nonFinite {
        case .stop: throw TrainingError(.nonFinite, culprits.sentence)
        case .skip: observer.remark(culprits.sentence + " The step is left out.")
        }
    }

    var progressFacts: ProgressFacts {
        let course = state.course
        return ProgressFacts(
            step: state.step, totalSteps: dials.totalSteps, tokens: state.tokens,
            tokensBySource: Dictionary(
                state.loader.sources.map { ($0.name, $0.tokens) },
                uniquingKeysWith: { first, _ in first }),
            lossBySource: course.sourceLosses, history: course.history, firstHeldOut: course.firstHeldOut,
            lastHeldOut: course.lastHeldOut, bestHeldOut: course.bestHeldOut,
            firstProbes: course.firstProbes, lastProbes: course.lastProbes,
            dials: dials.values, rollbacks: course.rollbacks)
    }

    private func gradientFacts(_ update: PendingUpdate, _ learningRate: Double) -> GradientFacts {
        GradientFacts(
            step: state.step + 1, loss: update.measured.outcome.loss,
            gradientNorm: update.measured.outcome.gradientNorm, learningRate: learningRate,
            tokens: update.batch.tokenCount, history: state.course.history,
            rollbackTarget: state.course.rollbackTarget, rollbacks: state.course.rollbacks,
            maximumRollbacks: configuration.recovery.maximumRollbacks)
    }
}
