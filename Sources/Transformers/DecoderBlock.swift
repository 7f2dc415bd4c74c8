public import Autograd
public import Layers
import Tensors

/// One layer: attention and feed-forward, each with its norms inside a residual.
public struct DecoderBlock {
    /// What stands on the way through a residual: norm, part, norm.
    struct Norms {
        var before: RMSNorm?
        var after: RMSNorm?

        var parameters: [Parameter] { [before, after].compactMap { $0?.weight } }
    }

    /// Its attention, norms aside.
    public var attention: Attention
    /// Its feed-forward part, norms aside.
    public var feedForward: FeedForward
    var attentionNorms: Norms
    var feedForwardNorms: Norms

    /// - Parameter x: the residual stream, `[N, C]`.
    public func callAsFunction(_ x: Traced, layer: Int, in context: SequenceContext, on tape: Tape)
        -> Traced
    {
        let mixed = residual(x, attentionNorms, on: tape) {
            attention($0, layer: layer, in: context, on: tape)
        }
        return residual(mixed, feedForwardNorms, on: tape) { feedForward($0, on: tape) }
    }

    private func residual(
        _ x: Traced, _ norms: Norms, on tape: Tape, _ part: (Traced) -> Traced
    ) -> Traced {
        let y = part(norms.before.map { $0(x, on: tape) } ?? x)
        return tape.add(x, norms.after.map { $0(y, on: tape) } ?? y)
    }

    var parameters: [Parameter] {
        attentionNorms.parameters + attention.qkv.parameters
            + attention.headNorms.map(\.weight) + attention.output.parameters
            + feedForwardNorms.parameters + feedForward.gateUp.parameters
            + feedForward.down.parameters
    }

    /// Its linear maps.
    var maps: [Linear] {
        [attention.qkv, attention.output, feedForward.gateUp, feedForward.down]
    }

    /// Changes each of its linear maps.
    mutating func updateMaps(_ change: (inout Linear) throws -> Void) rethrows {
        try change(&attention.qkv)
        try change(&attention.output)
        try change(&feedForward.gateUp)
        try change(&feedForward.down)
    }

    mutating func prepareForInference(_ weights: InferenceWeights) {
        attention.prepareForInference(weights)
        feedForward.prepareForInference(weights)
    }
}

extension DecoderBlock {
    init(layer: Int, of sizes: ModelConfiguration, _ maker: ParameterMaker) {
        let traits = sizes.traits
        let prefix = "model.layers.\(layer)."
        attention = DecoderBlock.attention(layer: layer, of: sizes, maker)
        let inner = sizes.intermediateSize
        feedForward = FeedForward(
            gateUp: maker.linear(
                prefix, "mlp.gate_up_proj", 2 * inner, sizes.hiddenSize,
                parts: traits.hasFusedNames
                    ? [] : [("mlp.gate_proj", inner), ("mlp.up_proj", inner)],
                hasBias: traits.hasFeedForwardBias),
            down: maker.linear(
                prefix, "mlp.down_proj", sizes.hiddenSize, inner,
                hasBias: traits.hasFeedForwardBias),
            activation: traits.activation)
        func norm(_ name: String) -> RMSNorm {
            maker.norm(prefix + name + ".weight", sizes.hiddenSize)
        }
        switch traits.normPlacement {
        case .before:
            attentionNorms = Norms(before: norm("input_layernorm"))
            feedForwardNorms = Norms(before: norm("post_attention_layernorm"))
        case .after:
            attentionNorms = Norms(after: norm("post_attention_layernorm"))
            feedForwardNorms = Norms(after: norm("post_feedforward_layernorm"))
        case .around:
            attentionNorms = Norms(
                before: norm("input_layernorm"), after: norm("post_attention_layernorm"))
            feedForwardNorms = Norms(
                before: norm("pre_feedforward_layernorm"),
                after: norm("post_feedforward_layernorm"))
        }
    }

    private static func attention(
        layer: Int, of sizes: ModelConfiguration, _ maker: ParameterMaker
    ) -> Attention {
        let traits = sizes.traits
        let prefix = "model.layers.\(layer)."
        let (heads, keyHeads, size) = (sizes.headCount, sizes.keyValueHeadCount, sizes.headSize)
        let (queryRows, keyRows) = (heads * size, keyHeads * size)
        var headNorms: [RMSNorm] = []
        for (name, column, count) in [("q_norm", 0, heads), ("k_norm", queryRows, keyHeads)] {
            let weight = "\(prefix)self_attn.\(name).weight"
            switch traits.headNorm {
            case .none: break
            case .each:
                headNorms.append(
                    maker.norm(weight, size, heads: .init(column: column, count: count)))
            case .together:
                headNorms.append(
                    maker.norm(weight, count * size, heads: .init(column: column, count: 1)))
            }
        }
        return Attention(
            qkv: maker.linear(
                prefix, "self_attn.qkv_proj", queryRows + 2 * keyRows, sizes.hiddenSize,
                parts: traits.hasFusedNames
                    ? []
                    : [
                        ("self_attn.q_proj", queryRows), ("self_attn.k_proj", keyRows),
                        ("self_attn.v_proj", keyRows),
                    ], hasBias: traits.attentionBias != .none),
            output: maker.linear(
                prefix, "self_attn.o_proj", sizes.hiddenSize, queryRows,
                hasBias: traits.attentionBias == .all),
            headNorms: headNorms,
            AttentionShape(
                heads: heads, keyValueHeads: keyHeads, headSize: size,
                scale: traits.queryScalar.map { Float(1 / $0.squareRoot()) },
                softCap: traits.attentionSoftCap.map(Float.init),
                window: traits.layer(layer).window, positions: traits.layer(layer).positions))
    }
}
