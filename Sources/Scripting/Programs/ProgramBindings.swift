import LuaRuntime
import Training

/// What only programs do: open runs, read them, write files.
enum ProgramBindings {
    static let all: [Binding] = [open, read, list, save] + PlotBindings.all

    private static let open = Binding(
        "run.open",
        [
            Field(
                "recipe", .either([.text, .any]), .required,
                "a recipe's path, relative to the script or else to the working folder, or "
                    + "nj.recipe { ... }"),
            Field("options", .record(openOptions), .none, "what differs from the recipe"),
        ],
        gives: [Field("run", RunMethods.shape, .required, "its methods are called with a colon")],
        phases: [.program],
        doc: "Opens a run, as `nightjar train` does, and leaves every step to the script. Several "
            + "may be open side by side. A run that is still open when the script ends is saved."
    ) { call in
        let session = try session(call)
        guard !StopSignal.isRequested else { throw StoppedProgram() }
        let options = RunMethods.options(call)
        let resumes = options?["resume"]?.isTrue ?? false
        let isFresh = options?["fresh"]?.isTrue ?? false
        guard !(resumes && isFresh) else {
            throw call.fault("options", "resume and fresh contradict each other; give one")
        }
        let recipe = try session.recipe(
            call.node("recipe"), set: options?.optionalInner("set")?.table ?? LuaTable(),
            name: options?.optionalText("name"), out: options?.optionalText("out"),
            isFresh: isFresh, resumes: resumes)
        let run = try session.open(
            recipe, resumes: resumes,
            isQuiet: options?["quiet"]?.isTrue ?? false)
        return [.object(LuaObject(typeName: RunMethods.receiver, value: run))]
    }

    private static let openOptions = Record(
        noun: "run options",
        fields: [
            Field(
                "set", .map(.any), .none,
                "keys of the recipe by path, as --set has them: [\"batch.size\"] = 4"),
            Field("name", .text, .none, "in place of the recipe's name"),
            Field("out", .text, .none, "in place of the recipe's run folder"),
            Field("resume", .boolean, .value(false), "goes on from the newest whole checkpoint"),
            Field(
                "fresh", .boolean, .value(false),
                "takes the name NAME-2, NAME-3 and so on where there is such a run already"),
            Field("quiet", .boolean, .value(false), "shows no progress"),
        ])

    private static let read = Binding(
        "run.read",
        [Field("folder", .text, .required, "a run's folder, relative to the working folder")],
        gives: [
            Field("run", .record(runRecord), .none, "nil and a message where there is no run")
        ], phases: [.program],
        doc: "Reads what a run has recorded, finished or not."
    ) { call in
        let session = try session(call)
        let records = RunRecords(session.places.output(call.text("folder")), call.context)
        guard records.isRun else { throw Refusal("\(call.text("folder")) is no run's folder") }
        return [
            .table(
                LuaTable([
                    "path": LuaNode(records.path), "metrics": LuaNode(list: try records.metrics()),
                    "events": LuaNode(list: try records.events()),
                    "config": try records.configuration(),
                    "checkpoints": LuaNode(list: records.checkpoints().map { LuaNode($0) }),
                ]))
        ]
    }

    private static let runRecord = Record(
        noun: "run record",
        fields: [
            Field("path", .text, .required, "absolute"),
            Field(
                "metrics", .array(.map(.any)), .required,
                "the lines of metrics.jsonl; their type is run, step, evaluation or dial"),
            Field("events", .array(.map(.any)), .required, "the lines of events.jsonl"),
            Field("config", .map(.any), .none, "every key in force, as resolved.json has it"),
            Field("checkpoints", .array(.text), .required, "their names, oldest first"),
        ])

    private static let list = Binding(
        "run.list",
        [Field("folder", .text, .value("runs"), "relative to the working folder")],
        gives: [Field("folders", .array(.text), .required, "for nj.run.read, sorted")],
        phases: [.program],
        doc: "Gives the runs that stand in a folder; none where there is no such folder."
    ) { call in
        let session = try session(call)
        let folder = call.text("folder")
        return [
            LuaNode(
                list: RunRecords.folders(in: session.places.output(folder)).map {
                    LuaNode(folder + "/" + $0)
                })
        ]
    }

    private static let save = Binding(
        "file.save",
        [
            Field("name", .text, .required, "relative to --out; folders are made"),
            Field("text", .bytes, .required, "the whole content"),
        ],
        gives: [Field("path", .text, .none, "nil and a message where it cannot be written")],
        phases: [.program],
        doc: "Writes a file below the folder that `nightjar run --out` names, whole or not at all. "
            + "Without --out it gives nil and a message."
    ) { call in
        guard let folder = try session(call).host.outputFolder else {
            throw Refusal("there is no folder to write to; name one with --out DIR")
        }
        let path = try OutputFolder(folder).save(
            try call.paidBytes("text"), as: call.text("name"))
        return [LuaNode(path)]
    }

    private static func session(_ call: BindingCall) throws -> ProgramSession {
        guard let session = call.context.program else {
            throw ShapeFault(path: LuaPath(), sentence: "there is no program here")
        }
        return session
    }
}
