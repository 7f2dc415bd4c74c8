import Foundation
import LuaRuntime
public import Optimizers

/// Where a Lua function stands.
struct FunctionPlace: Sendable, CustomStringConvertible {
    let path: String
    /// One-based, where known.
    let line: Int?

    var description: String { line.map { "\(path):\($0)" } ?? path }
}

/// A schedule written in Lua: a function that takes progress, 0 to 1, and gives the factor.
///
/// Equal progress must give equal factors: the function keeps nothing between calls. Any thread may
/// ask; calls take turns.
public final class ScriptedSchedule: CustomSchedule, @unchecked Sendable {
    // Unchecked: the function and its state, which is no one else's once the recipe is loaded, are
    // touched under the lock alone.
    private var function: LuaFunction
    private let lock = NSLock()
    private let place: FunctionPlace
    private let budget: LuaRuntime.Budget

    init(_ function: LuaFunction, place: FunctionPlace, budget: LuaRuntime.Budget) {
        self.function = function
        self.place = place
        self.budget = budget
    }

    /// Asks another function from now on, as after an edit of the recipe.
    func replace(with function: LuaFunction) {
        lock.withLock { self.function = function }
    }

    /// - Throws: `ScriptingError` where the function raises, runs past its budget, or answers
    ///   anything but a finite number that is 0 or more.
    public func factor(at position: SchedulePosition) throws -> Double {
        try factor(progress: position.progress)
    }

    func factor(progress: Double) throws -> Double {
        let results: [LuaNode]
        do {
            results = try lock.withLock {
                try function.callNodes([.number(progress)], budget: budget)
            }
        } catch let error as LuaError {
            var failure = ScriptingError(error, path: place.path)
            failure.line = failure.line ?? place.line
            failure.keyPath = "schedule"
            throw failure
        }
        guard let first = results.first, let value = ShapeCheck.number(first), value.isFinite,
            value >= 0
        else {
            let got = results.first?.summary ?? "nothing"
            throw unusable(
                "the function answered \(got) at progress \(progress); it must give a finite "
                    + "number, 0 or more")
        }
        return value
    }

    /// Asks along the run, then again in another order in a fresh state.
    ///
    /// - Parameter fresh: the schedule of the same recipe, loaded once more.
    /// - Throws: `ScriptingError` for an answer that cannot be used, or that differs.
    func checkPurity(fresh: () throws -> LuaNode?) throws {
        let progress = [0, 0.25, 0.5, 0.75, 1]
        let factors = try progress.map(factor)
        guard case .function(let again)? = try fresh() else {
            throw unusable("loading the recipe again gives no function here")
        }
        let other = ScriptedSchedule(again, place: place, budget: budget)
        for (progress, factor) in zip(progress, factors).reversed() {
            let second = try other.factor(progress: progress)
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
            .badAnswer, sentence, path: place.path, line: place.line, keyPath: "schedule")
    }
}
