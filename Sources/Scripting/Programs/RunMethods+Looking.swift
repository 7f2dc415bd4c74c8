import LuaRuntime
import Training

extension RunMethods {
    /// What tells of a run and changes nothing that it learns.
    static let looking: [Binding] = [
        method(
            "evaluate",
            gives: [Field("held_out", .record(RunReports.heldOut), .none, "and its parts")],
            doc: "Scores held-out text now, as the recipe's own evaluations do, and records it. "
                + "Gives nil where no text is held out, and after Ctrl-C."
        ) { run, _ in try run.drive { [try $0.evaluate().map(RunReports.of) ?? .nil] } },
        method(
            "sample", [Field("options", .record(sampleOptions), .none, "what and how")],
            gives: [Field("text", .bytes, .required, "what follows the prompt")],
            doc: "Continues a text with the model as it is between two steps. Equal seeds give "
                + "equal texts; nothing of it touches the run's own random streams."
        ) { run, call in
            let options = options(call)
            let request = RunSample(
                prompt: options?.optionalText("prompt") ?? "",
                maximumNew: options?.optionalInteger("max_new") ?? 64,
                temperature: options?.optionalNumber("temperature") ?? 0.8,
                topK: options?.optionalInteger("top_k") ?? 0,
                topP: options?.optionalNumber("top_p") ?? 1,
                seed: UInt64(options?.optionalInteger("seed") ?? 0))
            return [LuaNode(try run.drive(request.text))]
        },
        method(
            "dials", gives: [Field("dials", .map(.any), .required, "values by path")],
            doc: "Gives every dial with its value now; what is switched off is \"none\"."
        ) { run, _ in
            let fields = try run.drive(\.dialValues).map { dial, value in
                LuaTable<LuaNode>.Field(
                    key: .string(LuaString(dial.path)), value: LuaNode(LuaValue(value)))
            }
            return [.table(LuaTable(fields: fields))]
        },
        method(
            "metrics",
            gives: [Field("rows", .array(.map(.any)), .required, "oldest first")],
            doc: "Gives the lines of the run's metrics so far; their type is run, step, "
                + "evaluation or dial."
        ) { run, call in
            [LuaNode(list: try RunRecords(run.path, call.context).metrics())]
        },
        method(
            "step_count", gives: [Field("steps", .integer(0 ... .max), .required, "steps made")],
            doc: "Gives how many steps are made."
        ) { run, _ in [LuaNode(run.stepsMade)] },
        method(
            "total_steps",
            gives: [Field("steps", .integer(0 ... .max), .required, "the last step")],
            doc: "Gives the step that the run ends at."
        ) { run, _ in [LuaNode(run.totalSteps)] },
        method(
            "name", gives: [Field("name", .text, .required, "the recipe's")],
            doc: "Gives the run's name."
        ) { run, _ in [LuaNode(run.name)] },
        method(
            "path", gives: [Field("path", .text, .required, "absolute")],
            doc: "Gives the run's folder."
        ) { run, _ in [LuaNode(run.path)] },
    ]

    private static let sampleOptions = Record(
        noun: "sample options",
        fields: [
            Field("prompt", .bytes, .none, "the text to continue; by default a document's start"),
            Field("max_new", .integer(1...(1 << 20)), .value(64), "tokens at most"),
            Field(
                "temperature", .number(.nonNegative), .value(0.8),
                "0 takes the likeliest token, 1 samples as the model predicts"),
            Field(
                "top_k", .integer(0...(1 << 24)), .value(0),
                "samples among so many of the likeliest; 0 takes all"),
            Field(
                "top_p", .number(.share), .value(1.0),
                "samples among the likeliest that reach this share together"),
            Field("seed", .integer(0 ... .max), .value(0), "equal seeds give equal texts"),
        ])
}
