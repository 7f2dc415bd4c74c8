public import Tensors

extension Tape {
    /// Walks back from a scalar loss and adds every parameter's gradient to `gradients`.
    ///
    /// Nodes are visited in the reverse of the order in which they were recorded, so gradients
    /// become final in a fixed order; each node's saved tensors are released as soon as it is done.
    ///
    /// - Parameter seed: the gradient of `root`; 1 when absent, which only a loss accepts.
    public func backward(from root: Traced, seed: Tensor? = nil) {
        guard let last = root.node else { return }
        arrived[last] = seed
        for index in stride(from: last, through: 0, by: -1) {
            let node = nodes[index]
            if case .variable = node.operation { continue }
            let upstream = arrived[index]
            guard upstream != nil || (index == last && seed == nil) else { continue }
            nodes[index].operation = .spent
            arrived[index] = nil
            if case .parameter(let slot) = node.operation {
                if let upstream, let gradients { gradients.add(upstream, to: slot) }
                continue
            }
            node.operation.pullBack(upstream, to: GradientSink(tape: self, inputs: node.inputs))
        }
    }
}

extension Gradients {
    /// Adds a gradient that came as a tensor of its own.
    func add(_ gradient: Tensor, to slot: Int) {
        let (buffer, accumulate) = target(slot)
        if accumulate {
            gradient.backend.accumulate(gradient, scale: 1, into: buffer)
        } else if gradient.kind == buffer.kind {
            gradient.backend.copy(gradient, to: buffer)
        } else {
            gradient.backend.cast(gradient, into: buffer)
        }
    }
}
