import LuaRuntime

/// `nj.test`: what specs are written with.
enum TestBindings {
    private static let phases: Set<ScriptPhase> = [.test]
    private static let name = Field("name", .text, .required, "what it is about, in words")
    private static let body = Field("body", .function(Signature()), .required, "run at once")
    private static let test = Field(
        "body", .function(Signature()), .required, "run once the file has ended")

    /// Seconds from its beginning that the fake clock can be moved: beyond, fractions get lost.
    private static let furthest = 1e12

    static let all: [Binding] = [
        Binding(
            "test.describe", [name, body], phases: phases,
            doc: "Groups tests under a name; groups may stand inside groups."
        ) { call in
            try session(call).describe(call.text("name"), function(call, "body"))
            return []
        },
        Binding(
            "test.it", [name, test], phases: phases,
            doc: "Is one test. It fails where its body raises or spends its budget, which is its "
                + "own; the next one runs all the same."
        ) { call in
            try session(call).it(call.text("name"), function(call, "body"))
            return []
        },
        Binding(
            "test.before_each",
            [Field("body", .function(Signature()), .required, "run before each of them")],
            phases: phases,
            doc: "Runs a function before each test of the group that follows in it."
        ) { call in
            try session(call).beforeEach(function(call, "body"))
            return []
        },
        Binding(
            "test.expect", [Field("value", .any, .none, "what the test got")],
            gives: [
                Field("matchers", .record(SpecMatchers.record), .required, "called with a dot")
            ],
            phases: phases, doc: "Gives the matchers of a value.", ignoresMore: true
        ) { call in
            guard let expect = try session(call).expect else {
                preconditionFailure("a spec's state has its matchers")
            }
            return try expect.callNodes([call.node("value")])
        },
        Binding(
            "test.call",
            [
                Field("door", .text, .required, "such as \"hooks.on_step_end\""),
                Field(
                    "facts", .map(.any), .none, "what it is called with; facts left out are zero"),
                Field("options", .record(options), .none, "where it begins"),
            ],
            gives: [
                Field("answer", .any, .none, "what it answered"),
                Field("state", .map(.any), .required, "the memory it left"),
                Field("notes", .record(notes), .required, "what it logged and measured"),
            ], phases: phases,
            doc: "Calls a function of the plugin under test as a run would, in a fresh state."
        ) { call in try answer(call) },
        Binding(
            "test.advance",
            [Field("seconds", .number(.nonNegative), .required, "how far")], phases: phases,
            doc: "Moves the fake clock that specs and the plugin under test see."
        ) { call in
            let (clock, seconds) = (try session(call).clock, call.number("seconds"))
            guard clock.monotonic + seconds <= furthest else {
                throw ShapeFault(
                    path: LuaPath(),
                    sentence: "the fake clock stands at \(clock.monotonic) seconds and goes no "
                        + "further than \(furthest); advance it by less")
            }
            clock.advance(seconds: seconds)
            return []
        },
        Binding(
            "test.network",
            [
                Field(
                    "answers", .map(.record(networkAnswer)), .required,
                    "by address, in the place of those given before")
            ], phases: phases,
            doc:
                "Says what nj.http is answered in this spec, and by the plugin under test; nothing "
                + "is sent."
        ) { call in
            try session(call).network.answers = answers(call.table("answers"))
            return []
        },
    ]

    private static let networkAnswer = Record(
        noun: "fake answer",
        fields: [
            Field("status", .integer(100...999), .value(200), "such as 404"),
            Field("body", .bytes, .value(""), "what is sent back"),
            Field("headers", .map(.text), .none, "by name"),
            Field("error", .text, .none, "the message where no answer is to come"),
        ])

    private static func answers(
        _ table: LuaTable<LuaNode>
    ) -> [String: Result<NetworkAnswer, Refusal>] {
        var answers: [String: Result<NetworkAnswer, Refusal>] = [:]
        for field in table.fields {
            guard case .string(let url) = field.key, case .table(let given) = field.value else {
                continue
            }
            let entry = CompleteTable(given)
            if let error = entry.optionalText("error") {
                answers[url.description] = .failure(Refusal(error))
                continue
            }
            var answer = NetworkAnswer(status: entry.optionalInteger("status") ?? 200)
            if case .string(let body)? = entry["body"] { answer.body = body.bytes }
            for header in entry.optionalInner("headers")?.table.fields ?? [] {
                if case .string(let name) = header.key, case .string(let value) = header.value {
                    answer.headers[name.description.lowercased()] = value.description
                }
            }
            answers[url.description] = .success(answer)
        }
        return answers
    }

    private static let options = Record(
        noun: "call options",
        fields: [
            Field("state", .map(.plain), .none, "ctx.state at the beginning"),
            Field("settings", .map(.plain), .none, "settings other than the defaults"),
        ])

    private static let notes = Record(
        noun: "call notes",
        fields: [
            Field("log", .array(.bytes), .required, "the lines it logged"),
            Field("metrics", .map(.number(.finite)), .required, "the numbers it logged, by name"),
        ])

    private static func session(_ call: BindingCall) throws -> SpecSession {
        guard let session = call.context.spec else {
            throw ShapeFault(path: LuaPath(), sentence: "there is no spec here")
        }
        return session
    }

    private static func function(_ call: BindingCall, _ name: String) -> LuaFunction {
        guard case .function(let function) = call.node(name) else {
            preconditionFailure("the shape of '\(name)' is a function")
        }
        return function
    }

    private static func answer(_ call: BindingCall) throws -> [LuaNode] {
        let session = try session(call)
        guard let plugin = session.plugin else {
            throw ShapeFault(
                path: LuaPath(),
                sentence: "this spec belongs to no plugin; put it beside the plugin's main file")
        }
        let options = call.isGiven("options") ? call.table("options") : LuaTable(array: [])
        do {
            let outcome = try PluginSelfTest.call(
                call.text("door"), facts: call.node("facts"),
                settings: try (options["settings"] ?? .nil).plain().asTable ?? LuaTable(array: []),
                state: try options["state"]?.plain(), use: plugin,
                loader: PluginLoader(budget: .counted, checksNeeds: false),
                clock: session.clock, network: session.network)
            let metrics = outcome.metrics.map {
                LuaTable<LuaValue>.Field(key: .string(LuaString($0.name)), value: .number($0.value))
            }
            let notes = LuaTable<LuaValue>([
                "log": .table(LuaTable(array: outcome.log.map { .string(LuaString($0.text)) })),
                "metrics": .table(LuaTable(fields: metrics)),
            ])
            return [outcome.answer, outcome.memory, .table(notes)].map { LuaNode($0) }
        } catch let error as ScriptingError {
            throw LuaError(kind: .runtime, message: "\(error)")
        }
    }
}
