public import Autograd
import Tensors

/// Grouped-query self-attention (Ainslie et al. 2023) with rotary positions.
public struct Attention {
    /// Queries over keys over values, `[(H + 2K) · D, C]`.
    public var qkv: Linear
    /// `[C, H · D]`.
    public var output: Linear
    public let heads: Int
    public let keyValueHeads: Int
    public let headSize: Int

    public init(qkv: Linear, output: Linear, heads: Int, keyValueHeads: Int, headSize: Int) {
        self.qkv = qkv
        self.output = output
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, layer: Int, in context: SequenceContext, on tape: Tape)
        -> Traced
    {
        let rotation = Rotation(
            positions: context.positions, cosines: context.table.cosines,
            sines: context.table.sines, headSize: headSize, rotatedHeads: heads + keyValueHeads)
        let turned = tape.rotary(qkv(x, on: tape), rotation)
        let geometry = AttentionGeometry(
            batch: context.batch, time: context.time, heads: heads, keyValueHeads: keyValueHeads,
            headSize: headSize, scale: 1 / Float(headSize).squareRoot())
        let mixed: Traced
        switch context.memory {
        case .rows(let starts):
            mixed = tape.attention(turned, starts: starts, geometry)
        case .cache(let cache, let slots, let hostPositions):
            mixed = .constant(
                turned.value.backend.cachedAttention(
                    turned.value, keys: cache.keys[layer], values: cache.values[layer],
                    slots: slots, positions: hostPositions, geometry))
        }
        return output(mixed, on: tape)
    }

    /// Arranges both weights for many products; later changes of them are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        qkv.prepareForInference(weights)
        output.prepareForInference(weights)
    }
}
