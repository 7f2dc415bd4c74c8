import Tensors

extension Tape {
    /// `x · weightᵀ` for `x [N, in]` and `weight [out, in]`: `[N, out]` in the kind of `x`.
    public func linear(_ x: Traced, _ weight: Traced) -> Traced {
        let y = x.value.backend.matmul(
            x.value, weight.value, transposeA: false, transposeB: true, kind: x.value.kind,
            into: nil, accumulate: false)
        return record(
            .linear(x: x.value, weight: weight.value), inputs: [x, weight], output: y)
    }
}

/// `dx = upstream · weight`, `dweight = upstreamᵀ · x` (f32, added in place).
func pullBackLinear(_ upstream: Tensor, x: Tensor, weight: Tensor, to inputs: GradientSink) {
    let backend = upstream.backend
    if inputs.wants(1) {
        let target = inputs.productTarget(1)
        let kind: ElementKind = weight.kind == .f64 ? .f64 : .f32
        let gradient = backend.matmul(
            upstream, x, transposeA: true, transposeB: false, kind: kind, into: target?.buffer,
            accumulate: target?.accumulate ?? false)
        if target == nil { inputs.give(gradient, to: 1) }
    }
    if inputs.wants(0) {
        let gradient = backend.matmul(
            upstream, weight, transposeA: false, transposeB: false, kind: x.kind, into: nil,
            accumulate: false)
        inputs.give(gradient, to: 0)
    }
}
