import Layers
import Tensors

extension ModelType {
    /// SmolLM3: in some layers nothing turns (NoPE).
    public static let smolLM3 = ModelType(
        name: "smollm3", architecture: "SmolLM3ForCausalLM",
        defaults: Defaults(ropeTheta: 2_000_000, tiesEmbeddings: true, maximumPositions: 32_768),
        read: { reader, model in
            if try reader.boolean("attention_bias") == true { model.traits.attentionBias = .all }
            model.traits.hasFeedForwardBias = try reader.boolean("mlp_bias") ?? false
            try reader.requireActivation(.silu, keys: ["hidden_act"])
            if try reader.boolean("use_sliding_window") == true {
                throw ModelError(
                    .unsupported, "use_sliding_window = true is not supported for smollm3.")
            }
            for key in ["sliding_window", "max_window_layers"] { _ = try reader.integer(key) }
            if let types = try reader.layerTypes(count: model.layerCount),
                types.contains(.windowed)
            {
                throw ModelError(
                    .unsupported, "layer_types with a window are not supported for smollm3.")
            }
            let interval = try reader.integer("no_rope_layer_interval") ?? 4
            let given = try reader.integers("no_rope_layers")
            let turns =
                given.isEmpty
                ? (0..<model.layerCount).map { interval < 1 || ($0 + 1) % interval != 0 }
                : given.map { $0 != 0 }
            guard turns.count == model.layerCount else {
                throw ModelError(
                    .badConfiguration,
                    "no_rope_layers has \(turns.count) numbers for \(model.layerCount) layers.")
            }
            model.traits.layers = turns.map { .init(positions: $0 ? .global : .none) }
        },
        write: { model in
            [
                "hidden_act": "silu", "attention_bias": model.traits.attentionBias == .all,
                "mlp_bias": model.traits.hasFeedForwardBias, "use_sliding_window": false,
                "no_rope_layers": model.traits.layers.map { $0.positions == .none ? 0 : 1 },
            ]
        })
}
