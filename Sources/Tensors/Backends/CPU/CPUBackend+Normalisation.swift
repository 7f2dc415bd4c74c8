import CKernels

extension CPUBackend {
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        let (rows, width) = ShapeChecks.rmsNorm(x, weight: weight)
        let kind = x.computedKind
        let y = empty(x.shape, x.kind)
        let inverseRMS = empty([rows], .f32)
        compute {
            nj_rms_norm(
                x.address, kind, weight.floats, epsilon, y.address, inverseRMS.floats, rows, width)
        }
        return (y, inverseRMS)
    }

    public func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor
    ) -> Tensor {
        let (rows, width) = ShapeChecks.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS, weightGradient: weightGradient)
        let kind = x.computedKind
        let gradient = empty(x.shape, x.kind)
        compute {
            nj_rms_norm_backward(
                upstream.address, x.address, kind, weight.floats, inverseRMS.floats,
                gradient.address, weightGradient.floats, rows, width)
        }
        return gradient
    }
}
