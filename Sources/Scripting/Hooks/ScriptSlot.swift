import LuaRuntime
import Telemetry
import Tokenizers

/// How a script of a run is made: from the disk, or from the very bytes of a version.
struct ScriptRecipe {
    let name: String
    /// Makes it; without files it reads those on the disk.
    let make:
        (_ files: [LoadedScript]?, _ log: @escaping (ScriptLogLine) -> Void) throws -> ScriptUnit
    /// Runs its self-test on these bytes.
    let test: (_ files: [LoadedScript]) throws -> Void
    /// The run's schedule, where Lua gives it.
    var schedule: ScriptedSchedule?

    /// Has the run's schedule ask this version, where it is one of its functions.
    func ask(_ unit: ScriptUnit) {
        if let function = unit.schedule { schedule?.replace(with: function()) }
    }
}

/// Something that a script's place in a run has to tell beside the outcome of a call.
struct SlotRemark {
    /// What the journal calls it.
    let event: String
    let text: String
    let door: String
    /// The failure behind it, where that was a call's.
    let error: ScriptingError?
    /// Whether another version is in force since.
    var changesVersion = false
}

/// What a version that was just taken is left for, where it fails at once.
struct Fallback {
    let unit: ScriptUnit
    /// As it was at the swap.
    let memory: LuaValue
    /// The versions that going back passes, that of the unit last.
    let history: [ScriptVersion]
    /// Doors that the new version has not answered at yet.
    var untried: Set<String>
}

/// A place in the order of a run's scripts: the unit in force, and what is kept about its calls.
final class ScriptSlot {
    let recipe: ScriptRecipe
    private(set) var unit: ScriptUnit
    /// The doors of its curricula, in the order of their names.
    private(set) var curricula: [String] = []
    /// Every version that was in force, the present one last.
    private(set) var versions: [ScriptVersion]
    /// The versions that going back passes, the present one last.
    private(set) var history: [ScriptVersion]
    /// The version before this one, until this one has answered at each of its doors once.
    private(set) var fallback: Fallback?
    /// What is to be told about the last call, beside its outcome.
    private var remark: SlotRemark?
    /// The metric of its time.
    let timeField: String
    /// Calls and seconds since they were last told.
    private var calls = 0
    private var seconds = 0.0
    /// Failures so far.
    var failures = 0
    /// What the newest checkpoint keeps of its memory.
    var keptMemory: LuaValue?
    /// The run's tokenizer, for every version.
    var tokenizer: (any Tokenizer)? {
        didSet { unit.context.tokenizer = tokenizer }
    }
    private var record = ReplayRecord()
    /// Whether the memory was looked at after a call of this version.
    private var isMemoryTried = false
    /// Whether it was told that the memory cannot be saved.
    private var isMemoryTold = false

    init(_ recipe: ScriptRecipe, _ unit: ScriptUnit) {
        self.recipe = recipe
        self.unit = unit
        timeField = "hook/\(recipe.name)/time_s"
        versions = [ScriptVersion(unit)]
        history = versions
        curricula = ScriptSlot.curricula(of: unit)
    }

    var name: String { recipe.name }

    /// The version to go back to: the one that was in force before the present one, so that going
    /// back again goes further back.
    var versionBefore: ScriptVersion? { history.dropLast().last }

    /// Puts another version in the place of this one; the memory moves over.
    ///
    /// - Parameter goesBack: whether it is one that was in force before, which those after it are
    ///   left for.
    /// - Throws: `ScriptingError` where the new version cannot take the memory; then the old one
    ///   stays.
    func swap(to unit: ScriptUnit, goesBack: Bool = false) throws {
        let (memory, isWhole) = movingMemory()
        try unit.restore(memory)
        if !isWhole {
            remark = SlotRemark(
                event: "memory_lost",
                text: "what it remembered could not be handed over, and it goes on with what the "
                    + "last checkpoint kept", door: "save", error: nil)
        }
        let version = ScriptVersion(unit)
        let untried = unit.doors.functions.map(\.path).filter(ScriptDoors.answersCalls)
        fallback =
            untried.isEmpty
            ? nil
            : Fallback(
                unit: self.unit, memory: memory, history: history, untried: Set(untried))
        if goesBack, let index = history.dropLast().lastIndex(where: { $0.hash == version.hash }) {
            history.removeSubrange((index + 1)...)
        } else {
            history.append(version)
        }
        versions.append(version)
        put(unit)
        failures = 0
        isMemoryTried = false
        isMemoryTold = false
    }

