import LuaRuntime
import Telemetry

/// What a plugin's file returns: a table whose keys are the doors it opens.
enum PluginManifest {
    /// The version of this table that plugins are written for.
    static let api = 1

    static let record = Record(
        noun: "plugin",
        fields: [
            Field("name", .text, .required, "the name of its folder"),
            Field("api", .integer(1...1), .required, "the version it is written for: 1"),
            Field("summary", .text, .required, "one sentence: what it does for a run"),
            Field(
                "needs", .array(.text), .none,
                "capabilities it cannot do without: \"clock\", \"files:read:PATH\", "
                    + "\"env:NAME\", \"network:HOST\""),
            Field(
                "requires", .array(.text), .none,
                "plugins that must be in use before it; they open first"),
            Field(
                "settings", .map(.plain), .none,
                "what a recipe may change, each with its default; a change keeps the type"),
            Field("hooks", .record(HookCatalogue.record), .none, "handlers on a run's timeline"),
            Field(
                "curricula", .map(.function(Curriculum.signature)), .none,
                "functions asked between steps which dials to turn"),
            Field(
                "rewards", .map(.function(RolloutDeclarations.signature)), .none,
                "functions that tell what a model's answer is worth, for a recipe's rewards"),
            Field(
                "schedules", .map(.function(ScheduleDeclarations.pluginSignature)), .none,
                "functions of progress that give what the learning rate is multiplied with, for a "
                    + "recipe's schedule"),
            Field(
                "chat_templates",
                .map(.either([.text, .function(PluginChatTemplate.signature)])), .none,
                "chat templates in Jinja, or functions that make them of the settings, for a "
                    + "recipe's chat_template"),
            Field(
                "examples", .array(.record(example)), .none,
                "calls with their answers: the self-test that runs before it is used"),
            Field(
                "save", .function(Signature(results: [Field("state", .map(.any), .required, "")])),
                .none, "gives memory kept elsewhere than in ctx.state, at every checkpoint"),
            Field(
                "load",
                .function(Signature(parameters: [Field("state", .map(.any), .required, "")])),
                .none, "takes what save gave, when a run is resumed"),
        ],
        unsupported: Dictionary(
            uniqueKeysWithValues: [
                "environments", "losses", "policies", "sources", "probes",
            ].map { ($0, "this door is not supported in this version; remove it") }))

    /// One self-test.
    private static let example = Record(
        noun: "plugin example",
        fields: [
            Field(
                "call", .text, .required,
                "which function: \"hooks.on_step_end\", \"curricula.NAME\", \"rewards.NAME\", "
                    + "\"schedules.NAME\", \"chat_templates.NAME\""),
            Field("with", .any, .none, "what it is called with; facts left out are zero"),
            Field("settings", .map(.plain), .none, "settings other than the defaults"),
            Field("state", .map(.plain), .none, "the memory it begins with"),
            Field("gives", .plain, .none, "the answer it must give"),
            Field("leaves", .map(.plain), .none, "the memory it must leave"),
        ])
}

extension PluginManifest {
    /// Characters of the longest summary.
    static let longestSummary = 500
    /// How many calls a self-test may make.
    static let mostExamples = 100

    /// Checks what the manifest's shape does not say: names, capabilities, lengths.
    ///
    /// - Throws: `ScriptingError` with file, line and key.
    static func check(_ loaded: PluginLoader.Loaded, of source: PluginSource) throws {
        do {
            try check(summary: loaded.summary)
            try check(needs: loaded.needs)
            try check(requires: loaded.requires, of: source.name)
            try check(named: PluginSchedule.group, "schedule", in: loaded)
            try check(named: RolloutDeclarations.group, "reward", in: loaded)
            try check(named: PluginChatTemplate.group, "chat template", in: loaded)
            try check(examples: loaded.manifest["examples"])
        } catch let fault as ShapeFault {
            let main = loaded.unit.files.first { $0.module == nil }
            throw ScriptingError(
                .badValue, fault.sentence, path: source.path,
                line: main.flatMap { SourceMap($0.bytes).line(of: fault.linePath) },
                keyPath: fault.place)
        }
    }

