import LuaRuntime
import Naming
import Telemetry
public import Tokenizers
public import Training

/// The scripts of a run as one of its hooks: plugins in the order of the recipe's `use`, then the
/// recipe's own functions.
///
/// Observers that fail are logged and counted. Filters, deciders and curricula that fail throw, and
/// the run answers as the recipe's `on.script` says.
public final class ScriptedHooks: RunHooks {
    let slots: [ScriptSlot]
    private let settings: RunSettings
    let reload: HotReload
    let log: (ScriptLogLine) -> Void
    /// Steps of the run so far, as far as the scripts were told.
    var stepsMade: Int { step }
    private var totalSteps = 0 { didSet { madeRun = nil } }
    private var step = 0 { didSet { madeRun = nil } }
    private var tokens = 0 { didSet { madeRun = nil } }
    /// What `nj.run.get` gives, made when first wanted.
    private var madeRun: LuaValue?
    var measurements = HookMeasurements()
    /// What is to be written down; none of it has an effect.
    var pending: [ScriptEvent] = []
    var cutOffs: [CutOff] = []

    /// What the scripts may know of their run.
    struct RunSettings {
        let name: String
        let seed: UInt64
        /// The path of a file as the recipe's scripts are listed.
        var shownPath: @Sendable (String) -> String = { $0 }
    }

    /// - Parameters:
    ///   - slots: the scripts, in the order in which they are called.
    ///   - log: receives what they say, and what is to be said about them.
    init(
        _ slots: [ScriptSlot], settings: RunSettings, reload: HotReload,
        log: @escaping (ScriptLogLine) -> Void
    ) {
        self.slots = slots
        self.settings = settings
        self.reload = reload
        self.log = log
        reload.watch(slots)
    }

    /// Lets the scripts count and cut tokens as the run does.
    public func use(_ tokenizer: any Tokenizer) {
        for slot in slots { slot.tokenizer = tokenizer }
    }

    // MARK: - The timeline

    public func observe(_ moment: RunMoment) {
        note(moment)
        notify("hooks.\(RunFacts.hook(moment))") {
            RunFacts.of(
                moment, totalSteps: totalSteps, tokens: tokens, name: settings.name)
        }
    }

    /// Calls the observers of a door, each failure its own.
    func notify(_ door: String, _ facts: () -> LuaTable<LuaValue>) {
        // Written once for all of them.
        var made: ScriptQuestion?
        func asked() throws -> ScriptQuestion {
            if let made { return made }
            let question = try question(door, facts(), step: step)
            made = question
            return question
        }
        for slot in slots {
            do {
                _ = try call(slot, door, asked, isAnswerUsed: false)
            } catch {
                complain(of: slot, door, error)
            }
        }
    }

    public func filter(_ batch: BatchFacts) throws -> BatchEdit? {
        var batch = batch
        var isEdited = false
        let door = "hooks.on_batch"
        var made: ScriptQuestion?
        func asked() throws -> ScriptQuestion {
            if let made { return made }
            let question = try question(
                door, RunFacts.of(batch, totalSteps: totalSteps), step: batch.step)
            made = question
            return question
        }
        for slot in slots {
            var weights: [Double] = []
            guard
                try call(
                    slot, door, asked,
                    accepting: {
                        weights = try slot.unit.weights($0, count: batch.documents.count)
                    }) != nil
            else { continue }
            for (index, weight) in weights.enumerated() {
                batch.documents[index].weight = weight
            }
            isEdited = true
            made = nil
        }
        return isEdited ? BatchEdit(weights: batch.documents.map(\.weight)) : nil
    }

    public func decide(_ facts: GradientFacts) throws -> GradientVerdict {
        guard slots.contains(where: { $0.unit.doors.function("hooks.on_gradients") != nil }) else {
            return .keep
        }
        return try decide(RunFacts.of(facts, totalSteps: totalSteps), step: facts.step)
    }

    func decide(_ facts: LuaTable<LuaValue>, step: Int) throws -> GradientVerdict {
        var verdict = GradientVerdict.keep
        let question = try question("hooks.on_gradients", facts, step: step)
        for slot in slots {
            // Every decider hears of every step, whatever one before it said.
            guard let answer = try call(slot, question.door, { question }), verdict == .keep
            else { continue }
            verdict = GradientVerdict(answer, of: slot.name)
        }
        return verdict
    }

