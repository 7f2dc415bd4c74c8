import Optimizers
import Training

/// Settings that are allowed and probably not meant.
enum RecipeWarnings {
    static func about(_ configuration: RunConfiguration) -> [String] {
        var warnings: [String] = []
        guard case .steps(let steps) = configuration.budget else { return warnings }
        for (key, length) in lengths(of: configuration.schedule) {
            guard case .steps(let count) = length, count > steps else { continue }
            warnings.append(
                "schedule.\(key)_steps (\(count)) is more than the run's steps (\(steps))")
        }
        if let every = configuration.checkpoints.everySteps, every > steps {
            warnings.append(
                "checkpoint.every_steps (\(every)) is more than the run's steps (\(steps)): the "
                    + "run is saved at its end only")
        }
        if let every = configuration.evaluation.everySteps, every > steps {
            warnings.append(
                "evaluate.every_steps (\(every)) is more than the run's steps (\(steps)): held-out "
                    + "loss is measured at the beginning and the end only")
        }
        return warnings
    }

    private static func lengths(of schedule: Schedule) -> [(String, ScheduleLength)] {
        switch schedule {
        case .constant(let schedule): [("warmup", schedule.warmup)]
        case .linear(let schedule): [("warmup", schedule.warmup)]
        case .cosine(let schedule): [("warmup", schedule.warmup)]
        case .warmupStableDecay(let schedule):
            [("warmup", schedule.warmup), ("decay", schedule.decay)]
        case .piecewise, .custom: []
        }
    }
}