    private static func check(summary: String) throws {
        let count = summary.unicodeScalars.count
        guard count <= longestSummary else {
            throw ShapeFault(
                path: LuaPath(["summary"]),
                sentence: "the summary has \(count) characters and \(longestSummary) are the most; "
                    + "write one sentence")
        }
        guard PrintableText.line(summary) == summary, !summary.utf8.contains(0x09) else {
            throw ShapeFault(
                path: LuaPath(["summary"]),
                sentence: "the summary is one line without control characters, got "
                    + "\"\(PrintableText.line(summary))\"")
        }
    }

    private static func check(needs: [String]) throws {
        for (index, need) in needs.enumerated() {
            do { _ = try Capability(need) } catch let fault as ShapeFault {
                throw ShapeFault(
                    path: LuaPath(["needs", .integer(Int64(index + 1))]),
                    sentence: PrintableText.line(fault.sentence))
            }
        }
    }

    private static func check(requires: [String], of name: String) throws {
        for (index, other) in requires.enumerated() {
            let path = LuaPath(["requires", .integer(Int64(index + 1))])
            guard PluginLookup.isName(other) else {
                throw ShapeFault(
                    path: path,
                    sentence: "\"\(PrintableText.line(String(other.prefix(100))))\" cannot name a "
                        + "plugin; write letters, digits, _ and -")
            }
            guard other != name else {
                throw ShapeFault(
                    path: path, sentence: "\(name) cannot come before itself; take it out")
            }
        }
    }

    /// A recipe writes what it names of a plugin as `PLUGIN/NAME`.
    private static func check(
        named group: String, _ kind: String, in loaded: PluginLoader.Loaded
    ) throws {
        guard case .table(let table)? = loaded.manifest[group] else { return }
        for field in table.fields {
            guard case .string(let key) = field.key else { continue }
            let name = key.description
            guard name.isEmpty || name.utf8.contains(UInt8(ascii: "/")) else { continue }
            throw ShapeFault(
                path: LuaPath([.string(LuaString(group))]),
                sentence: "\"\(PrintableText.line(name))\" cannot name a \(kind): a name is not "
                    + "empty and holds no \"/\"")
        }
    }

    private static func check(examples: LuaNode?) throws {
        guard case .table(let table)? = examples, table.array.count > mostExamples else { return }
        throw ShapeFault(
            path: LuaPath(["examples"]),
            sentence: "there are \(table.array.count) examples and \(mostExamples) are the most; "
                + "move the others into the spec")
    }
}

/// A function that is asked between steps which dials to turn.
enum Curriculum {
    static let facts = Record(
        noun: "progress",
        fields: [
            Field("step", .integer(0 ... .max), .required, "steps made so far"),
            Field("total_steps", .integer(0 ... .max), .required, "steps to make in all"),
            Field("progress", .number(.share), .required, "the share of the run done"),
            Field("tokens", .integer(0 ... .max), .required, "input tokens so far"),
            Field("loss", .number(.finite), .none, "of the last step"),
            Field(
                "loss_by_source", .map(.number(.finite)), .none,
                "in a mix, averaged over about the last ten steps that drew from the source"),
            Field("held_out_loss", .number(.finite), .none, "the last that was measured"),
            Field("held_out_step", .integer(0 ... .max), .none, "the step it was measured at"),
            Field(
                "held_out_by_source", .map(.number(.finite)), .none, "the same by source"),
            Field("first_held_out_loss", .number(.finite), .none, "measured at step 0"),
            Field("best_held_out_loss", .number(.finite), .none, "the lowest so far"),
            ProbeHookPoint.probes, ProbeHookPoint.start,
            Field(
                "dials", .map(.any), .required,
                "every dial with its value now, by path: \"optimizer.lr\""),
        ])

    /// Values by path: numbers, or "none" where a dial takes it.
    static let answer = Shape.map(
        .either([.number(.finite), .choice(["none"]), .boolean]))

    static let signature = Signature(
        parameters: [
            Field("ctx", .record(facts.with(HookPoint.own)), .required, "where the run stands")
        ],
        results: [
            Field(
                "dials", answer, .none,
                "new values by path; a dial left out stays, and nil changes nothing")
        ])
}
