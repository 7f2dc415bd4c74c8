import Checkpoints
import Optimizers
import Telemetry

extension RunConfiguration {
    /// The stage that a finished run is at.
    ///
    /// A run that begins a model's life and ends with a decay has gone through `pre`, where the
    /// decay began, and is at `mid` (Hu et al. 2024); every other ends as the stage it is.
    public var endStage: Stage {
        guard stage == .pre, case .warmupStableDecay(let schedule) = schedule, schedule.hasDecay
        else { return stage }
        return .mid
    }

    /// The steps made when the constant stretch of a run at `pre` ends; nil for every other run.
    public func stableEnd(_ plan: RunPlan) -> Int? {
        stableEnd(totalSteps: plan.totalSteps, tokensAStep: plan.tokensAStep)
    }

    func stableEnd(totalSteps: Int, tokensAStep: Int) -> Int? {
        guard stage == .pre, case .warmupStableDecay(let schedule) = schedule else { return nil }
        return schedule.decayStart(
            totalSteps: totalSteps, totalTokens: totalSteps * tokensAStep)
    }
}

extension Trainer {
    /// Whether the decay is next and no checkpoint says so yet.
    ///
    /// A run that is made longer leaves its decay again, and comes by once more.
    func stageIsDue() -> Bool {
        let stretch = configuration.stableEnd(
            totalSteps: dials.totalSteps, tokensAStep: parts.plan.tokensAStep)
        guard let end = stretch else { return false }
        guard state.step >= end else {
            state.course.stableEnd = nil
            return false
        }
        return state.course.stableEnd == nil && state.step < dials.totalSteps && !isNamed(.pre)
    }

    /// Writes down that a stage points at the checkpoint of the steps made.
    func journal(_ stage: Stage) throws {
        try recorder.event(
            "stage", step: state.step,
            [
                "name": .string(stage.rawValue),
                "checkpoint": .string(CheckpointName.of(step: state.step)),
            ])
    }

    /// Lets the stage that the finished run is at point at its last checkpoint.
    func nameEnd() throws { try point(configuration.endStage) }

    /// Sets right what a kill between a checkpoint and its stage's name left undone.
    func mendStages() throws {
        guard state.step > 0, state.course.stableEnd == state.step, isSaved else { return }
        try point(.pre)
    }

    /// Whether a program has said itself what a stage is.
    private func isNamed(_ stage: Stage) -> Bool {
        state.course.namedStages?.contains(stage.rawValue) ?? false
    }

    private func point(_ stage: Stage) throws {
        guard !isNamed(stage) else { return }
        let name = CheckpointName.of(step: state.step)
        guard try folder.store.stages.target(of: stage.rawValue) != name else { return }
        try journal(stage)
        try folder.store.stages.point(stage.rawValue, at: name)
        observer.stageIsReached(stage, checkpoint: name, step: state.step)
    }
}
