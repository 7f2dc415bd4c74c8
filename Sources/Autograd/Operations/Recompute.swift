import Tensors

extension Tape {
    /// Runs `body` without remembering its insides and runs it again on the way back, trading a
    /// second forward pass for memory (Chen et al. 2016).
    ///
    /// - Parameter body: a pure function of `input` and of parameters; it records on the tape it
    ///   is given, which differs from this one.
    public func recompute(_ input: Traced, _ body: @escaping (Tape, Traced) -> Traced) -> Traced {
        guard isRecording else { return body(self, input) }
        let output = body(Tape(gradients: nil, draws: draws), .constant(input.value)).value
        // Parameters inside the body want gradients even where the input does not.
        let anchor = input.node == nil ? variable(input.value) : input
        return record(
            .recompute(Recomputation(input: input.value, body: body)), inputs: [anchor],
            output: output)
    }
}

/// A piece of a model that is computed again when its gradient is asked for.
struct Recomputation {
    var input: Tensor
    var body: (Tape, Traced) -> Traced

    func pullBack(_ upstream: Tensor, to inputs: GradientSink) {
        let inner = Tape(gradients: inputs.tape.gradients, draws: inputs.tape.draws)
        let variable = inner.variable(input)
        inner.backward(from: body(inner, variable), seed: upstream)
        if let gradient = inner.gradient(of: variable) { inputs.give(gradient, to: 0) }
    }
}
