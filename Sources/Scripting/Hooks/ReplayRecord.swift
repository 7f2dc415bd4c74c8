import LuaRuntime

/// The last calls of a script with what it answered, to be asked again in a fresh state.
///
/// A script's answers must follow from what it is given and from `ctx.state`: what else it keeps,
/// in an upvalue for instance, is lost when a run resumes. The record begins with a copy of the
/// memory, and holds the calls since.
struct ReplayRecord {
    private struct Call {
        let door: String
        let facts: LuaTable<LuaValue>
        let phase: ScriptPhase
        let occasion: String
        let run: LuaValue?
        let answer: LuaValue?
    }

    /// Calls that are kept at least, once there are so many.
    static let depth = 16

    private var memory: LuaValue?
    private var calls: [Call] = []
    private var newerMemory: LuaValue?
    private var newer: [Call] = []

    /// Notes a call that was answered.
    ///
    /// - Parameter memoryBefore: the memory at the beginning of this call; asked now and then.
    mutating func add(
        _ door: String, _ facts: LuaTable<LuaValue>, phase: ScriptPhase, occasion: String,
        run: LuaValue?, answer: LuaValue?
    ) {
        newer.append(
            Call(
                door: door, facts: facts, phase: phase, occasion: occasion, run: run,
                answer: answer))
    }

    /// Whether the memory is wanted before the next call.
    var wantsMemory: Bool { newerMemory == nil || newer.count >= ReplayRecord.depth }

    mutating func begin(with memory: LuaValue) {
        self.memory = newerMemory
        calls = newer
        newerMemory = memory
        newer = []
    }

    /// Forgets everything, as when a script was swapped.
    mutating func forget() { self = ReplayRecord() }

    /// Asks the recorded calls again.
    ///
    /// - Parameters:
    ///   - fresh: the same script in a state of its own.
    ///   - left: the memory that the calls left.
    /// - Returns: what differs, in a sentence; nil where nothing does.
    func difference(in fresh: ScriptUnit, left: LuaValue) -> String? {
        guard let start = memory ?? newerMemory else { return nil }
        do {
            try fresh.restore(start)
            for call in (memory == nil ? [] : calls) + newer {
                fresh.context.run = call.run
                let answer = try fresh.call(
                    call.door, call.facts, phase: call.phase, occasion: call.occasion)?.plain()
                guard let expected = call.answer else { continue }
                guard PlainEquality.equal(answer ?? .nil, expected) else {
                    return "\(call.door) at \(call.occasion) answered "
                        + "\(LuaSpelling.of(expected)), and \(LuaSpelling.of(answer ?? .nil)) when "
                        + "asked again in a fresh state"
                }
            }
            let memory = try fresh.memory()
            guard PlainEquality.equal(memory, left) else {
                return "the same calls in a fresh state leave another ctx.state"
            }
            return nil
        } catch {
            return "asked again in a fresh state it failed: \(error)"
        }
    }
}