    /// Puts the version before back, where the first answer of the present one is none.
    ///
    /// - Returns: whether there is one to go back to.
    private func fallBack(from error: any Error, at door: String) -> Bool {
        guard let fallback, fallback.untried.contains(door) else { return false }
        self.fallback = nil
        guard (try? fallback.unit.restore(fallback.memory)) != nil else { return false }
        remark = SlotRemark(
            event: "swap_undone",
            text: "version \(versions.last?.short ?? "") failed when it was first asked, and the "
                + "one before it is back in force: \(error)", door: door,
            error: error as? ScriptingError, changesVersion: true)
        history = fallback.history
        versions.append(ScriptVersion(fallback.unit))
        put(fallback.unit)
        return true
    }

    private func hasAnswered(at door: String) {
        fallback?.untried.remove(door)
        if fallback?.untried.isEmpty == true { fallback = nil }
    }

    private func put(_ unit: ScriptUnit) {
        recipe.ask(unit)
        unit.context.tokenizer = tokenizer
        self.unit = unit
        curricula = ScriptSlot.curricula(of: unit)
        record.forget()
    }

    /// Whether the last call left something to be told.
    var hasRemark: Bool { remark != nil }

    /// What the last call left to be told; told once.
    func takeRemark() -> SlotRemark? {
        defer { remark = nil }
        return remark
    }

    /// Whether another version takes what it would be handed.
    ///
    /// - Throws: what keeps it from that.
    func checkHandover(to unit: ScriptUnit) throws { try unit.restore(movingMemory().memory) }

    /// What another version goes on with; where that cannot be told, what the last checkpoint kept:
    /// the version may be the one that mends it.
    private func movingMemory() -> (memory: LuaValue, isWhole: Bool) {
        do { return (try unit.memory(), true) } catch {
            return (keptMemory ?? .table(LuaTable()), false)
        }
    }

    /// The calls' time since this was last asked; nil where there was none.
    func takeSeconds() -> Double? {
        guard calls > 0 else { return nil }
        defer { (calls, seconds) = (0, 0) }
        return seconds
    }

    /// Takes up where a checkpoint was: a version, the ones before it, and the memory.
    ///
    /// - Parameter fallback: what the version is left for, where it had not answered everywhere yet.
    func resume(
        _ unit: ScriptUnit, versions: [ScriptVersion], history: [ScriptVersion],
        fallback: Fallback? = nil
    ) {
        self.fallback = fallback
        if unit !== self.unit { recipe.ask(unit) }
        unit.context.tokenizer = tokenizer
        self.unit = unit
        self.versions = versions
        self.history = history
        curricula = ScriptSlot.curricula(of: unit)
        record.forget()
        // What was saved could be.
        isMemoryTried = true
    }

    /// How far a new version answers differently; the run feels nothing of it.
    ///
    /// The last calls are asked again, and a schedule along the whole run.
    ///
    /// - Returns: nil where there are too few answers to tell.
    func shift(to files: [LoadedScript]) throws -> Shift? {
        let old = try aside(unit.files), new = try aside(files)
        let calls = try record.answers(of: old, and: new)
        let memory = movingMemory().memory
        try aside(files).restore(memory)
        if calls.isEmpty { try new.restore(memory) }
        try checkRoundTrip(of: new)
        try new.tryDoors(missingIn: old, memory: memory)
        var schedule: [Shift.Answers] = []
        if let before = old.schedule?(), let after = new.schedule?() {
            schedule = try after.answers(beside: before).map { pair in
                (door: after.keyPath, old: .number(pair.old), new: .number(pair.new))
            }
        }
        return Shift(
            calls: calls, schedule: schedule,
            expectsCalls: old.doors.answersCalls || new.doors.answersCalls)
    }

