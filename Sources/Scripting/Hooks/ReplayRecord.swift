import LuaRuntime
import Telemetry

/// The last calls of a script with what it answered, to be asked again in a fresh state.
///
/// A script's answers must follow from what it is given and from `ctx.state`: what else it keeps,
/// in an upvalue for instance, is lost when a run resumes. The same calls tell how far a new version
/// of the script answers differently. Calls are kept in short stretches, each with a copy of the
/// memory at its beginning.
struct ReplayRecord {
    private struct Call {
        let question: ScriptQuestion
        /// Nil where nobody looks at the answer.
        let answer: LuaValue?
        /// Nil where it did nothing beside.
        let trace: CallTrace?
    }

    private struct Stretch {
        let memory: LuaValue
        /// Whether the state had answered nothing before.
        let isFirst: Bool
        var calls: [Call] = []
    }

    /// Calls that are asked again at a checkpoint, once there were so many.
    static let replayDepth = 16
    /// Calls that tell a version's shift, once there were so many.
    static let shiftDepth = 64
    private static let stretchLength = 8
    /// Seconds after which no more calls are asked of two versions.
    private static let patience = 1.0
    /// A call that received more than this from the network is not kept.
    private static let mostNetworkBytes = 256 << 10

    private var stretches: [Stretch] = []
    private var hasBegun = false
    /// Calls that still go into the last stretch.
    private var room = 0

    /// Whether `begin` is wanted before the next call.
    var wantsMemory: Bool { room == 0 }

    /// Begins a stretch with a copy of the memory.
    mutating func begin(with memory: LuaValue) {
        stretches.append(Stretch(memory: memory, isFirst: !hasBegun))
        hasBegun = true
        room = ReplayRecord.stretchLength
        let kept = ReplayRecord.shiftDepth / ReplayRecord.stretchLength + 1
        stretches.removeFirst(max(0, stretches.count - kept))
    }

    /// Notes a call that was answered.
    mutating func add(_ question: ScriptQuestion, answer: LuaValue?, trace: CallTrace?) {
        guard !stretches.isEmpty else { return }
        if let trace, trace.networkBytes > ReplayRecord.mostNetworkBytes { return forget() }
        stretches[stretches.count - 1].calls.append(
            Call(question: question, answer: answer, trace: trace))
        room -= 1
    }

    /// Forgets the calls, as when one could not be finished.
    mutating func forget() {
        stretches = []
        room = 0
    }

    /// Asks the last calls again.
    ///
    /// It begins anywhere but at the state's very first call where it can: what a state keeps
    /// beside its memory does not show from there.
    ///
    /// - Parameters:
    ///   - fresh: the same script in a state of its own.
    ///   - left: the memory that the calls left.
    /// - Returns: what differs, in a sentence; nil where nothing does.
    func difference(in fresh: ScriptUnit, left: LuaValue) -> String? {
        var start = max(0, stretches.count - 1)
        while start > 0, !stretches[start - 1].isFirst,
            stretches[start...].reduce(0, { $0 + $1.calls.count }) < ReplayRecord.replayDepth
        {
            start -= 1
        }
        guard start < stretches.count else { return nil }
        do {
            try fresh.restore(stretches[start].memory)
            for call in stretches[start...].flatMap(\.calls) {
                fresh.context.trace = CallTrace()
                let answer = try ReplayRecord.ask(call, fresh).plain()
                if let expected = call.answer, !PlainEquality.equal(answer, expected) {
                    return "\(call.question.occasion.told) answered "
                        + "\(LuaSpelling.of(expected)), and \(LuaSpelling.of(answer)) when asked "
                        + "again in a fresh state"
                }
                let notes = call.trace?.notes ?? CallNotes()
                if let said = notes.difference(from: fresh.context.trace?.notes ?? CallNotes()) {
                    return "\(call.question.occasion.told) said \(said.first), and "
                        + "\(said.second) when asked again in a fresh state"
                }
            }
            guard PlainEquality.equal(try fresh.memory(), left) else {
                return "the same calls in a fresh state leave another ctx.state"
            }
            return nil
        } catch let error as ScriptingError where error.isCutByTime {
            // A busy machine says nothing about the script.
            return nil
        } catch {
            return "asked again in a fresh state it failed: \(error)"
        }
    }

    /// Asks both versions the recorded calls, each with a copy of the memory.
    ///
    /// What the new one answers must be of use to the run, and what it leaves in its memory must be
    /// such that a checkpoint can keep it: the run would end with the first that is not.
    ///
    /// - Returns: what they answered where somebody looks at the answer.
    /// - Throws: what a version throws, and `ScriptingError` for such an answer or memory.
    func answers(of old: ScriptUnit, and new: ScriptUnit) throws -> [Shift.Answers] {
        guard let first = stretches.first else { return [] }
        // What the old version cannot do any more is nothing against the new one.
        var isOldSound = (try? old.restore(first.memory)) != nil
        try new.restore(first.memory)
        var answers: [Shift.Answers] = []
        let clock = Stopwatch()
        // The run waits meanwhile.
        for call in stretches.flatMap(\.calls) where clock.elapsedSeconds < ReplayRecord.patience {
            let after = try ReplayRecord.ask(call, new)
            let before = isOldSound ? try? ReplayRecord.ask(call, old).plain() : nil
            isOldSound = isOldSound && before != nil
            guard call.answer != nil else { continue }
            let door = call.question.door
            try new.check(after, of: door, facts: call.question.facts)
            if let before { answers.append((door, before, try after.plain())) }
        }
        _ = try new.memory(isKept: true)
        return answers
    }

    private static func ask(_ call: Call, _ unit: ScriptUnit) throws -> LuaNode {
        unit.context.run = call.question.run
        // The world is not asked twice: it may have been told something by the first call.
        unit.context.network = RecordedNetwork(call.trace?.exchanges ?? [])
        let answer = try unit.call(call.question)
        return call.answer == nil ? .nil : answer ?? .nil
    }
}
