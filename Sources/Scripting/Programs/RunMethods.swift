import Checkpoints
import LuaRuntime
import Training

/// What a program does with a run that it opened.
enum RunMethods {
    /// What scripts call a run, in messages and in the reference.
    static let receiver = "run"
    /// Where the methods are kept in a state.
    static let module = "nightjar.Run"
    /// The functions beside which they stand in the reference.
    static let namespace = "run"
    static let shape = Shape.object("Run")

    static let all: [Binding] = stepping + looking + saving + ending

    private static let stepping: [Binding] = [
        method(
            "active", gives: [Field("active", .boolean, .required, "true while there is a step")],
            doc: "Says whether the run goes on: its budget is not used, and nobody has ended it. "
                + "After Ctrl-C it is false."
        ) { run, _ in [.boolean(run.isActive)] },
        method(
            "step", gives: [Field("report", .record(RunReports.step), .none, "as metrics have it")],
            doc: "Makes one step as the recipe says, with the evaluation and the checkpoint that "
                + "are due after it. Gives nil where the run ended before the step was made, as by "
                + "Ctrl-C. A source's tokens of the step are under tokens/SOURCE."
        ) { run, _ in
            try run.drive { trainer in
                try trainer.step().map { [RunReports.of($0, history: trainer.history)] } ?? [.nil]
            }
        },
        method(
            "forward_backward",
            gives: [Field("report", .record(RunReports.forward), .none, "before the update")],
            doc: "Makes the first half of a step: the next batch, its loss and its gradients. "
                + "Gives nil where the run ended before."
        ) { run, _ in
            try run.drive { [try $0.forwardBackward().map(RunReports.of) ?? .nil] }
        },
        method(
            "optim_step",
            [
                Field(
                    "options",
                    .record(
                        Record(
                            noun: "optim step options",
                            fields: [
                                Field(
                                    "lr", .number(.nonNegative), .none,
                                    "in place of what schedule and dials come to")
                            ])), .none, "how the weights move")
            ],
            gives: [Field("report", .record(RunReports.step), .required, "as metrics have it")],
            doc: "Makes the second half of a step: moves the weights and does what is due after "
                + "it."
        ) { run, call in
            let rate = options(call)?.optionalNumber("lr")
            return try run.drive { trainer in
                let report = try trainer.optimStep(learningRate: rate)
                return [RunReports.of(report, history: trainer.history)]
            }
        },
    ]

    private static let saving: [Binding] = [
        method(
            "save", [Field("stage", .choice(stages), .none, "a name that points at it")],
            gives: [Field("checkpoint", .text, .required, "its name")],
            doc: "Saves a checkpoint of the steps made, as one that rollbacks may go to."
        ) { run, call in
            let stage = call.isGiven("stage") ? call.text("stage") : nil
            return [LuaNode(try run.drive { try $0.save(stage: stage) })]
        },
        method(
            "rollback",
            [Field("options", .record(rollbackOptions), .none, "where to")],
            gives: [Field("report", .record(RunReports.rollback), .required, "where it went")],
            doc: "Puts weights and optimizer back to those of a checkpoint and goes on from there "
                + "with new data. Steps keep rising and dials stay. The recipe's on.max_rollbacks "
                + "holds."
        ) { run, call in
            let options = options(call)
            return [
                RunReports.of(
                    try run.rollback(
                        to: try options?["to"].map { try checkpointStep($0, call) },
                        reason: options?.optionalText("reason") ?? "",
                        most: options?.optionalInteger("max_rollbacks")))
            ]
        },
        method(
            "set", [Field("dials", .map(.any), .required, "values by path: optimizer.lr = 1e-4")],
            doc: "Turns dials between two steps; all, or, where one is refused, none. false and "
                + "\"none\" switch off what can be."
        ) { run, call in
            let changes = try call.table("dials").fields.map { field in
                guard case .string(let path) = field.key, let value = DialValue(field.value) else {
                    throw ShapeFault(
                        path: LuaPath(["dials", field.key]),
                        sentence: "expected a number, false or \"none\", got "
                            + field.value.summary)
                }
                return DialChange(path: path.description, value: value, origin: "program")
            }
            try run.drive { try $0.setDials(changes) }
            return []
        },
    ]

    private static let ending: [Binding] = [
        method(
            "finish",
            gives: [Field("summary", .record(RunReports.summary), .required, "how it ended")],
            doc: "Saves what is not saved, ends the run and lets go of its model. A run whose "
                + "budget is not used can be resumed."
        ) { run, _ in [RunReports.of(try run.finish())] }
    ]

    private static let stages = Stage.allCases.map(\.rawValue)

    private static let rollbackOptions = Record(
        noun: "rollback options",
        fields: [
            Field(
                "to", .either([.integer(0 ... .max), .text]), .none,
                "the step or the name of a checkpoint; by default the last that was made"),
            Field("reason", .bytes, .none, "for the journal"),
            Field(
                "max_rollbacks", .integer(0...1000), .none,
                "fails where the program has made so many already"),
        ])

    static func options(_ call: BindingCall) -> CompleteTable? {
        call.isGiven("options") ? CompleteTable(call.table("options")) : nil
    }

    private static func checkpointStep(_ node: LuaNode, _ call: BindingCall) throws -> Int {
        if let step = ShapeCheck.integer(node) { return step }
        guard case .string(let name) = node, let step = CheckpointName.step(of: name.description)
        else {
            throw ShapeFault(
                path: LuaPath(["options", "to"]),
                sentence: "expected a step, or a checkpoint's name such as step-000100; got "
                    + node.summary)
        }
        return step
    }

    static func method(
        _ name: String, _ parameters: [Field] = [], gives results: [Field] = [], doc: String,
        body: @escaping @Sendable (OpenRun, BindingCall) throws -> [LuaNode]
    ) -> Binding {
        var binding = Binding(
            "Run.\(name)", parameters, gives: results, phases: [.program], doc: doc
        ) { call in
            guard let run = call.object as? OpenRun else {
                preconditionFailure("objects of type run are runs")
            }
            return try body(run, call)
        }
        binding.receiver = receiver
        return binding
    }
}
