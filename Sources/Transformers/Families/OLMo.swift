import Layers
import Tensors

extension ModelType {
    /// OLMo 2: norms behind attention and feed-forward, and over all heads of queries and keys.
    public static let olmo2 = ModelType(
        name: "olmo2", architecture: "Olmo2ForCausalLM", defaults: Defaults(normEpsilon: 1e-5),
        read: { reader, model in
            model.traits.normPlacement = .after
            model.traits.headNorm = .together
            if try reader.boolean("attention_bias") == true { model.traits.attentionBias = .all }
            try reader.requireActivation(.silu, keys: ["hidden_act"])
        },
        write: { model in
            [
                "hidden_act": "silu", "attention_bias": model.traits.attentionBias == .all,
            ]
        })
}
