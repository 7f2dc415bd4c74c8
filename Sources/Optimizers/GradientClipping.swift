import Tensors

/// The length of all gradients taken as one vector, and what clipping multiplies them with.
public struct GradientNorm: Sendable, Hashable {
    /// Not finite where a gradient is not.
    public let norm: Double
    /// `min(1, limit / norm)`; 1 where there is no limit.
    public let scale: Double

    /// Sums squares parameter by parameter, in their order.
    ///
    /// - Parameter limit: the largest norm let through (Pascanu, Mikolov and Bengio 2013).
    public init(of parameters: [OptimizedParameter], limit: Double?) {
        var sum = 0.0
        for parameter in parameters {
            sum += parameter.gradient.backend.sumOfSquares(parameter.gradient)
        }
        let norm = sum.squareRoot()
        self.norm = norm
        // As torch's clip_grad_norm_: the small term keeps a zero norm from dividing by zero.
        scale = limit.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    }
}
