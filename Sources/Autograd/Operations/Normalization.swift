import Tensors

extension Tape {
    /// RMSNorm over the last axis of `x [N, C]` with `weight [C]` (f32).
    public func rmsNorm(_ x: Traced, weight: Traced, epsilon: Float) -> Traced {
        let (y, inverseRMS) = x.value.backend.rmsNorm(
            x.value, weight: weight.value, epsilon: epsilon)
        return record(
            .rmsNorm(x: x.value, weight: weight.value, inverseRMS: inverseRMS),
            inputs: [x, weight], output: y)
    }
}

func pullBackRMSNorm(
    _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, to inputs: GradientSink
) {
    let backend = upstream.backend
    func pullBack(_ weightGradient: Tensor) {
        let gradient = backend.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS,
            weightGradient: weightGradient)
        inputs.give(gradient, to: 0)
    }
    if inputs.wants(1) {
        inputs.withSum(of: 1, pullBack)
    } else {
        let unused = backend.empty(weight.shape, weight.kind)
        backend.fill(unused, with: 0)
        pullBack(unused)
    }
}
