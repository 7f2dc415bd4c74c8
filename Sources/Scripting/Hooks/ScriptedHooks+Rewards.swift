import LuaRuntime
public import Training

/// Scripts that tell what a model's own answers are worth.
extension ScriptedHooks {
    public func rewards(of answers: [RolloutAnswer], by rewards: [Reward]) throws -> [[Double]] {
        // Each row goes over once, however many rewards look at it.
        let facts = try answers.map {
            try ScriptDispatch.payload(RunFacts.of($0, step: stepsMade))
        }
        var scores = answers.map { _ in [Double]() }
        for reward in rewards {
            guard
                let slot = slots.first(where: {
                    $0.name == reward.script && $0.unit.doors.function(reward.door) != nil
                })
            else { throw TrainingError.unscored(reward.door) }
            for (index, facts) in facts.enumerated() {
                let question = ScriptQuestion(
                    reward.door, facts, phase: .answer, occasion: "\(stepsMade) \(index)", run: run)
                let answer = try call(slot, reward.door, { question })
                // The door's shape lets finite numbers through, and nil.
                guard let score = answer.flatMap(ShapeCheck.number) else {
                    throw slot.unit.badAnswer(
                        "it gave no number; a reward tells what an answer is worth",
                        of: reward.door)
                }
                scores[index].append(score)
            }
        }
        return scores
    }
}
