public import Tensors

/// Operations as the plain Llama shape uses them.
extension Backend {
    /// SwiGLU.
    public func swiGLU(_ gateUp: Tensor) -> Tensor { glu(gateUp, .silu) }

    /// The gradient of a gated unit, in a tensor of its own.
    public func gluBackward(
        _ upstream: Tensor, gateUp: Tensor, _ activation: Activation
    ) -> Tensor {
        gluBackward(upstream, gateUp: gateUp, activation, into: nil)
    }

    /// The gradient of SwiGLU.
    public func swiGLUBackward(_ upstream: Tensor, gateUp: Tensor) -> Tensor {
        gluBackward(upstream, gateUp: gateUp, .silu)
    }

    /// RMSNorm of whole rows.
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        rmsNorm(x, weight: weight, RMSNormSettings(epsilon: epsilon))
    }

    /// Its gradient, which does not depend on epsilon but by `inverseRMS`.
    public func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor
    ) -> Tensor {
        rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS, weightGradient: weightGradient,
            RMSNormSettings(epsilon: 0))
    }

    /// Attention whose heads do not turn.
    public func attention(_ qkv: Tensor, starts: Tensor, _ geometry: AttentionGeometry)
        -> (out: Tensor, logSumExp: Tensor)
    {
        attention(qkv, turning: nil, starts: starts, geometry)
    }

    /// Its gradient.
    public func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, out: Tensor, logSumExp: Tensor, starts: Tensor,
        _ geometry: AttentionGeometry
    ) -> Tensor {
        attentionBackward(
            upstream, qkv: qkv, turned: nil, out: out, logSumExp: logSumExp, starts: starts,
            geometry)
    }

    /// Cross-entropy with both gradients or none.
    public func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float? = nil, wantsGradients: Bool
    ) -> LinearCrossEntropy {
        linearCrossEntropy(
            hidden: hidden, head: head, targets: targets, weights: weights,
            normalizer: normalizer, softCap: softCap, gradients: wantsGradients ? .all : [])
    }
}
