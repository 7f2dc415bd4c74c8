public import Autograd
public import Tensors

/// The gated feed-forward part (Shazeer 2020): `down(activation(gate(x)) * up(x))`; SwiGLU with
/// SiLU, GEGLU with GELU.
public struct FeedForward {
    /// Gate over up, `[2F, C]`.
    public var gateUp: Linear
    /// `[C, F]`.
    public var down: Linear
    /// What the gate goes through.
    public let activation: Activation

    public init(gateUp: Linear, down: Linear, activation: Activation = .silu) {
        self.gateUp = gateUp
        self.down = down
        self.activation = activation
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        down(tape.glu(gateUp(x, on: tape), activation), on: tape)
    }

    /// Arranges both weights for many products; later changes of them are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        gateUp.prepareForInference(weights)
        down.prepareForInference(weights)
    }
}
