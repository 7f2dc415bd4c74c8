import Foundation
import Layers
import Tensors

extension ModelType {
    /// Gemma 2: soft caps, norms on both sides, every other layer sees a window.
    public static let gemma2 = ModelType(
        name: "gemma2", architecture: "Gemma2ForCausalLM",
        defaults: Defaults(tiesEmbeddings: true, headSize: 256, maximumPositions: 8192),
        read: { reader, model in
            try reader.readGemma(into: &model, window: 4096, softCaps: (50, 30)) { layer in
                layer % 2 == 0
            }
        },
        write: { $0.gemmaKeys })

    /// Gemma 3, the text models: norms of heads, five local layers of six with a base of their own.
    public static let gemma3 = ModelType(
        name: "gemma3_text", architecture: "Gemma3ForCausalLM",
        defaults: Defaults(
            ropeTheta: 1_000_000, tiesEmbeddings: true, headSize: 256, maximumPositions: 131_072),
        read: { reader, model in
            let older = try reader.integer("sliding_window_pattern")
            let pattern = try reader.integer("_sliding_window_pattern") ?? older ?? 6
            try reader.readGemma(into: &model, window: 4096, softCaps: (nil, nil)) { layer in
                pattern > 0 && (layer + 1) % pattern != 0
            }
            model.traits.headNorm = .each
            if try reader.boolean("use_bidirectional_attention") == true {
                throw ModelError(
                    .unsupported, "use_bidirectional_attention = true is not supported.")
            }
            let local = try reader.number("rope_local_base_freq")
            model.traits.localTheta = model.traits.localTheta ?? local ?? 10_000
            model.traits.layers = model.traits.layers.map {
                .init(window: $0.window, positions: $0.window == nil ? .global : .local)
            }
        },
        write: { model in
            model.gemmaKeys.merging([
                "rope_local_base_freq": model.traits.localTheta ?? 10_000
            ]) { $1 }
        })
}

extension ConfigurationReader {
    fileprivate mutating func readGemma(
        into model: inout ModelConfiguration, window: Int,
        softCaps: (attention: Double?, logits: Double?), isWindowed: (Int) -> Bool
    ) throws {
        model.traits.normPlacement = .around
        model.traits.normOffset = 1
        model.traits.activation = .geluTanh
        model.traits.scalesEmbeddings = true
        try requireActivation(.geluTanh, keys: ["hidden_activation", "hidden_act"])
        if try boolean("attention_bias") == true { model.traits.attentionBias = .all }
        model.traits.queryScalar = try number("query_pre_attn_scalar") ?? 256
        model.traits.attentionSoftCap = try numberOrNull(
            "attn_logit_softcapping", default: softCaps.attention)
        model.traits.logitSoftCap = try numberOrNull(
            "final_logit_softcapping", default: softCaps.logits)
        let width = try integer("sliding_window") ?? window
        // The name that one library knew it by stands in published files beside the other.
        if let other = try integer("sliding_window_size"), other != width {
            throw ModelError(
                .badConfiguration,
                "sliding_window_size is \(other), and sliding_window \(width).")
        }
        let types =
            try layerTypes(count: model.layerCount)
            ?? (0..<model.layerCount).map { isWindowed($0) ? .windowed : .whole }
        model.traits.layers = types.map { .init(window: $0 == .windowed ? width : nil) }
    }
}

extension ModelConfiguration {
    fileprivate var gemmaKeys: [String: Any] {
        var keys: [String: Any] = [
            "hidden_activation": "gelu_pytorch_tanh", "hidden_act": "gelu_pytorch_tanh",
            "attention_bias": traits.attentionBias == .all, "layer_types": layerTypeNames,
            "query_pre_attn_scalar": traits.queryScalar ?? Double(headSize),
            "attn_logit_softcapping": traits.attentionSoftCap.map { $0 as Any } ?? NSNull(),
            "final_logit_softcapping": traits.logitSoftCap.map { $0 as Any } ?? NSNull(),
        ]
        if let window = traits.windows.first { keys["sliding_window"] = window }
        return keys
    }
}
