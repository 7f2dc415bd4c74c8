import Corpora
import Optimizers
import Telemetry

/// What waits between the two halves of a step.
struct PendingUpdate {
    let batch: Batch
    let measured: TrainStep.Measured
    /// What the model's own answers came to, where it wrote any, and the answers.
    let numbers: RolloutNumbers?
    let rollouts: [Rollout]
    let learningRate: Double
    /// Stands still between the halves: what a program does there is not the step's.
    var clock: Stopwatch
}

extension Trainer {
    /// The first half of a step: attends to what comes from outside, lets hooks steer and filter,
    /// and computes the gradients of the next batch.
    ///
    /// - Returns: nil where the run ended before they were computed.
    public func forwardBackward() throws -> ForwardReport? {
        try requireBetweenSteps()
        try attendToOutside()
        guard isActive else { return nil }
        var stepClock = Stopwatch()
        try steer()
        guard isActive else { return nil }
        let rate = try learningRate()
        var batch = try filter(loader.next())
        var sampled = 0
        if let onPolicy = parts.onPolicy {
            (batch, sampled) = try onPolicy.replacing(in: batch, by: parts.model)
        }
        guard let own = try rollOut(batch),
            let measured = parts.step.measure(
                own.batch, sampledRows: sampled, rollouts: own.rollouts,
                isStopped: { isStopped })
        else {
            // The batch was not consumed; a program may still go on.
            loader.restart(from: state.loader)
            return nil
        }
        batch = own.batch
        stepClock.pause()
        pending = PendingUpdate(
            batch: batch, measured: measured,
            numbers: numbers(of: own.rollouts, measured.outcome), rollouts: own.rollouts,
            learningRate: rate, clock: stepClock)
        return ForwardReport(
            step: state.step + 1, loss: measured.outcome.loss,
            gradientNorm: measured.outcome.gradientNorm, learningRate: rate,
            tokens: batch.tokenCount)
    }

    /// The second half of a step: asks the deciders, moves the weights or leaves them, and does
    /// what is due after it.
    ///
    /// - Parameter learningRate: in place of what schedule and dials come to; 0 or more.
    public func optimStep(learningRate: Double? = nil) throws -> StepReport {
        try requireBegun()
        guard var update = pending else {
            throw TrainingError(
                .misuse, "There are no gradients to use; call forwardBackward first.")
        }
        let rate = learningRate ?? update.learningRate
        guard rate >= 0, rate.isFinite else {
            throw TrainingError(.misuse, "The learning rate is \(rate); give 0 or more.")
        }
        update.clock.resume()
        let outcome = update.measured.outcome
        let answer = try answer(update, learningRate: rate)
        if answer.skipReason == nil {
            parts.step.update(update.measured, learningRate: rate)
        }
        pending = nil
        advance(past: update.batch, outcome, isSkipped: answer.skipReason != nil)
        let report = try report(update, answer, rate)
        try attendToSchedule()
        return report
    }

    /// The peak rate times schedule and factor.
    private func learningRate() throws -> Double {
        let position = SchedulePosition(
            step: state.step, totalSteps: dials.totalSteps, tokens: state.tokens,
            totalTokens: dials.totalSteps * parts.plan.tokensAStep)
        return try dials.learningRate * configuration.schedule.factor(at: position)
            * dials.scheduleFactor
    }

    private func advance(past batch: Batch, _ outcome: TrainStep.Outcome, isSkipped: Bool) {
        isSaved = false
        state.step += 1
        state.tokens += batch.tokenCount
        state.lossTokens += batch.lossTokenCount
        state.loader = batch.stateAfter
        state.optimizerSteps = parts.optimizer.stepCount
        state.course.history.append(
            StepHistory.Entry(
                step: state.step, loss: outcome.loss, gradientNorm: outcome.gradientNorm,
                isSkipped: isSkipped))
        state.course.sourceLosses.merge(outcome.lossBySource.filter(\.value.isFinite)) {
            // A source may have few tokens in a step.
            0.9 * $0 + 0.1 * $1
        }
        state.course.begun = nil
        state.course.appliedEvents = []
    }

    private func report(
        _ update: PendingUpdate, _ answer: StepAnswer, _ rate: Double
    ) throws -> StepReport {
        let batch = update.batch
        let seconds = update.clock.elapsedSeconds
        if let reason = answer.skipReason { skipped[reason, default: 0] += 1 }
        var report = StepReport(
            step: state.step, totalSteps: dials.totalSteps, loss: update.measured.outcome.loss,
            gradientNorm: update.measured.outcome.gradientNorm,
            lossParts: update.measured.outcome.parts, pairs: update.measured.outcome.pairs,
            rollouts: update.numbers, learningRate: rate,
            tokens: batch.tokenCount, totalTokens: state.tokens,
            lossTokens: batch.lossTokenCount,
            tokensBySource: Dictionary(
                uniqueKeysWithValues: zip(batch.sources, batch.tokenCounts)),
            lossBySource: update.measured.outcome.lossBySource,
            isSkipped: answer.skipReason != nil, skipReason: answer.skipReason, seconds: seconds,
            // Writing answers is not counted as work.
            utilisation: parts.rollouts == nil ? gauge.utilisation(afterStepOf: seconds) : nil,
            rolledBackTo: answer.rolledBackTo, passedOver: batch.stateAfter.passedOver)
        if let desk {
            report.hookSeconds = desk.secondsSoFar
            desk.observe(.stepEnd(report))
            let account = desk.takeAccount()
            report.hookSeconds = account.seconds
            report.hookErrors = account.errors
            try noteCutOffs(step: state.step)
            report.isReplayable = state.course.replayBreak == nil
            try recorder.record(report, fields: account.fields)
        } else {
            try recorder.record(report)
        }
        if let samples, let sampler = parts.rollouts {
            try samples.record(
                update.rollouts, step: state.step, sampler, sources: batch.sources)
        }
        recordedStep = state.step
        observer.stepEnds(report)
        try attendToSaves()
        return report
    }
}
