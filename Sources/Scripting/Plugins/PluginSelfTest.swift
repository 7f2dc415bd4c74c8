import Conversations
import LuaRuntime
import Telemetry

/// Runs a plugin's `examples`: each call in a fresh state, answer and memory compared.
struct PluginSelfTest {
    private let loader: PluginLoader
    private let use: PluginUse
    private let files: [LoadedScript]?

    /// - Parameter files: the very bytes to test; nil reads the disk.
    init(_ use: PluginUse, files: [LoadedScript]? = nil, loader: PluginLoader) {
        // Examples hold for the plugin's own defaults, whatever a recipe makes of them; their clock
        // stands still, and there is no network.
        self.use = PluginUse(
            source: use.source, grants: use.grants.withFakes, folder: use.folder)
        self.files = files
        self.loader = loader
    }

    /// What came of one call.
    struct Outcome {
        var answer: LuaValue
        var memory: LuaValue
        var log: [ScriptLogLine]
        var metrics: [(name: String, value: Double)]
    }

    /// Seconds of wall clock that it may take as a whole.
    static let seconds = 30.0

    /// - Parameters:
    ///   - clock: what it has taken so far, where it runs more than once.
    ///   - seconds: when it is cut off.
    /// - Returns: how many examples there are.
    /// - Throws: `ScriptingError` for the first that fails, or that the time does not suffice for,
    ///   and for a manifest that cannot be used.
    func run(
        clock: Stopwatch = Stopwatch(), seconds: Double = PluginSelfTest.seconds
    ) throws -> Int {
        let loaded = try loader.load(use, files: files) { _ in }
        try PluginManifest.check(loaded, of: use.source)
        for name in PluginChatTemplate.names(in: loaded) {
            _ = try PluginChatTemplate(name, of: loaded, budget: loader.budget)
        }
        try checkMemory(of: loaded)
        guard case .table(let examples)? = loaded.manifest["examples"] else { return 0 }
        for (index, example) in examples.array.enumerated() {
            guard case .table(let example) = example else { continue }
            let path = LuaPath(["examples", .integer(Int64(index + 1))])
            let left = seconds - clock.elapsedSeconds
            guard left > 0 else { throw tooSlow(seconds, at: path) }
            do {
                try check(example, at: path, loader: loader.ending(in: left))
            } catch let error as ScriptingError
                where error.isCutByTime && clock.elapsedSeconds >= seconds
            {
                throw tooSlow(seconds, at: path)
            }
        }
        return examples.array.count
    }

    /// What `save` gives must come back through `load`, or a resumed run would go on without it.
    private func checkMemory(of loaded: PluginLoader.Loaded) throws {
        func fail(_ sentence: String, _ key: String) -> ScriptingError {
            ScriptingError(.selfTest, sentence, path: use.source.path, keyPath: key)
        }
        guard loaded.unit.doors.function("save") != nil else { return }
        guard loaded.unit.doors.function("load") != nil else {
            throw fail(
                "what save gives never comes back; write load = function(memory) ... end beside it",
                "save")
        }
        let memory = try loaded.unit.memory()
        do {
            try loader.load(use, files: files) { _ in }.unit.restore(memory)
        } catch let error as ScriptingError {
            throw fail(
                "what save gives does not come back: \(use.source.name) load: \(error.message)",
                "load")
        }
    }

    private func tooSlow(_ seconds: Double, at path: LuaPath) -> ScriptingError {
        var error = ScriptingError(
            .selfTest,
            "the self-test may take \(seconds) seconds as a whole and got no further than this "
                + "example; give fewer examples, or shorter ones",
            path: use.source.path, keyPath: path.description)
        error.isCutByTime = true
        return error
    }

    private func check(
        _ example: LuaTable<LuaNode>, at path: LuaPath, loader: PluginLoader
    ) throws {
        func fail(_ sentence: String) -> ScriptingError {
            ScriptingError(
                .selfTest, sentence, path: use.source.path, keyPath: path.description)
        }
        guard case .string(let call)? = example["call"] else { return }
        let door = call.description
        let outcome: Outcome
        do {
            outcome = try PluginSelfTest.call(
                door, facts: example["with"] ?? .nil,
                settings: example["settings"]?.plain().asTable ?? LuaTable(),
                state: try example["state"]?.plain(), use: use, files: files,
                loader: loader, clock: FakeClock())
        } catch let fault as ShapeFault {
            throw fail(fault.description)
        } catch var error as ScriptingError {
            error.keyPath = ([path.description] + (error.keyPath.map { [$0] } ?? []))
                .joined(separator: ": ")
            throw error
        }
        let gives = try example["gives"]?.plain() ?? .nil
        guard PlainEquality.equal(outcome.answer, gives) else {
            throw fail(
                "\(door) must give \(LuaSpelling.of(gives)), and gave "
                    + LuaSpelling.of(outcome.answer))
        }
        if let leaves = try example["leaves"]?.plain(),
            !PlainEquality.equal(outcome.memory, leaves)
        {
            throw fail(
                "\(door) must leave ctx.state = \(LuaSpelling.of(leaves)), and left "
                    + LuaSpelling.of(outcome.memory))
        }
    }

    private static func given(_ facts: LuaNode, as record: Record) throws -> LuaTable<LuaValue> {
        try ShapeCheck(stage: .given).checked(
            facts.isNil ? .table(LuaTable()) : facts, as: .record(record), at: LuaPath(["with"])
        ).plain().asTable ?? LuaTable()
    }

    private static func render(
        _ facts: LuaNode, with template: PluginChatTemplate
    ) throws -> LuaValue {
        let facts = try given(facts, as: PluginChatTemplate.facts)
        do { return .string(LuaString(try template.render(facts))) } catch {
            throw ShapeFault(path: LuaPath(["with"]), sentence: error.description)
        }
    }

