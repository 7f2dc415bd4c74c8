public import Autograd
import Tensors

/// Root-mean-square normalisation (Zhang and Sennrich 2019): `x / sqrt(mean(x²) + ε) · weight`.
public struct RMSNorm {
    /// `[C]`, f32.
    public let weight: Parameter
    public let epsilon: Float

    public init(weight: Parameter, epsilon: Float) {
        self.weight = weight
        self.epsilon = epsilon
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        tape.rmsNorm(x, weight: weight.traced(on: tape), epsilon: epsilon)
    }
}
