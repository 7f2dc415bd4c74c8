import Tensors

/// The inputs of one operation, as its gradient rule sees them.
struct GradientSink {
    let tape: Tape
    let inputs: [Int?]

    /// Whether any gradient is wanted for an input.
    func wants(_ input: Int) -> Bool { inputs[input] != nil }

    /// Passes a gradient to an input, adding to what has arrived there.
    func give(_ gradient: Tensor, to input: Int) {
        guard let node = inputs[input] else { return }
        // The first arrival may be shared with another input, so sums go to a new tensor.
        tape.arrived[node] = tape.arrived[node].map { $0.backend.add($0, gradient) } ?? gradient
    }

    /// Where a weight's product is written: straight into the parameter's buffer where the input
    /// is a parameter, so that no copy is made; nil where the product goes to `give`.
    func productTarget(_ input: Int) -> (buffer: Tensor, accumulate: Bool)? {
        parameterSlot(input).flatMap { tape.gradients?.target($0) }
    }

    /// Calls `body` with a buffer that sums the gradient of an input.
    func withSum(of input: Int, _ body: (Tensor) -> Void) {
        guard wants(input) else { return }
        guard let slot = parameterSlot(input), let gradients = tape.gradients else {
            preconditionFailure("Gradients that are summed in place reach parameters only.")
        }
        body(gradients[slot])
    }

    private func parameterSlot(_ input: Int) -> Int? {
        guard let node = inputs[input], case .parameter(let slot) = tape.nodes[node].operation
        else { return nil }
        return slot
    }
}
