import Corpora
import Naming

/// What answers of a step that is not made yet are worth, as far as scripts were asked.
struct GivenRewards: Codable, Sendable {
    /// Which answers and which rewards they are of.
    let key: String
    /// For each answer so far one number a reward.
    var values: [[Double]] = []
}

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
            // Answers from before a stop are the same again, unless the recipe has changed.
            let key = sampler.key(of: rollouts)
            var given =
                begun.rewards.flatMap { $0.key == key ? $0 : nil } ?? GivenRewards(key: key)
            begun.hasFailed = try !surviving("rewards") {
                defer { begun.rewards = given }
                try judge(rollouts, sampler, sources: batch.sources, into: &given)
                guard given.values.count == rollouts.count else { return }
                Advantages.give(given.values, to: &rollouts, sampler.settings)
                try checkRange(of: rollouts)
            }
            state.course.begun = begun
            if !begun.hasFailed, given.values.count < rollouts.count { return nil }
        }
        if begun.hasFailed { rollouts = [] }
        // Without a reference nothing is learned of an answer that is worth as much as the others.
        let settings = sampler.settings
        let learned = rollouts.indices.filter {
            rollouts[$0].advantage != 0 || settings.beta > 0
        }
        return (
            batch.replacingPrompts(
                sampler.rows.has(source:), by: rollouts, learned,
                keepsText: settings.textWeight > 0), rollouts
        )
    }

    /// Asks about the answers that nobody was asked about yet, those to one prompt at a time, until
    /// the run is to stop.
    private func judge(
        _ rollouts: [Rollout], _ sampler: RolloutSampler, sources: [String],
        into given: inout GivenRewards
    ) throws {
        let rewards = sampler.settings.rewards
        for group in Advantages.groups(of: rollouts) where group.lowerBound >= given.values.count {
            if isStopped { return }
            guard let desk else { throw TrainingError.unscored(rewards.first?.door ?? "rewards") }
            let answers = sampler.answers(Array(rollouts[group]), sources: sources)
            let own = try desk.call { try $0.rewards(of: answers, by: rewards) }
            guard own.count == answers.count,
                own.allSatisfy({ $0.count == rewards.count && $0.allSatisfy(\.isFinite) })
            else {
                throw TrainingError(
                    .badAnswer,
                    "The rewards of step \(state.step + 1) are not a finite number for each of "
                        + "\(answers.count) answers and each of the \(rewards.count) rewards.")
            }
            given.values += own
        }
    }

    /// Throws where rewards are finite one by one, and what they come to is not.
    private func checkRange(of rollouts: [Rollout]) throws {
        let rewards = rollouts.map(\.reward)
        guard rollouts.allSatisfy({ $0.advantage.isFinite }), Spread(rewards).deviation.isFinite else {
            throw TrainingError(
                .badAnswer,
                "The rewards of step \(state.step + 1) come to more than can be counted: answers are "
                    + "worth \(rewards.min() ?? 0) to \(rewards.max() ?? 0), each reward times its "
                    + "weight. Lower what they give, or their weights.")
        }
    }

    /// What the answers of a step came to; nil where there are none.
    func numbers(of rollouts: [Rollout], _ outcome: TrainStep.Outcome) -> RolloutNumbers? {
        guard let sampler = parts.rollouts, !rollouts.isEmpty else { return nil }
        return RolloutNumbers(
            rollouts, sampler.settings, outcome.policy, hasReference: parts.reference != nil)
    }
}

extension RolloutSampler {
    /// Names the answers, and by what they are judged.
    fileprivate func key(of rollouts: [Rollout]) -> String {
        let hasher = ContentHasher()
        for reward in settings.rewards {
            hasher.update("\(reward.name)\u{0}\(reward.script)\u{0}\(reward.door)\u{0}")
        }
        for rollout in rollouts {
            hasher.update("\(rollout.source) \(rollout.document) \(rollout.promptCount) ")
            rollout.ids.withUnsafeBytes { hasher.update($0) }
        }
        return hasher.finish().hex
    }
}
