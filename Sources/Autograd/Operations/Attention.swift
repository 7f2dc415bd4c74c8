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
        rotation?.turn(qkv.value)
        let (out, logSumExp) = qkv.value.backend.attention(
            qkv.value, starts: starts, geometry)
        let saved = SavedAttention(
            qkv: qkv.value, out: out, logSumExp: logSumExp, starts: starts, geometry: geometry,
            rotation: rotation)
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

    /// Turns heads in place.
    ///
    /// - Parameter inverse: turns back, which is the gradient.
    public func turn(_ x: Tensor, inverse: Bool = false) {
        _ = x.backend.rotary(
            x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads, inverse: inverse, into: x)
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
        let gradient = upstream.backend.attentionBackward(
            upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
        rotation?.turn(gradient, inverse: true)
        return gradient
    }
}
