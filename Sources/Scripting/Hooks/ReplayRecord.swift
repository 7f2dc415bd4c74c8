import LuaRuntime

/// The last calls of a script with what it answered, to be asked again in a fresh state.
///
/// A script's answers must follow from what it is given and from `ctx.state`: what else it keeps,
/// in an upvalue for instance, is lost when a run resumes. The same calls tell how far a new version
/// of the script answers differently. The record begins with a copy of the memory, and holds the
/// calls since; it is as long as `depth` once so many calls were made, and twice that at most.
struct ReplayRecord {
    private struct Call {
        let door: String
        let facts: LuaTable<LuaValue>
        let phase: ScriptPhase
        let occasion: String
        let run: LuaValue?
        /// Nil where nobody looks at the answer.
        let answer: LuaValue?
    }

    /// A stretch of calls, with the memory at its beginning.
    private struct Stretch {
        let memory: LuaValue
        var calls: [Call] = []
    }

    /// Calls that are kept at least, once there were so many.
    static let depth = 64

    private var older: Stretch?
    private var newer: Stretch?

    /// Whether `begin` is wanted before the next call.
    var wantsMemory: Bool { (newer?.calls.count ?? ReplayRecord.depth) >= ReplayRecord.depth }

    /// Begins a stretch with a copy of the memory.
    mutating func begin(with memory: LuaValue) {
        older = newer
        newer = Stretch(memory: memory)
    }

    /// Notes a call that was answered.
    mutating func add(
        _ door: String, _ facts: LuaTable<LuaValue>, phase: ScriptPhase, occasion: String,
        run: LuaValue?, answer: LuaValue?
    ) {
        newer?.calls.append(
            Call(
                door: door, facts: facts, phase: phase, occasion: occasion, run: run,
                answer: answer))
    }

    /// Forgets everything, as when a call could not be finished.
    mutating func forget() { self = ReplayRecord() }

    private var start: LuaValue? { older?.memory ?? newer?.memory }
    private var calls: [Call] { (older?.calls ?? []) + (newer?.calls ?? []) }

    /// Asks the recorded calls again.
    ///
    /// - Parameters:
    ///   - fresh: the same script in a state of its own.
    ///   - left: the memory that the calls left.
    /// - Returns: what differs, in a sentence; nil where nothing does.
    func difference(in fresh: ScriptUnit, left: LuaValue) -> String? {
        guard let start else { return nil }
        do {
            try fresh.restore(start)
            for call in calls {
                let answer = try ReplayRecord.ask(call, fresh)
                guard let expected = call.answer else { continue }
                guard PlainEquality.equal(answer, expected) else {
                    return "\(call.door) at \(call.occasion) answered "
                        + "\(LuaSpelling.of(expected)), and \(LuaSpelling.of(answer)) when asked "
                        + "again in a fresh state"
                }
            }
            guard PlainEquality.equal(try fresh.memory(), left) else {
                return "the same calls in a fresh state leave another ctx.state"
            }
            return nil
        } catch {
            return "asked again in a fresh state it failed: \(error)"
        }
    }

    /// Asks both versions the recorded calls, each with a copy of the memory.
    ///
    /// - Returns: nil where too few calls have answers.
    /// - Throws: what the new version throws.
    func shift(from old: ScriptUnit, to new: ScriptUnit) throws -> Shift? {
        guard let start else { return nil }
        try old.restore(start)
        try new.restore(start)
        var answers: [(door: String, old: LuaValue, new: LuaValue)] = []
        for call in calls {
            let before = try ReplayRecord.ask(call, old)
            let after = try ReplayRecord.ask(call, new)
            if call.answer != nil { answers.append((call.door, before, after)) }
        }
        return Shift(answers)
    }

    private static func ask(_ call: Call, _ unit: ScriptUnit) throws -> LuaValue {
        unit.context.run = call.run
        let answer = try unit.call(
            call.door, call.facts, phase: call.phase, occasion: call.occasion)
        return call.answer == nil ? .nil : try (answer ?? .nil).plain()
    }
}