    /// Calls a door, checks its answer and keeps both for the replay.
    ///
    /// - Parameters:
    ///   - handler: the function behind the door, of the unit in force.
    ///   - isAnswerUsed: whether the answer is looked at.
    ///   - accepting: throws for an answer that the run cannot take.
    func call(
        _ handler: LuaFunction, _ question: ScriptQuestion, isAnswerUsed: Bool,
        accepting: (LuaNode) throws -> Void
    ) throws -> LuaNode? {
        if record.wantsMemory { beginStretch() }
        let unit = unit, context = unit.context, door = question.door
        context.run = question.run
        context.trace = CallTrace()
        let clock = MonotonicClock()
        let begin = clock.nanoseconds
        defer {
            context.trace = nil
            seconds += Double(clock.nanoseconds - begin) / 1e9
            calls += 1
        }
        do {
            let answer = try unit.call(handler, question)
            if !isMemoryTried {
                // What cannot be saved is told now, not at a checkpoint hours later.
                isMemoryTried = true
                _ = try unit.memory(isKept: true)
                try checkRoundTrip(of: unit)
            }
            let checked =
                try isAnswerUsed && !answer.isNil ? unit.checked(answer, of: door) : LuaNode.nil
            if !checked.isNil { try accepting(checked) }
            // No answer is none at all, not a nil of Lua's: both have that literal.
            let looked: LuaValue? = try isAnswerUsed ? .some(checked.plain()) : .none
            let trace = context.trace
            record.add(question, answer: looked, trace: trace?.isEmpty == true ? nil : trace)
            if fallback != nil { hasAnswered(at: door) }
            guard !checked.isNil else { return nil }
            return checked
        } catch {
            // Half a call cannot be repeated.
            record.forget()
            guard isAnswerUsed, fallBack(from: error, at: door) else { throw error }
            guard let handler = self.unit.doors.function(door) else { return nil }
            return try call(
                handler, question, isAnswerUsed: isAnswerUsed, accepting: accepting)
        }
    }

    /// Lets a fresh state take back what a version gives to be saved, where it has a `load` of its
    /// own: that a run could not be resumed is told now.
    private func checkRoundTrip(of unit: ScriptUnit) throws {
        guard unit.doors.function("load") != nil else { return }
        try aside(unit.files).restore(unit.memory(isKept: true))
    }

    /// Begins to record with a copy of the memory, where there can be one.
    ///
    /// Where there cannot, the next checkpoint fails, unless the script mends it before; when it is
    /// found out must not depend on when a run was resumed.
    private func beginStretch() {
        do { record.begin(with: try unit.memory(isKept: true)) } catch {
            record.forget()
            guard !isMemoryTold else { return }
            isMemoryTold = true
            remark = SlotRemark(
                event: "cannot_save", text: "what it remembers now cannot be saved: \(error)",
                door: "save", error: nil)
        }
    }

    /// Asks the last calls again in a fresh state.
    ///
    /// - Returns: what differs, in a sentence. A script that sees more than the run and the
    ///   network, whose answers are kept, is not asked.
    func replayDifference(left: LuaValue) -> String? {
        guard unit.context.grants.canBeReplayed else { return nil }
        do {
            return record.difference(in: try aside(unit.files), left: left)
        } catch {
            return "it cannot be loaded again: \(error)"
        }
    }

    /// A unit of its own that nobody hears.
    private func aside(_ files: [LoadedScript]) throws -> ScriptUnit {
        let unit = try recipe.make(files) { _ in }
        unit.context.tokenizer = tokenizer
        unit.context.network = RecordedNetwork([])
        return unit
    }

    private static func curricula(of unit: ScriptUnit) -> [String] {
        unit.doors.paths(in: "curricula")
            + (unit.doors.function("curriculum") == nil ? [] : ["curriculum"])
    }
}
