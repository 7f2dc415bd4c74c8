import LuaRuntime

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
    init(_ function: LuaFunction, place: FunctionPlace, budget: LuaRuntime.Budget) {
        self.place = place
        keyPath = "schedule"
        answer = { progress in
            do {
                return try function.callNodes([.number(progress)], budget: budget).first
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
                schedule.door,
                ScriptDispatch.payload(LuaTable(["progress": .number(progress)])),
                phase: .answer, occasion: "\(progress)")
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

    /// Where two versions are compared.
    static let alongTheRun = (0...32).map { Double($0) / 32 }

    /// Asks along the run, then again in another order in a fresh state.
    ///
    /// - Parameter fresh: the same function, loaded once more; nil where it is gone then.
    /// - Throws: `ScriptingError` for an answer that cannot be used, or that differs.
    func checkPurity(fresh: () throws -> ScheduleFunction?) throws {
        let progress = [0, 0.25, 0.5, 0.75, 1]
        let factors = try progress.map(factor)
        guard let again = try fresh() else {
            throw unusable("loading the file again gives no function here")
        }
        for (progress, factor) in zip(progress, factors).reversed() {
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
