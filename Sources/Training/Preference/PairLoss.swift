#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The loss of one pair of answers: Direct Preference Optimization (Rafailov et al. 2023).
///
/// An answer's reward is β times how much likelier the model finds it than the reference does. The
/// loss is −log σ(margin) of the chosen reward over the rejected one; with label smoothing ε,
/// −(1 − ε) log σ(margin) − ε log σ(−margin) (Mitchell 2023).
struct PairLoss: Equatable {
    /// Rewards of both sides.
    let chosen: Double
    let rejected: Double
    /// Nats.
    let value: Double
    /// What the chosen answer's log-likelihood is to rise by, per unit of rate, and the rejected
    /// one's to fall: −∂value / ∂(log-likelihood).
    let pull: Double

    /// - Parameters:
    ///   - model: log-likelihoods of the chosen answer and the rejected one.
    ///   - reference: those of the reference.
    init(
        model: (chosen: Double, rejected: Double), reference: (chosen: Double, rejected: Double),
        _ settings: Preference
    ) {
        chosen = settings.beta * (model.chosen - reference.chosen)
        rejected = settings.beta * (model.rejected - reference.rejected)
        let margin = chosen - rejected
        let doubt = settings.labelSmoothing
        value = (1 - doubt) * Self.softplus(-margin) + doubt * Self.softplus(margin)
        pull = settings.beta * ((1 - doubt) * Self.sigmoid(-margin) - doubt * Self.sigmoid(margin))
    }

    /// log(1 + eˣ), without overflow: −log σ(−x).
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

    private static func sigmoid(_ x: Double) -> Double {
        x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
    }
}
