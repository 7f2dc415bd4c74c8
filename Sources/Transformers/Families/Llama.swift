import Tensors

extension ModelType {
    /// Llama 2 and 3.x, and what is shaped like them: SmolLM2, TinyLlama and many more.
    public static let llama = ModelType(
        name: "llama", architecture: "LlamaForCausalLM",
        read: { reader, model in
            if try reader.boolean("attention_bias") == true { model.traits.attentionBias = .all }
            model.traits.hasFeedForwardBias = try reader.boolean("mlp_bias") ?? false
            try reader.requireActivation(.silu, keys: ["hidden_act"])
        },
        write: { model in
            [
                "hidden_act": "silu", "attention_bias": model.traits.attentionBias == .all,
                "mlp_bias": model.traits.hasFeedForwardBias,
            ]
        })
}
