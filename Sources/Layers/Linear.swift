public import Autograd
import Tensors

/// A linear map: `y = x · weightᵀ (+ bias)`.
public struct Linear {
    /// `[out, in]`.
    public let weight: Parameter
    /// `[out]`, f32.
    public let bias: Parameter?
    /// The weight in the backend's fastest arrangement, where inference has prepared one.
    var prepared: Tensor?

    public init(weight: Parameter, bias: Parameter? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// Its parameters, the weight first.
    public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// - Parameter x: `[N, in]`
    /// - Returns: `[N, out]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        let y: Traced
        if let prepared, !tape.isRecording {
            y = tape.linear(x, .constant(prepared))
        } else {
            y = tape.linear(x, weight.traced(on: tape))
        }
        return bias.map { tape.bias(y, $0.traced(on: tape)) } ?? y
    }

    /// Arranges the weight for many products; later changes of the weight are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        prepared = weight.prepared(weights)
    }
}
