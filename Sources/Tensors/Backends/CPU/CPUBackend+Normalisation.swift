import CKernels

extension CPUBackend {
    public func rmsNorm(_ x: Tensor, weight: Tensor, _ settings: RMSNormSettings)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        let pieces = ShapeChecks.rmsNorm(x, weight: weight, settings)
        // Columns that are not normalised stay as they are.
        let y = empty(x.shape, x.kind)
        if settings.heads != nil { copy(x, to: y) }
        let inverseRMS = empty([pieces.count], .f32)
        var call = normCall(x, weight: weight, inverseRMS: inverseRMS, pieces, settings)
        call.out = y.address
        compute(bytes: [x, y].byteCount) { nj_rms_norm(&call) }
        return (y, inverseRMS)
    }

    public func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor,
        _ settings: RMSNormSettings
    ) -> Tensor {
        let pieces = ShapeChecks.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS, weightGradient: weightGradient,
            settings)
        let gradient = empty(x.shape, x.kind)
        if settings.heads != nil { copy(upstream, to: gradient) }
        var call = normCall(x, weight: weight, inverseRMS: inverseRMS, pieces, settings)
        call.upstream = UnsafeRawPointer(upstream.address)
        call.out = gradient.address
        call.weight_gradient = weightGradient.floats
        compute(bytes: [upstream, x, gradient].byteCount) { nj_rms_norm_backward(&call) }
        return gradient
    }

    private func normCall(
        _ x: Tensor, weight: Tensor, inverseRMS: Tensor, _ pieces: ShapeChecks.NormPieces,
        _ settings: RMSNormSettings
    ) -> nj_rms_norm_call {
        var call = nj_rms_norm_call()
        call.x = UnsafeRawPointer(x.address)
        call.weight = UnsafePointer(weight.floats)
        call.inverse_rms = inverseRMS.floats
        call.kind = x.computedKind
        (call.rows, call.stride, call.first) = (pieces.rows, pieces.stride, pieces.first)
        (call.groups, call.width) = (pieces.groups, pieces.width)
        (call.epsilon, call.offset) = (settings.epsilon, settings.weightOffset)
        return call
    }
}
