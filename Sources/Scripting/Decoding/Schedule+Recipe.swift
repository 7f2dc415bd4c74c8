import LuaRuntime
import Optimizers

extension Schedule {
    /// A schedule that is a table; one that is a function is a `ScriptedSchedule`.
    ///
    /// - Throws: `ShapeFault`.
    init(recipe table: CompleteTable, at path: LuaPath) throws {
        switch table.kind {
        case "linear":
            self = .linear(Linear(warmup: table.length("warmup"), final: table.number("final")))
        case "cosine":
            self = .cosine(Cosine(warmup: table.length("warmup"), final: table.number("final")))
        case "wsd":
            self = .warmupStableDecay(
                WarmupStableDecay(
                    warmup: table.length("warmup"), decay: table.length("decay"),
                    final: table.number("final"), shape: table.word("shape")))
            if let warmup = table.optionalNumber("warmup_share"),
                let decay = table.optionalNumber("decay_share"), warmup + decay > 1
            {
                throw ShapeFault(
                    path: path,
                    sentence: "warmup_share (\(warmup)) and decay_share (\(decay)) come to more "
                        + "than the whole run; make them 1 together at most")
            }
        case "piecewise":
            self = .piecewise(
                Piecewise(points: try Self.points(table, at: path.appending("points"))))
        default:
            self = .constant(Constant(warmup: table.length("warmup")))
        }
    }

    private static func points(
        _ table: CompleteTable, at path: LuaPath
    ) throws -> [Piecewise.Point] {
        var points: [Piecewise.Point] = []
        for (index, node) in table.inner("points").table.array.enumerated() {
            guard case .table(let entry) = node else { continue }
            let point = CompleteTable(entry)
            let at = point.number("at")
            if let last = points.last, at < last.at {
                throw ShapeFault(
                    path: path.appending(.integer(Int64(index + 1))).appending("at"),
                    sentence: "\(at) comes after \(last.at); give the points in rising order")
            }
            points.append(.init(at: at, factor: point.number("factor")))
        }
        return points
    }
}

extension CompleteTable {
    fileprivate func length(_ stem: String) -> ScheduleLength {
        if let steps = optionalInteger("\(stem)_steps") { return .steps(steps) }
        if let tokens = optionalInteger("\(stem)_tokens") { return .tokens(tokens) }
        return .share(number("\(stem)_share"))
    }
}
