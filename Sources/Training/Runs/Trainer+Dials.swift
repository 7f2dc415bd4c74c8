import Corpora
import Optimizers
import Telemetry

extension Trainer {
    /// Turns dials between two steps; all of them, or, where one is refused, none.
    ///
    /// A program that turns dials turns them again when it is resumed: nothing repeats it.
    ///
    /// - Throws: `TrainingError` naming the dial that is unknown, or the value it does not take;
    ///   `CorporaError` where no document would be left to learn from.
    public func setDials(_ changes: [DialChange]) throws {
        try requireBetweenSteps()
        try turn(changes)
    }

    /// Every dial of the run and its value now, in the catalogue's order.
    public var dialValues: [(dial: Dial, value: DialValue)] {
        let values = dials.values
        return dials.dials.map { ($0, values[$0.path] ?? .nothing) }
    }

    /// Turns dials: checks, journals, then lets them take effect.
    ///
    /// A dial that stands as wished is no change.
    func turn(_ wishes: [DialChange]) throws {
        let changes = try plan(wishes)
        for change in changes {
            try recorder.event("dial", step: state.step, fields(of: change))
        }
        try effect(changes)
    }

    /// The changes that wishes come to, each of which can be made.
    func plan(_ wishes: [DialChange]) throws -> [DialChange] {
        let values = dials.values
        let changes = try dials.check(wishes, step: state.step).filter {
            values[$0.path] != $0.value
        }
        // What stays as it is was looked at before.
        guard !changes.isEmpty else { return [] }
        var planned = dials
        for change in changes { _ = planned.set(change, step: state.step) }
        if planned.totalSteps != dials.totalSteps {
            guard
                !planned.totalSteps.multipliedReportingOverflow(by: parts.plan.tokensAStep)
                    .overflow
            else {
                throw TrainingError(
                    .badDial,
                    "\(planned.totalSteps) steps are more than can be counted; set fewer.")
            }
        }
        do {
            if let plan = try planned.dataPlan(after: dials) {
                try loader.checkPlan(weights: plan.weights, admission: plan.admission)
            }
            try parts.limits.check(
                weights: planned.sourceWeights(), given: loader.state.sources.map(\.tokens),
                steps: planned.totalSteps - state.step)
        } catch let error as TrainingError {
            // The recipe is as it was; what does not fit is the wish.
            throw TrainingError(.badDial, error.message)
        }
        return changes
    }

    /// A change as the journal tells it.
    func fields(of change: DialChange) -> [String: MetricValue] {
        let before = dials.values[change.path] ?? .nothing
        return [
            "path": .string(change.path), "value": change.value.metric, "before": before.metric,
            "origin": .string(change.origin),
        ]
    }

    /// Lets planned changes take effect.
    func effect(_ changes: [DialChange]) throws {
        guard !changes.isEmpty else { return }
        var planned = dials
        for change in changes {
            let before = planned.set(change, step: state.step)
            try recorder.record(TurnedDial(change: change, before: before, step: state.step))
        }
        if let plan = try planned.dataPlan(after: dials) {
            try loader.replan(weights: plan.weights, admission: plan.admission)
            state.loader = loader.state
        }
        dials = planned
        state.course.dials = dials.settings
        isSaved = false
        followDials()
    }

    /// Tells the parts of the run what the dials say.
    func followDials() {
        parts.optimizer.weightDecay = dials.weightDecay
        parts.step.clip = dials.gradientClip
        keeper.keepLast = dials.keepLast
    }
}
