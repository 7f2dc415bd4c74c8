import Corpora

extension Trainer {
    /// Has the model answer the batch's prompts and asks what the answers are worth, once a step.
    ///
    /// - Returns: the batch with the answers in place of the prompts, and all of the answers; nil
    ///   where the run was asked to stop on the way.
    func rollOut(_ batch: Batch) throws -> (batch: Batch, rollouts: [Rollout])? {
        guard let sampler = parts.rollouts else { return (batch, []) }
        var begun = state.course.begun ?? BegunStep()
        var rollouts: [Rollout] = []
        if !begun.hasFailed {
            let written = try sampler.rollouts(
                from: batch, by: parts.model, isStopped: { isStopped })
            guard let written else { return nil }
            rollouts = written
            // Answers from before a stop are the same again, unless the recipe's batch has changed.
            if begun.rewards?.count != rollouts.count {
                begun.rewards = nil
                begun.hasFailed = try !surviving("rewards") {
                    begun.rewards = try rewards(of: rollouts, sampler, sources: batch.sources)
                }
            }
            state.course.begun = begun
        }
        if let rewards = begun.rewards {
            Advantages.give(rewards, to: &rollouts, sampler.settings)
        } else {
            rollouts = []
        }
        // Without a reference nothing is learned of an answer that is worth as much as the others.
        let learned = rollouts.indices.filter {
            rollouts[$0].advantage != 0 || sampler.settings.beta > 0
        }
        return (
            batch.replacingPrompts(
                sampler.rows.has(source:), by: rollouts, learned), rollouts
        )
    }

    private func rewards(
        of rollouts: [Rollout], _ sampler: RolloutSampler, sources: [String]
    ) throws -> [[Double]] {
        guard !rollouts.isEmpty else { return [] }
        let rewards = sampler.settings.rewards
        guard let desk else { throw TrainingError.unscored(rewards.first?.door ?? "rewards") }
        let answers = sampler.answers(rollouts, sources: sources)
        let given = try desk.call { try $0.rewards(of: answers, by: rewards) }
        guard given.count == answers.count,
            given.allSatisfy({ $0.count == rewards.count && $0.allSatisfy(\.isFinite) })
        else {
            throw TrainingError(
                .badAnswer,
                "The rewards of step \(state.step + 1) are not a finite number for each of its "
                    + "\(answers.count) answers and each of the \(rewards.count) rewards.")
        }
        return given
    }

    /// What the answers of a step came to; nil where there are none.
    func numbers(of rollouts: [Rollout], _ outcome: TrainStep.Outcome) -> RolloutNumbers? {
        guard let sampler = parts.rollouts, !rollouts.isEmpty else { return nil }
        return RolloutNumbers(
            rollouts, sampler.settings, outcome.policy, hasReference: parts.reference != nil)
    }
}