    /// Calls one function as a run would, in a state of its own.
    ///
    /// Facts left out are zero.
    static func call(
        _ door: String, facts: LuaNode, settings: LuaTable<LuaValue>, state: LuaValue?,
        use: PluginUse, files: [LoadedScript]? = nil, loader: PluginLoader,
        clock: any ScriptClock = SystemClock(),
        network: any ScriptNetwork = NoNetwork("a self-test has no network")
    ) throws -> Outcome {
        var use = use
        use.settings.fields.removeAll { given in settings.fields.contains { $0.key == given.key } }
        use.settings.fields += settings.fields
        var log: [ScriptLogLine] = []
        let loaded = try loader.load(use, clock: clock, files: files) { log.append($0) }
        let unit = loaded.unit
        unit.context.network = network
        if let name = PluginChatTemplate.name(ofDoor: door) {
            let template = try PluginChatTemplate(name, of: loaded, budget: loader.budget)
            return Outcome(
                answer: try render(facts, with: template), memory: .table(LuaTable()), log: log,
                metrics: [])
        }
        guard unit.doors.function(door) != nil else {
            throw ShapeFault(
                path: LuaPath(["call"]),
                sentence: "the plugin has no \"\(door)\"; it has "
                    + Words.anyOf(unit.doors.functions.map { "\"\($0.path)\"" }))
        }
        let (record, answer, phase) = try DoorShape.of(door)
        let given = try PluginSelfTest.given(facts, as: record)
        if let state { try unit.restore(.table(LuaTable(["state": state]))) }
        let complete = record.completed(with: given)
        unit.context.run = RunFacts.none
        let result =
            try unit.call(
                ScriptQuestion(
                    door, ScriptDispatch.payload(complete), phase: phase, occasion: "self-test"))
            ?? .nil
        // A factor there must always be; elsewhere nil says that nothing changes.
        if let answer, !result.isNil || PluginSchedule.isDoor(door) {
            _ = try ShapeCheck(stage: .declared).checked(
                result, as: answer, at: LuaPath([.string(LuaString(door))]))
        }
        // A run could not be resumed where what is saved cannot be loaded.
        if unit.doors.function("load") != nil {
            let saved = try unit.memory(isKept: true)
            try loader.load(use, clock: clock, files: files) { _ in }.unit.restore(saved)
        }
        return Outcome(
            answer: answer == nil ? .nil : try result.plain(),
            memory: try unit.memory().asTable?["state"] ?? .nil, log: log,
            metrics: unit.context.metrics.take())
    }
}

extension PluginLoader {
    /// Seconds that an edit may take to load, and its self-test, while a run waits for it.
    static let patience = 2.0

    /// The same, with loading and calls that end after so many seconds at the latest.
    func ending(in seconds: Double) -> PluginLoader {
        var loader = self
        loader.budget.seconds = min(budget.seconds, seconds)
        loader.loadingBudget.seconds = min(loadingBudget.seconds, seconds)
        return loader
    }
}

/// What a door receives and may answer.
enum DoorShape {
    /// Whether a door has to answer: nil is none then.
    static func wantsAnswer(_ door: String) -> Bool {
        door.hasPrefix("probes.") || door.hasPrefix(RolloutDeclarations.group + ".")
    }

    /// - Throws: `ShapeFault` for a path that is no door.
    static func of(_ door: String) throws -> (facts: Record, answer: Shape?, phase: ScriptPhase) {
        let parts = door.split(separator: ".", maxSplits: 1).map(String.init)
        switch parts.first {
        case "hooks" where parts.count == 2:
            if let point = HookCatalogue.point(parts[1]) {
                return (point.facts, point.answer, .hook)
            }
        case "curriculum" where parts.count == 1, "curricula" where parts.count == 2:
            return (Curriculum.facts, Curriculum.answer, .answer)
        case "probes" where parts.count == 2 && parts[1].hasSuffix(".score"):
            return (ProbeDeclarations.facts, ProbeDeclarations.score, .answer)
        case RolloutDeclarations.group where parts.count == 2:
            return (RolloutDeclarations.facts, RolloutDeclarations.score, .answer)
        case "schedules" where parts.count == 2:
            return (ScheduleDeclarations.facts, ScheduleDeclarations.factor.shape, .answer)
        default: break
        }
        throw ShapeFault(
            path: LuaPath(["call"]),
            sentence: "\"\(door)\" cannot be called; write \"hooks.on_...\", "
                + "\"curricula.NAME\", \"rewards.NAME\", \"schedules.NAME\" or "
                + "\"chat_templates.NAME\"")
    }
}

extension Record {
    /// The table with zeros for required facts that it leaves out.
    func completed(with given: LuaTable<LuaValue>) -> LuaTable<LuaValue> {
        var table = given
        for field in fields where field.isRequired && given[field.name] == nil {
            table.fields.append(
                .init(key: .string(LuaString(field.name)), value: field.shape.zero))
        }
        return table
    }
}

extension Shape {
    /// The value that stands for nothing in particular.
    fileprivate var zero: LuaValue {
        switch self {
        case .boolean, .off: .boolean(false)
        case .integer(let range): .integer(Int64(max(0, range.lowerBound)))
        case .number: .number(0)
        case .text, .bytes: ""
        case .choice(let words, _): .string(LuaString(words.first ?? ""))
        case .either(let shapes): shapes.first?.zero ?? .nil
        case .any, .plain, .function, .object: .nil
        case .list, .array, .map, .record, .kinds, .mix, .sources, .oneOrNamed, .collection:
            .table(LuaTable())
        }
    }
}
