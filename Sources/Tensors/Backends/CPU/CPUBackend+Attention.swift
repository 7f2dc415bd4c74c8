import CKernels

extension CPUBackend {
    public func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int,
        rotatedHeads: Int, inverse: Bool, into: Tensor?
    ) -> Tensor {
        let (_, _, tableLength) = ShapeChecks.rotary(
            x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads, into: into)
        checkIds(positions, below: tableLength, in: "rotary")
        let result = into ?? empty(x.shape, x.kind)
        let rotation = Rotation(
            positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads)
        var call = rotaryCall(x, by: rotation, inverse: inverse, into: result)
        compute(bytes: [x, result].byteCount) { nj_rotary(&call) }
        return result
    }

    private func rotaryCall(
        _ x: Tensor, by rotation: Rotation, inverse: Bool, into result: Tensor
    ) -> nj_rotary_call {
        var call = nj_rotary_call()
        call.x = UnsafeRawPointer(x.address)
        call.out = result.address
        call.kind = x.computedKind
        call.positions = UnsafePointer(rotation.positions.integers)
        call.cosines = UnsafePointer(rotation.cosines.floats)
        call.sines = UnsafePointer(rotation.sines.floats)
        call.rows = x.shape[0]
        call.heads = x.shape[1] / rotation.headSize
        (call.rotated_heads, call.head_size) = (rotation.rotatedHeads, rotation.headSize)
        call.inverse = inverse ? 1 : 0
        return call
    }

    public func attention(
        _ qkv: Tensor, turning rotation: Rotation?, starts: Tensor, _ geometry: AttentionGeometry
    ) -> (out: Tensor, logSumExp: Tensor) {
        let tokens = ShapeChecks.attention(qkv, starts: starts, geometry)
        let out = empty([tokens, geometry.heads * geometry.headSize], qkv.kind)
        let logSumExp = empty([tokens, geometry.heads], .f32)
        var call = attentionCall(qkv, starts: starts, geometry)
        call.out = out.address
        call.log_sum_exp = logSumExp.floats
        withRotation(rotation, of: qkv, geometry, inverse: false) { rotary in
            call.rotation = rotary
            compute(flops: 2 * geometry.causalProductFLOPs, bytes: [qkv, out].byteCount) {
                nj_attention(&call)
            }
        }
        return (out, logSumExp)
    }

    public func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, turned rotation: Rotation?, out: Tensor,
        logSumExp: Tensor, starts: Tensor, _ geometry: AttentionGeometry
    ) -> Tensor {
        _ = ShapeChecks.attentionBackward(
            upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
        let gradient = empty(qkv.shape, qkv.kind)
        var call = attentionCall(qkv, starts: starts, geometry)
        call.out = out.address
        call.log_sum_exp = logSumExp.floats
        call.upstream = UnsafeRawPointer(upstream.address)
        call.gradient = gradient.address
        // Scores once more, then the gradients of values, scores, queries and keys.
        withRotation(rotation, of: gradient, geometry, inverse: true) { rotary in
            call.rotation = rotary
            compute(
                flops: 5 * geometry.causalProductFLOPs,
                bytes: [upstream, qkv, out, gradient].byteCount
            ) { nj_attention_backward(&call) }
        }
        return gradient
    }

    /// Gives the kernels' form of a rotation of `heads` in place.
    private func withRotation(
        _ rotation: Rotation?, of heads: Tensor, _ geometry: AttentionGeometry, inverse: Bool,
        _ body: (UnsafePointer<nj_rotary_call>?) -> Void
    ) {
        guard let rotation else { return body(nil) }
        let tableLength = ShapeChecks.rotation(rotation, of: heads, geometry)
        checkIds(rotation.positions, below: tableLength, in: "attention")
        let call = rotaryCall(heads, by: rotation, inverse: inverse, into: heads)
        withUnsafePointer(to: call, body)
    }

    private func attentionCall(
        _ qkv: Tensor, starts: Tensor, _ geometry: AttentionGeometry
    ) -> nj_attention_call {
        checkStarts(starts, time: geometry.time)
        var call = nj_attention_call()
        call.qkv = UnsafeRawPointer(qkv.address)
        call.starts = UnsafePointer(starts.integers)
        call.kind = qkv.computedKind
        (call.batch, call.time) = (geometry.batch, geometry.time)
        (call.heads, call.key_value_heads) = (geometry.heads, geometry.keyValueHeads)
        (call.head_size, call.scale) = (geometry.headSize, geometry.scale)
        call.soft_cap = geometry.softCap ?? 0
        return call
    }

    /// Traps where a token would see nothing, or what lies before its row.
    private func checkStarts(_ starts: Tensor, time: Int) {
        for index in 0..<starts.count {
            let start = starts.integers[index]
            ShapeChecks.require(
                start >= 0 && start <= index % time,
                "attention was given start \(start) for position \(index % time).")
        }
    }
}
