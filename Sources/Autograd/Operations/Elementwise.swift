public import Tensors

extension Tape {
    /// `a + b`, as residual connections need it.
    public func add(_ a: Traced, _ b: Traced) -> Traced {
        record(.add, inputs: [a, b], output: a.value.backend.add(a.value, b.value))
    }

    /// `factor · x`.
    public func scaled(_ x: Traced, by factor: Float) -> Traced {
        record(.scaled(by: factor), inputs: [x], output: x.value.scaled(by: factor))
    }

    /// `x [N, C] + bias [C]` (f32), over the memory of `x`, which nobody else may read.
    public func bias(_ x: Traced, _ bias: Traced) -> Traced {
        x.value.backend.addBias(bias.value, to: x.value)
        return record(.bias, inputs: [x, bias], output: x.value)
    }

    /// `activation(gate) * up` of `gateUp [N, 2F]`: `[N, F]`. Its gradient comes into the memory of
    /// `gateUp`, which nobody else may read.
    public func glu(_ gateUp: Traced, _ activation: Activation) -> Traced {
        record(
            .glu(gateUp: gateUp.value, activation), inputs: [gateUp],
            output: gateUp.value.backend.glu(gateUp.value, activation))
    }
}

extension Tensor {
    func scaled(by factor: Float) -> Tensor {
        let result = backend.empty(shape, kind)
        backend.copy(self, to: result)
        backend.scale(result, by: factor)
        return result
    }
}
