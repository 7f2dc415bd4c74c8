import LuaRuntime
import Training

/// What a recipe says of a model's own answers: `rollouts` and `rewards`.
enum RolloutDeclarations {
    static let settings: Record = {
        let usual = RolloutSettings(rewards: [])
        return Record(
            noun: "rolling out",
            fields: [
                Field(
                    "per_prompt", .integer(2...1024), .value(.integer(Int64(usual.perPrompt))),
                    "answers to a prompt, which are held against one another"),
                Field(
                    "max_new_tokens", .integer(1...(1 << 20)), .none,
                    "the most tokens of an answer; by default half of sequence_length"),
                Field(
                    "scale", .choice(RolloutSettings.Scale.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.scale.rawValue))),
                    "what an answer's reward above its group's mean is divided by: the standard "
                        + "deviation of its group, that of the step, or nothing"),
                Field(
                    "average", .choice(RolloutSettings.Averaging.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.averaging.rawValue))),
                    "what the loss is a mean over: all answers' tokens alike (DAPO), answers (GRPO), "
                        + "or as many tokens as answers may have (Dr. GRPO)"),
                Field(
                    "beta", .number(.nonNegative), .value(.number(usual.beta)),
                    "what the divergence from the reference counts in the loss; 0 needs none"),
                Field(
                    "text_weight", .number(.nonNegative), .value(.number(usual.textWeight)),
                    "what the mean cross-entropy of everything else in the mix counts beside the "
                        + "answers"),
                Field(
                    "reference", .text, .none,
                    "the model that the divergence is measured from: a folder relative to the "
                        + "recipe, or a run's checkpoint; by default the one that the run begins from"
                ),
            ])
    }()

    /// The group of doors in which rewards stand.
    static let group = "rewards"

    /// What a reward is called with.
    static let facts = Record(
        noun: "rollout",
        fields: [
            Field("step", .integer(0 ... .max), .required, "steps made so far"),
            Field("source", .text, .required, "the source that the prompt is from"),
            Field(
                "row", .map(.any), .required,
                "the row that the prompt is from, with all its fields; what is null there is left out"),
            Field(
                "prompt", .bytes, .required, "what the model was given, special tokens spelled out"),
            Field("completion", .bytes, .required, "what it wrote"),
            Field(
                "tokens", .integer(0 ... .max), .required, "tokens of that, its end included"),
            Field(
                "finished", .boolean, .required,
                "whether the model ended the answer itself, and was not cut off"),
        ])

    /// What it answers.
    static let score = Shape.number(.finite)

    static let signature = Signature(
        parameters: [
            Field("ctx", .record(facts.with(HookPoint.own)), .required, "the model's answer")
        ], results: [Field("score", score, .required, "what it is worth")])

    /// One of a recipe's.
    static let reward = Shape.either([
        .function(signature), .text,
        .record(
            Record(
                noun: "reward",
                fields: [
                    Field(
                        "score", .either([.function(signature), .text]), .required,
                        "give a function of an answer, or the name of a plugin in use that has one"),
                    Field(
                        "weight", .number(.finite), .value(1.0), "its factor in the sum"),
                ])),
    ])
}
