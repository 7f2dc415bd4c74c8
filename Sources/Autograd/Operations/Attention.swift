public import Tensors

extension Tape {
    /// Causal grouped-query attention over `qkv [N, (H + 2K) · D]`: `[N, H · D]`.
    ///
    /// - Parameters:
    ///   - qkv: where heads turn, they turn in its memory, which nobody else may read.
    ///   - rotation: how queries and keys turn before they meet; nil where they do not.
    public func attention(
        _ qkv: Traced, turning rotation: Rotation?, starts: Tensor, _ geometry: AttentionGeometry
    ) -> Traced {
        let (out, logSumExp) = qkv.value.backend.attention(
            qkv.value, turning: rotation, starts: starts, geometry)
        let saved = SavedAttention(
            qkv: qkv.value, out: out, logSumExp: logSumExp, starts: starts, geometry: geometry,
            rotation: rotation)
        return record(.attention(saved), inputs: [qkv], output: out)
    }
}

/// What the gradient of attention needs.
struct SavedAttention {
    var qkv: Tensor
    var out: Tensor
    var logSumExp: Tensor
    var starts: Tensor
    var geometry: AttentionGeometry
    /// How the heads of `qkv` were turned.
    var rotation: Rotation?

    func pullBack(_ upstream: Tensor) -> Tensor {
        upstream.backend.attentionBackward(
            upstream, qkv: qkv, turned: rotation, out: out, logSumExp: logSumExp, starts: starts,
            geometry)
    }
}
