import LuaRuntime
import Training

extension RolloutSettings {
    /// The recipe's `rollouts` and `rewards`; nil for methods without them.
    ///
    /// - Parameter reward: finds a reward where a plugin in use is named.
    /// - Throws: `ShapeFault`.
    init?(
        recipe table: CompleteTable, of method: Method,
        reward: (String, LuaPath) throws -> PluginReference, places: RecipePlaces
    ) throws {
        let key = LuaPath(["rollouts"])
        let given = table.optionalInner("rollouts")
        guard method == .reinforcement else {
            if given != nil { throw RunConfiguration.unused(key, but: "grpo") }
            if table["rewards"] != nil {
                throw RunConfiguration.unused(LuaPath(["rewards"]), but: "grpo")
            }
            return nil
        }
        let rewards = try Self.rewards(table, reward)
        let length = table.integer("sequence_length")
        self.init(rewards: rewards, maximumNewTokens: max(1, length / 2))
        if let given {
            perPrompt = given.integer("per_prompt")
            maximumNewTokens = given.optionalInteger("max_new_tokens") ?? maximumNewTokens
            scale = given.word("scale")
            averaging = given.word("average")
            beta = given.number("beta")
            textWeight = given.number("text_weight")
            reference = try given.optionalText("reference").map {
                try places.model($0, at: key.appending("reference"))
            }
        }
        guard maximumNewTokens < length else {
            throw ShapeFault(
                path: key.appending("max_new_tokens"),
                sentence: "\(maximumNewTokens) tokens of an answer leave its prompt no room in a "
                    + "sequence_length of \(length); lower the one or raise the other")
        }
        guard reference == nil || beta > 0 else {
            throw ShapeFault(
                path: key.appending("reference"),
                sentence: "beta is 0, so that nothing is measured from it; give a beta such as "
                    + "0.04, or leave the reference out")
        }
    }

    /// By their names' order, as a table of Lua's has none.
    private static func rewards(
        _ table: CompleteTable, _ reward: (String, LuaPath) throws -> PluginReference
    ) throws -> [Reward] {
        let key = LuaPath(["rewards"])
        guard let entries = table.optionalInner("rewards")?.table.fields, !entries.isEmpty else {
            throw ShapeFault(
                path: key,
                sentence: "method = \"grpo\" learns from what answers are worth; give functions "
                    + "of an answer by name, as in rewards = { right = function(ctx) return "
                    + "ctx.completion == ctx.row.answer and 1 or 0 end }")
        }
        var rewards: [Reward] = []
        for entry in entries {
            guard case .string(let text) = entry.key, let name = text.text, !name.isEmpty,
                !name.utf8.contains(where: { $0 < 32 || "./".utf8.contains($0) })
            else {
                throw ShapeFault(
                    path: key.appending(entry.key),
                    sentence: "a reward cannot be called so; give it a name without \".\" and "
                        + "\"/\"")
            }
            let path = key.appending(entry.key)
            var score = entry.value
            var weight = 1.0
            var door = "\(RolloutDeclarations.group).\(name)"
            var scorePath = path
            if case .table(let inner) = score {
                weight = CompleteTable(inner).number("weight")
                score = inner["score"] ?? .nil
                door += ".score"
                scorePath = path.appending("score")
            }
            var script = RecipeUnit.name
            if case .string(let named) = score {
                let found = try reward(named.description, scorePath)
                script = found.plugin
                door = "\(RolloutDeclarations.group).\(found.name)"
            }
            rewards.append(Reward(name: name, weight: weight, script: script, door: door))
        }
        return rewards.sorted { $0.name < $1.name }
    }
}
