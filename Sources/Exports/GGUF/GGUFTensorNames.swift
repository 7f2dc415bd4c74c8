import Transformers

/// What llama.cpp calls a model's tensors.
struct GGUFTensorNames {
    private let places: [String: String]

    init(_ model: ModelConfiguration) {
        var places = [
            "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q",
            "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
            "self_attn.qkv_proj": "attn_qkv", "self_attn.o_proj": "attn_output",
            "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
            "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.gate_up_proj": "ffn_up",
            "mlp.down_proj": "ffn_down",
        ]
        // The same name stands for the norm before the feed-forward part, or behind attention.
        switch model.traits.normPlacement {
        case .before: places["post_attention_layernorm"] = "ffn_norm"
        case .after:
            places["post_attention_layernorm"] = "post_attention_norm"
            places["post_feedforward_layernorm"] = "post_ffw_norm"
        case .around:
            places["post_attention_layernorm"] = "post_attention_norm"
            places["pre_feedforward_layernorm"] = "ffn_norm"
            places["post_feedforward_layernorm"] = "post_ffw_norm"
        }
        self.places = places
    }

    /// The name of a tensor with a public name such as `model.layers.0.mlp.up_proj.weight`.
    func name(of tensor: String) throws -> String {
        switch tensor {
        case "model.embed_tokens.weight": return "token_embd.weight"
        case "model.norm.weight": return "output_norm.weight"
        case "lm_head.weight": return "output.weight"
        default: break
        }
        let parts = tensor.split(separator: ".")
        let place = parts.dropFirst(3).dropLast().joined(separator: ".")
        guard parts.count > 4, parts[1] == "layers", let name = places[place],
            let suffix = parts.last
        else {
            throw ExportError(
                .unsupported, "Tensor \"\(tensor)\" has no name in GGUF; write --format hf.")
        }
        return "blk.\(parts[2]).\(name).\(suffix)"
    }
}
