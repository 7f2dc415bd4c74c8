import LuaRuntime
import Telemetry

/// A place in the order of a run's scripts: the unit in force, and what is kept about its calls.
final class ScriptSlot {
    let unit: ScriptUnit
    /// The doors of its curricula, in the order of their names.
    let curricula: [String]
    /// Calls and seconds since they were last told.
    var calls = 0
    var seconds = 0.0
    /// Failures so far.
    var failures = 0
    private let makeFresh: () throws -> ScriptUnit
    private var record = ReplayRecord()

    /// - Parameter makeFresh: the same script, the same bytes, in a state of its own.
    init(_ unit: ScriptUnit, makeFresh: @escaping () throws -> ScriptUnit) {
        self.unit = unit
        self.makeFresh = makeFresh
        curricula =
            unit.doors.paths(in: "curricula")
            + (unit.doors.function("curriculum") == nil ? [] : ["curriculum"])
    }

    /// Calls a door, checks its answer and keeps both for the replay.
    ///
    /// - Parameter isAnswerUsed: whether the answer is looked at.
    func call(
        _ door: String, _ facts: LuaTable<LuaValue>, phase: ScriptPhase, occasion: String,
        run: LuaValue, isAnswerUsed: Bool
    ) throws -> LuaNode? {
        if record.wantsMemory { record.begin(with: try unit.memory()) }
        unit.context.run = run
        let clock = Stopwatch()
        defer {
            seconds += clock.elapsedSeconds
            calls += 1
        }
        let answer: LuaNode?
        do {
            answer = try unit.call(door, facts, phase: phase, occasion: occasion)
        } catch {
            // Half a call cannot be repeated.
            record.forget()
            throw error
        }
        guard isAnswerUsed, let answer, !answer.isNil else {
            record.add(
                door, facts, phase: phase, occasion: occasion, run: run,
                answer: isAnswerUsed ? .nil : nil)
            return nil
        }
        let checked = try checked(answer, of: door)
        record.add(
            door, facts, phase: phase, occasion: occasion, run: run, answer: try checked.plain())
        return checked
    }

    /// Asks the last calls again in a fresh state.
    ///
    /// - Returns: what differs, in a sentence. A script that sees the clock is not asked.
    func replayDifference(left: LuaValue) -> String? {
        guard unit.context.grants.capabilities.isEmpty else { return nil }
        do {
            return record.difference(in: try makeFresh(), left: left)
        } catch {
            return "it cannot be loaded again: \(error)"
        }
    }

    private func checked(_ answer: LuaNode, of door: String) throws -> LuaNode {
        let shape = door == "curriculum" ? Curriculum.answer : try DoorShape.of(door).answer
        guard let shape else { return answer }
        do {
            return try ShapeCheck(stage: .declared).checked(answer, as: shape, at: LuaPath())
        } catch let fault as ShapeFault {
            throw ScriptingError(
                .badAnswer, "it answered what cannot be used: \(fault)",
                path: unit.files.first?.path, keyPath: "\(unit.name) \(door)")
        }
    }

    /// An answer of the right shape that does not fit the moment.
    func unusable(_ door: String, _ expected: String, _ answer: LuaNode) -> ScriptingError {
        ScriptingError(
            .badAnswer, "expected \(expected), got \(answer.summary)",
            path: unit.files.first?.path, keyPath: "\(unit.name) \(door)")
    }
}
