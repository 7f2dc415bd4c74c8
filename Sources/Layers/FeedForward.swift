public import Autograd
import Tensors

/// The gated feed-forward part (SwiGLU, Shazeer 2020): `down(silu(gate(x)) * up(x))`.
public struct FeedForward {
    /// Gate over up, `[2F, C]`.
    public var gateUp: Linear
    /// `[C, F]`.
    public var down: Linear

    public init(gateUp: Linear, down: Linear) {
        self.gateUp = gateUp
        self.down = down
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        down(tape.swiGLU(gateUp(x, on: tape)), on: tape)
    }

    /// Arranges both weights for many products; later changes of them are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        gateUp.prepareForInference(weights)
        down.prepareForInference(weights)
    }
}
