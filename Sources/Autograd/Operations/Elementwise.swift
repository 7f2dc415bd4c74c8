import Tensors

extension Tape {
    /// `a + b`, as residual connections need it.
    public func add(_ a: Traced, _ b: Traced) -> Traced {
        record(.add, inputs: [a, b], output: a.value.backend.add(a.value, b.value))
    }

    /// `silu(gate) * up` of `gateUp [N, 2F]`: `[N, F]`.
    public func swiGLU(_ gateUp: Traced) -> Traced {
        record(
            .swiGLU(gateUp: gateUp.value), inputs: [gateUp],
            output: gateUp.value.backend.swiGLU(gateUp.value))
    }
}
