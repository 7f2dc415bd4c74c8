import LuaRuntime
public import Training

/// Scripts that tell what a model's own answers are worth.
extension ScriptedHooks {
    public func rewards(of answers: [RolloutAnswer], by rewards: [Reward]) throws -> [[Double]] {
        // Each row goes over once, however many rewards look at it.
        let facts = try answers.map {
            try ScriptDispatch.payload(RunFacts.of($0, step: stepsMade))
        }
        // Answer by answer, so that the calls kept of a script are of all its rewards.
        return try facts.enumerated().map { index, facts in
            try rewards.map { reward in
                do {
                    return try score(facts, by: reward, occasion: "\(stepsMade) \(index)")
                } catch var error as ScriptingError {
                    error.message += " (the prompt is \(answers[index].place))"
                    throw error
                }
            }
        }
    }

    private func score(
        _ facts: LuaPayload, by reward: Reward, occasion: String
    ) throws -> Double {
        guard
            let slot = slots.first(where: {
                $0.name == reward.script && $0.unit.doors.function(reward.door) != nil
            })
        else {
            throw ScriptingError(
                .badValue,
                "the version of \(reward.script) that is in force has no \(reward.door), by which "
                    + "the recipe now judges answers; put the reward back to what it was, or go on "
                    + "with the file as it is by --resume --edited")
        }
        let question = ScriptQuestion(
            reward.door, facts, phase: .answer, occasion: occasion, run: run)
        let answer = try call(slot, reward.door, { question })
        // The door's shape lets finite numbers through, and nil.
        guard let score = answer.flatMap(ShapeCheck.number) else {
            throw slot.unit.badAnswer(
                "it gave no number; a reward tells what an answer is worth", of: reward.door)
        }
        return score
    }
}
