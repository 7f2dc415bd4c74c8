import LuaRuntime
import Telemetry

/// Where a Lua function stands.
struct FunctionPlace: Sendable, CustomStringConvertible {
    let path: String
    /// One-based, where known.
    let line: Int?

    var description: String { line.map { "\(path):\($0)" } ?? path }
}

/// What a schedule asks for its factors: a recipe's function, or one of a plugin.
struct ScheduleFunction {
    let place: FunctionPlace
    /// What it is called in messages.
    let keyPath: String
    /// Gives what it answers to a progress; throws `ScriptingError`.
    let answer: (Double) throws -> LuaNode?

    /// A recipe's `schedule`.
    init(
        _ function: LuaFunction, place: FunctionPlace, budget: LuaRuntime.Budget,
        in context: ScriptContext
    ) {
        self.place = place
        keyPath = "schedule"
        answer = { progress in
            do {
                return try context.during(.answer, occasion: CallOccasion("\(progress)")) {
                    try function.callNodes([.number(progress)], budget: budget).first
                }
            } catch let error as LuaError {
                var failure = ScriptingError(error, path: place.path)
                failure.line = failure.line ?? place.line
                failure.keyPath = "schedule"
                throw failure
            }
        }
    }

    /// A door of a plugin; it keeps the unit.
    init(_ schedule: PluginSchedule, of unit: ScriptUnit) {
        place = FunctionPlace(path: unit.files.first?.path ?? schedule.plugin, line: nil)
        keyPath = "\(schedule.plugin) \(schedule.door)"
        answer = { progress in
            try unit.call(
                ScriptQuestion(
                    schedule.door,
                    ScriptDispatch.payload(LuaTable(["progress": .number(progress)])),
                    phase: .answer, occasion: "\(progress)"))
        }
    }

    /// The factor at a progress.
    ///
    /// - Throws: `ScriptingError` where the function raises, runs past its budget, or answers
    ///   anything but a finite number that is 0 or more.
    func factor(at progress: Double) throws -> Double {
        let answer = try answer(progress)
        guard let answer, let value = ShapeCheck.number(answer), value.isFinite, value >= 0 else {
            let got = answer?.summary ?? "nothing"
            throw unusable(
                "the function answered \(got) at progress \(progress); it must give a finite "
                    + "number, 0 or more")
        }
        return value
    }

    /// Where a schedule is asked before it is used: 33 places, the ends and the middles first, so
    /// that a slow function which is not asked everywhere is asked along the whole run.
    static let alongTheRun: [Double] =
        [0, 1]
        + (1...5).flatMap { halving in
            stride(from: 1, to: 1 << halving, by: 2).map { Double($0) / Double(1 << halving) }
        }

    /// Seconds after which no further place is asked.
    private static let mostSeconds = 1.0

    /// What this version and the one before answer along the run.
    ///
    /// Where the old one fails there is nothing to compare with: that may be why it was edited.
    ///
    /// - Throws: `ScriptingError` where this one cannot be used.
    func answers(beside before: ScheduleFunction) throws -> [(old: Double, new: Double)] {
        let clock = Stopwatch()
        var answers: [(old: Double, new: Double)] = []
        for progress in Self.alongTheRun where clock.elapsedSeconds < Self.mostSeconds {
            let new = try factor(at: progress)
            if let old = try? before.factor(at: progress) { answers.append((old, new)) }
        }
        return answers
    }

    /// Asks along the run, then again in another order in a fresh state.
    ///
    /// - Parameter fresh: the same function, loaded once more; nil where it is gone then.
    /// - Throws: `ScriptingError` for an answer that cannot be used, or that differs.
    func checkPurity(fresh: () throws -> ScheduleFunction?) throws {
        let clock = Stopwatch()
        var asked: [(progress: Double, factor: Double)] = []
        for progress in Self.alongTheRun
        where asked.count < 5 || clock.elapsedSeconds < Self.mostSeconds {
            asked.append((progress, try factor(at: progress)))
        }
        guard let again = try fresh() else {
            throw unusable("loading the file again gives no function here")
        }
        for (progress, factor) in asked.reversed() {
            let second = try again.factor(at: progress)
            guard second == factor else {
                throw unusable(
                    "the function answered \(factor) at progress \(progress), and \(second) in a "
                        + "fresh state; it must depend on progress alone, or a resumed run would "
                        + "differ")
            }
        }
    }

    private func unusable(_ sentence: String) -> ScriptingError {
        ScriptingError(
            .badAnswer, sentence, path: place.path, line: place.line, keyPath: keyPath)
    }
}
