public import Tensors
public import Transformers

/// How long a run takes on this machine, as fast as it is now.
///
/// Nothing remembered goes in: a machine that others use runs at half its speed for an hour and at
/// all of it the next, so only what is measured now tells of the run that starts now.
public struct TimeEstimate: Sendable, Hashable {
    /// What an estimate rests on.
    public enum Basis: String, Sendable, Hashable {
        /// Steps of the model itself on made-up text.
        case rehearsed = "timed on a few steps just now"
        /// The machine's product speed now and the share of it that training usually reaches: for
        /// models whose steps would keep the user waiting.
        case estimated = "estimated from the machine's product speed just now"
    }

    public let seconds: Double
    public let tokensPerSecond: Double
    public let basis: Basis

    /// - Parameters:
    ///   - teacher: the sizes of whom the run learns from, whose forward pass is counted by its work.
    ///   - evaluationTokens: scored over the whole run; each costs a third of a trained one.
    public init(
        _ configuration: RunConfiguration, _ plan: RunPlan, model: ModelConfiguration,
        teacher: ModelConfiguration? = nil, evaluationTokens: Int, on backend: any Backend
    ) throws {
        let time = configuration.sequenceLength
        let work = plan.trainingFLOPs(time: time)
        let extra = teacher.map { Census($0).trainingFLOPs(time: time) / 3 / work } ?? 0
        let quick = ProductCeiling.square(kind: plan.precision, repetitions: 3, on: backend)
        if work * Double(plan.tokensAStep) / (quick * 1e9) < TimeEstimate.longestStep {
            basis = .rehearsed
            // The mean, not the median: a run pays for its slow steps too.
            let timed = try TrainingBenchmark(
                model, lora: configuration.lora, rows: configuration.batch.size, time: time,
                microRows: plan.microRows, precision: plan.precision,
                recomputes: configuration.recomputes, on: backend
            ).time(steps: TimeEstimate.rehearsedSteps, warmup: 1).seconds
            tokensPerSecond =
                Double(plan.tokensAStep * timed.count) / timed.reduce(0, +) / (1 + extra)
        } else {
            basis = .estimated
            let ceiling = ProductCeiling(
                of: model, rows: min(plan.microRows * time, 1024), kind: plan.precision,
                repetitions: 1, on: backend)
            tokensPerSecond = TimeEstimate.usualShare * ceiling.model * 1e9 / work / (1 + extra)
        }
        seconds =
            (Double(plan.stepsToMake * plan.tokensAStep) + Double(evaluationTokens)
                / (3 * (1 + extra)))
            / tokensPerSecond
    }

    private static let rehearsedSteps = 3
    /// Seconds that a step may take at the speed of square products to be rehearsed.
    private static let longestStep = 0.6
    /// The share of the product speed that a training step reaches where products are most of it:
    /// attention, norms and the optimizer take the rest. `nightjar bench train` prints it as `mfu`.
    private static let usualShare = 0.88
}
