public import Autograd
public import Tensors

/// Root-mean-square normalisation (Zhang and Sennrich 2019):
/// `x / sqrt(mean(x²) + ε) · (weight + offset)`.
public struct RMSNorm {
    /// As wide as what is normalised, f32.
    public let weight: Parameter
    /// Epsilon, and what is normalised.
    public let settings: RMSNormSettings

    public init(weight: Parameter, _ settings: RMSNormSettings) {
        self.weight = weight
        self.settings = settings
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        tape.rmsNorm(x, weight: weight.traced(on: tape), settings)
    }
}
