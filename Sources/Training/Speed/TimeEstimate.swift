public import Tensors
public import Transformers

/// How long a run takes, from what is known of the machine.
public struct TimeEstimate: Sendable, Hashable {
    /// What an estimate rests on.
    public enum Basis: String, Sendable, Hashable {
        /// A run or a bench of the same shape on this machine.
        case measured = "measured before at this shape"
        /// The machine's product speed and the share of it that training usually reaches.
        case estimated = "estimated from the machine's product speed"
    }

    public let seconds: Double
    public let tokensPerSecond: Double
    public let basis: Basis

    /// - Parameters:
    ///   - evaluationTokens: scored over the whole run; each costs a third of a trained one.
    ///   - known: what the machine's store says of this shape.
    public init(
        _ plan: RunPlan, model: ModelConfiguration, time: Int, evaluationTokens: Int,
        known: SpeedStore.Entry, on backend: any Backend
    ) {
        if let speed = known.trainingTokensPerSecond {
            basis = .measured
            tokensPerSecond = speed
        } else {
            basis = .estimated
            let ceiling =
                known.ceilingGFLOPS
                ?? ProductCeiling(
                    of: model, rows: min(plan.microRows * time, 1024), kind: plan.precision,
                    repetitions: 1, on: backend
                ).model
            let work = Census(model).trainingFLOPs(time: time)
            tokensPerSecond = TimeEstimate.usualShare * ceiling * 1e9 / work
        }
        seconds =
            (Double(plan.totalTokens) + Double(evaluationTokens) / 3) / tokensPerSecond
    }

    /// The share of the product speed that a training step reaches: attention, norms and the
    /// optimizer take the rest.
    private static let usualShare = 0.8
}
