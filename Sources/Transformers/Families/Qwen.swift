import Foundation
import Layers
import Tensors

extension ModelType {
    /// Qwen2 and Qwen2.5: queries, keys and values have a bias.
    public static let qwen2 = ModelType(
        name: "qwen2", architecture: "Qwen2ForCausalLM",
        defaults: Defaults(maximumPositions: 32_768),
        read: { reader, model in
            model.traits.attentionBias = .inputs
            try reader.requireActivation(.silu, keys: ["hidden_act"])
            try reader.readWindowsFromLayer(of: &model)
        },
        write: { ["hidden_act": "silu"].merging($0.windowKeys) { $1 } })

    /// Qwen3, the dense ones: each head of queries and keys is normalised.
    public static let qwen3 = ModelType(
        name: "qwen3", architecture: "Qwen3ForCausalLM",
        defaults: Defaults(headSize: 128, maximumPositions: 32_768),
        read: { reader, model in
            model.traits.headNorm = .each
            if try reader.boolean("attention_bias") == true { model.traits.attentionBias = .all }
            try reader.requireActivation(.silu, keys: ["hidden_act"])
            try reader.readWindowsFromLayer(of: &model)
        },
        write: { model in
            [
                "hidden_act": "silu", "attention_bias": model.traits.attentionBias == .all,
            ].merging(model.windowKeys) { $1 }
        })
}

extension ConfigurationReader {
    /// `use_sliding_window`, `sliding_window`, `max_window_layers` and `layer_types`: the layers
    /// from some number on see a window.
    mutating func readWindowsFromLayer(of model: inout ModelConfiguration) throws {
        let isUsed = try boolean("use_sliding_window") ?? false
        let width = try integer("sliding_window") ?? 4096
        let first = try integer("max_window_layers") ?? 28
        let count = model.layerCount
        let types =
            try layerTypes(count: count)
            ?? (0..<count).map { isUsed && $0 >= first ? .windowed : .whole }
        guard types.contains(.windowed) else { return }
        guard isUsed else {
            throw ModelError(
                .badConfiguration,
                "layer_types names layers with a window, and use_sliding_window is not true.")
        }
        model.traits.layers = types.map { .init(window: $0 == .windowed ? width : nil) }
    }
}

extension ModelConfiguration {
    fileprivate var windowKeys: [String: Any] {
        guard let window = traits.windows.first else {
            return ["use_sliding_window": false, "sliding_window": NSNull()]
        }
        let first = traits.layers.firstIndex { $0.window != nil } ?? layerCount
        return [
            "use_sliding_window": true, "sliding_window": window, "max_window_layers": first,
            "layer_types": layerTypeNames,
        ]
    }
}
