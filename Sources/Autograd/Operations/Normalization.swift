public import Tensors

extension Tape {
    /// RMSNorm of `x [N, C]` with a weight in f32: of whole rows, or of the heads that `settings`
    /// names.
    public func rmsNorm(_ x: Traced, weight: Traced, _ settings: RMSNormSettings) -> Traced {
        let (y, inverseRMS) = x.value.backend.rmsNorm(x.value, weight: weight.value, settings)
        return record(
            .rmsNorm(
                SavedRMSNorm(
                    x: x.value, weight: weight.value, inverseRMS: inverseRMS, settings: settings)),
            inputs: [x, weight], output: y)
    }
}

/// What the gradient of RMSNorm needs.
struct SavedRMSNorm {
    var x: Tensor
    var weight: Tensor
    var inverseRMS: Tensor
    var settings: RMSNormSettings

    func pullBack(_ upstream: Tensor, to inputs: GradientSink) {
        let backend = upstream.backend
        func pullBack(_ weightGradient: Tensor) {
            let gradient = backend.rmsNormBackward(
                upstream, x: x, weight: weight, inverseRMS: inverseRMS,
                weightGradient: weightGradient, settings)
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
}
