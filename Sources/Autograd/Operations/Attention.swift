public import Tensors

extension Tape {
    /// Turns the first heads of `x [N, heads · D]` by their positions (rotary embedding).
    public func rotary(_ x: Traced, _ rotation: Rotation) -> Traced {
        record(.rotary(rotation), inputs: [x], output: rotation.apply(to: x.value, inverse: false))
    }

    /// Causal grouped-query attention over `qkv [N, (H + 2K) · D]`: `[N, H · D]`.
    public func attention(_ qkv: Traced, starts: Tensor, _ geometry: AttentionGeometry) -> Traced {
        let (out, logSumExp) = qkv.value.backend.attention(
            qkv.value, starts: starts, geometry)
        let saved = SavedAttention(
            qkv: qkv.value, out: out, logSumExp: logSumExp, starts: starts, geometry: geometry)
        return record(.attention(saved), inputs: [qkv], output: out)
    }
}

/// How far each token's heads turn.
public struct Rotation {
    /// `[N]`, i32.
    public var positions: Tensor
    /// `[P, D/2]`, f32.
    public var cosines: Tensor
    public var sines: Tensor
    public var headSize: Int
    /// How many heads turn, from the first; values do not.
    public var rotatedHeads: Int

    public init(
        positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int, rotatedHeads: Int
    ) {
        self.positions = positions
        self.cosines = cosines
        self.sines = sines
        self.headSize = headSize
        self.rotatedHeads = rotatedHeads
    }

    func apply(to x: Tensor, inverse: Bool) -> Tensor {
        x.backend.rotary(
            x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads, inverse: inverse)
    }
}

/// What the gradient of attention needs.
struct SavedAttention {
    var qkv: Tensor
    var out: Tensor
    var logSumExp: Tensor
    var starts: Tensor
    var geometry: AttentionGeometry

    func pullBack(_ upstream: Tensor) -> Tensor {
        upstream.backend.attentionBackward(
            upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
    }
}
