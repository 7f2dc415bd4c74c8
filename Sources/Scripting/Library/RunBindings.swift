import LuaRuntime

/// `nj.run`: what a script may know of its run.
enum RunBindings {
    static let all: [Binding] = [
        Binding(
            "run.get", gives: [Field("run", .record(facts), .required, "the run, as it is now")],
            phases: [.hook, .test],
            doc: "Gives the facts of the run that the script works in.",
            examples: ["nj.run.get().step >= 0"]
        ) { call in
            guard let run = call.context.run else {
                throw ShapeFault(path: LuaPath(), sentence: "there is no run here")
            }
            return [LuaNode(run)]
        }
    ]

    /// What `run.get` gives.
    static let facts = Record(
        noun: "run facts",
        fields: [
            Field("name", .text, .required, "the recipe's name for the run"),
            Field("seed", .integer(0 ... .max), .required, "where every random stream begins"),
            Field("step", .integer(0 ... .max), .required, "steps made"),
            Field("total_steps", .integer(0 ... .max), .required, "steps to make in all"),
            Field("tokens", .integer(0 ... .max), .required, "input tokens so far"),
            Field("progress", .number(.share), .required, "the share of the run done"),
        ])
}
