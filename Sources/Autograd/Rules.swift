import Tensors

extension Operation {
    /// The table of gradients: passes what has reached the output on to the inputs.
    ///
    /// - Parameter upstream: the gradient of the output; nil stands for 1 at the root of a walk.
    func pullBack(_ upstream: Tensor?, to inputs: GradientSink) {
        switch self {
        case .linearCrossEntropy(let hidden, let head):
            pullBackLinearCrossEntropy(
                upstream, hiddenGradient: hidden, headGradient: head, to: inputs)
            return
        case .parameter, .variable, .spent:
            return
        default:
            break
        }
        guard let upstream else {
            preconditionFailure("A walk over gradients begins at a loss or with a seed.")
        }
        switch self {
        case .add:
            inputs.give(upstream, to: 0)
            inputs.give(upstream, to: 1)
        case .linear(let x, let weight):
            pullBackLinear(upstream, x: x, weight: weight, to: inputs)
        case .adaptedLinear(let saved):
            saved.pullBack(upstream, to: inputs)
        case .scaled(let factor):
            inputs.give(upstream.scaled(by: factor), to: 0)
        case .bias:
            if inputs.wants(1) {
                inputs.withSum(of: 1) { upstream.backend.addRows(of: upstream, to: $0) }
            }
            inputs.give(upstream, to: 0)
        case .glu(let gateUp, let activation):
            inputs.give(
                upstream.backend.gluBackward(
                    upstream, gateUp: gateUp, activation, into: gateUp), to: 0)
        case .rmsNorm(let saved):
            saved.pullBack(upstream, to: inputs)
        case .gather(let ids):
            inputs.withSum(of: 0) { upstream.backend.scatterAdd(upstream, rows: ids, into: $0) }
        case .attention(let saved):
            inputs.give(saved.pullBack(upstream), to: 0)
        case .recompute(let recomputation):
            recomputation.pullBack(upstream, to: inputs)
        case .parameter, .variable, .spent, .linearCrossEntropy:
            break
        }
    }
}
