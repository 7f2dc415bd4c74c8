public import Autograd
import Tensors

/// Grouped-query self-attention (Ainslie et al. 2023), with what published models add to it.
public struct Attention {
    /// Queries over keys over values, `[(H + 2K) · D, C]`.
    public var qkv: Linear
    /// `[C, H · D]`.
    public var output: Linear
    /// RMSNorms of queries and keys before they turn (Henry et al. 2020; Qwen3, OLMo 2, Gemma 3):
    /// each names its heads.
    public var headNorms: [RMSNorm] = []
    /// Sizes and switches.
    public let shape: AttentionShape

    /// - Parameter headNorms: of queries, then of keys; none where they are not normalised.
    public init(qkv: Linear, output: Linear, headNorms: [RMSNorm] = [], _ shape: AttentionShape) {
        self.qkv = qkv
        self.output = output
        self.headNorms = headNorms
        self.shape = shape
    }

    /// - Parameter x: `[N, C]`
    public func callAsFunction(_ x: Traced, layer: Int, in context: SequenceContext, on tape: Tape)
        -> Traced
    {
        var heads = qkv(x, on: tape)
        for norm in headNorms { heads = norm(heads, on: tape) }
        let rotation = context.tables[shape.positions].map { table in
            Rotation(
                positions: context.positions, cosines: table.cosines, sines: table.sines,
                headSize: shape.headSize, rotatedHeads: shape.heads + shape.keyValueHeads)
        }
        let geometry = AttentionGeometry(
            batch: context.batch, time: context.time, heads: shape.heads,
            keyValueHeads: shape.keyValueHeads, headSize: shape.headSize, scale: shape.scale,
            softCap: shape.softCap, window: shape.window)
        let mixed: Traced
        switch context.memory {
        case .rows:
            mixed = tape.attention(
                heads, turning: rotation, starts: context.starts(window: shape.window), geometry)
        case .cache(let cache, let slots, let hostPositions):
            let backend = heads.value.backend
            rotation?.turn(heads.value)
            mixed = .constant(
                backend.cachedAttention(
                    heads.value, keys: cache.keys[layer], values: cache.values[layer],
                    slots: slots, positions: hostPositions, geometry))
            // After the last layer comes the first, with the next token.
            let next = (layer + 1) % cache.keys.count
            backend.cachedAttentionFollows(
                keys: cache.keys[next], values: cache.values[next], slots: slots,
                positions: hostPositions, geometry)
        }
        return output(mixed, on: tape)
    }

    /// Arranges both weights for many products; later changes of them are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        qkv.prepareForInference(weights)
        output.prepareForInference(weights)
    }
}

/// The sizes and switches of one layer's attention.
public struct AttentionShape: Sendable, Hashable {
    /// Query heads H.
    public var heads: Int
    /// Key and value heads K.
    public var keyValueHeads: Int
    /// Head size D.
    public var headSize: Int
    /// What scores are multiplied with.
    public var scale: Float
    /// Where given, scores become `softCap · tanh(score / softCap)`.
    public var softCap: Float?
    /// How many positions a token sees, itself included; nil for all.
    public var window: Int?
    /// How its queries and keys turn.
    public var positions: RotaryKind

    /// - Parameter scale: `1 / √headSize` when nil.
    public init(
        heads: Int, keyValueHeads: Int, headSize: Int, scale: Float? = nil, softCap: Float? = nil,
        window: Int? = nil, positions: RotaryKind = .global
    ) {
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.scale = scale ?? 1 / Float(headSize).squareRoot()
        self.softCap = softCap
        self.window = window
        self.positions = positions
    }
}