    public func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange] {
        step = progress.step
        tokens = progress.tokens
        totalSteps = progress.totalSteps
        guard slots.contains(where: { !$0.curricula.isEmpty }) else { return [] }
        let facts = try ScriptDispatch.payload(RunFacts.of(progress))
        var changes: [DialChange] = []
        for slot in slots {
            for door in slot.curricula {
                let question = ScriptQuestion(
                    door, facts, phase: .answer, occasion: "\(progress.step)", run: run)
                var own: [DialChange] = []
                _ = try call(
                    slot, door, { question },
                    accepting: { answer in
                        let wishes = try wishes(answer, of: slot, at: door)
                        do { try canTurn(wishes) } catch let error where !(error is TrainingError) {
                            // What is said of the run's data does not say who wants it.
                            throw slot.unit.badAnswer("\(error)", of: door)
                        }
                        own = wishes
                    })
                changes += own
            }
        }
        return changes
    }

    func wishes(
        _ answer: LuaNode, of slot: ScriptSlot, at door: String
    ) throws -> [DialChange] {
        guard case .table(let table) = answer else { return [] }
        let place = slot.unit.place(of: door)?.description
        return try slot.unit.dials(table, of: door).map { path, value in
            DialChange(path: path, value: value, origin: slot.name, place: place)
        }
    }

    // MARK: - Changes from outside

    public func takeEvents(step: Int) throws -> [ScriptEvent] {
        takeFindings() + reload.events(slots) { warn($0, $1) }
    }

    public func takeFindings() -> [ScriptEvent] {
        defer { pending = [] }
        return pending
    }

    public func admit(_ request: String, step: Int) throws -> ScriptEvent {
        let words = request.split(separator: " ").map(String.init)
        guard words.first == "rollback", words.count == 2 || words.count == 3 else {
            throw ScriptingError(.badValue, "\"\(request)\" is no request that scripts know")
        }
        guard let slot = slots.first(where: { $0.name == words[1] }) else {
            throw ScriptingError(
                .badValue,
                "the run uses no script \"\(words[1])\"; "
                    + nearestNameHint(to: words[1], among: slots.map(\.name)))
        }
        return try reload.rollback(slot, to: words.count == 3 ? words[2] : nil)
    }

    public func apply(_ event: ScriptEvent, isReplay: Bool) throws -> String {
        let sentence = try reload.apply(event, to: slots, log: log)
        if case .string(let name)? = event.fields["script"],
            let slot = slots.first(where: { $0.name == name })
        {
            measurements.fields["script/\(name)"] = .string(slot.unit.hash)
            log(ScriptLogLine(level: .info, owner: name, text: sentence))
            return "\(name) \(sentence)"
        }
        return sentence
    }

    public var takesEdited: Bool { reload.takesEdited }

    public func takeCutOffs() -> [CutOff] {
        defer { cutOffs = [] }
        return cutOffs
    }

    public var filesInForce: [String: String] {
        let files = slots.flatMap(\.unit.files).map { (settings.shownPath($0.path), $0.hash) }
        return Dictionary(files) { first, _ in first }
    }

    public func takeMeasurements() -> HookMeasurements {
        defer { measurements = HookMeasurements() }
        for slot in slots {
            for (name, value) in slot.unit.context.metrics.take() {
                measurements.fields[name] = .double(value)
            }
            if let seconds = slot.takeSeconds() {
                measurements.fields[slot.timeField] = .double(seconds)
            }
        }
        return measurements
    }

    // MARK: - Calling

    /// What a hook is asked at a step.
    func question(
        _ door: String, _ facts: LuaTable<LuaValue>, step: Int
    ) throws -> ScriptQuestion {
        ScriptQuestion(
            door, try ScriptDispatch.payload(facts), phase: .hook, occasion: "\(step)", run: run)
    }

    /// Asks one script, where it has the door; only then is the question made.
    ///
    /// - Parameter accepting: throws for an answer that the run cannot take.
    func call(
        _ slot: ScriptSlot, _ door: String, _ question: () throws -> ScriptQuestion,
        isAnswerUsed: Bool = true, accepting: (LuaNode) throws -> Void = { _ in }
    ) throws -> LuaNode? {
        guard let handler = slot.unit.doors.function(door) else { return nil }
        defer { if slot.hasRemark { tellRemark(of: slot) } }
        do {
            return try slot.call(
                handler, question(), isAnswerUsed: isAnswerUsed, accepting: accepting)
        } catch let error as ScriptingError where error.code == .budget {
            cutOffs.append(CutOff(error, of: slot.name, door: door))
            throw error
        }
    }

    /// Tells what a slot found out by itself.
    private func tellRemark(of slot: ScriptSlot) {
        guard let remark = slot.takeRemark() else { return }
        warn(slot, remark.text)
        if remark.changesVersion {
            measurements.fields["script/\(slot.name)"] = .string(slot.unit.hash)
        }
        if let error = remark.error, error.code == .budget {
            cutOffs.append(CutOff(error, of: slot.name, door: remark.door))
        }
        pending.append(
            ScriptEvent(
                name: remark.event,
                fields: [
                    "script": .string(slot.name), "hash": .string(slot.unit.hash),
                    "message": .string(remark.text),
                ], hasEffect: false))
    }

    var run: LuaValue {
        let run =
            madeRun
            ?? RunFacts.run(
                name: settings.name, seed: settings.seed, step: step, totalSteps: totalSteps,
                tokens: tokens)
        madeRun = run
        return run
    }

    private func note(_ moment: RunMoment) {
        switch moment {
        case .start(let start), .resume(let start):
            // A step that was begun before a stop goes on without being steered again.
            totalSteps = start.totalSteps
            step = start.step
            tokens = start.tokens
        case .stepEnd(let report):
            step = report.step
            tokens = report.totalTokens
        case .end(let summary): step = summary.steps
        default: break
        }
    }

    /// Logs and counts a failure that the run goes on after.
    func complain(of slot: ScriptSlot, _ hook: String, _ error: any Error) {
        measurements.errors += 1
        slot.failures += 1
        // The first failures tell what is wrong; later ones only that it still is.
        if slot.failures <= 3 {
            warn(slot, "\(error)")
        } else if slot.failures.nonzeroBitCount == 1 {
            warn(slot, "\(hook) failed again, \(slot.failures) times in all: \(error)")
        }
    }

    func warn(_ slot: ScriptSlot, _ text: String) {
        log(ScriptLogLine(level: .warn, owner: slot.name, text: text))
    }
}

extension CutOff {
    init(_ error: ScriptingError, of script: String, door: String) {
        self.init(
            script: script, door: door, message: error.message, isReplayable: !error.isCutByTime)
    }
}

extension GradientVerdict {
    /// The verdict that a decider's answer, which was checked, stands for.
    fileprivate init(_ answer: LuaNode, of name: String) {
        let (action, told) = answer.verdict(of: name)
        switch action {
        case "skip": self = .skip(reason: told)
        case "rollback": self = .rollback(reason: told)
        case "stop": self = .stop(reason: told)
        default: self = .keep
        }
    }
}
