public import Autograd
import Tensors

/// A linear map without bias: `y = x · weightᵀ`.
public struct Linear {
    /// `[out, in]`.
    public let weight: Parameter
    /// The weight in the backend's fastest arrangement, where inference has prepared one.
    var prepared: Tensor?

    public init(weight: Parameter) { self.weight = weight }

    /// - Parameter x: `[N, in]`
    /// - Returns: `[N, out]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        guard let prepared, !tape.isRecording else {
            return tape.linear(x, weight.traced(on: tape))
        }
        return tape.linear(x, .constant(prepared))
    }

    /// Arranges the weight for many products; later changes of the weight are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        prepared = weight.prepared(weights)
    }
}
