import Foundation
import Layers
import Tensors

extension ModelType {
    /// Mistral 7B and its kin: Llama with a window over the last positions.
    public static let mistral = ModelType(
        name: "mistral", architecture: "MistralForCausalLM",
        defaults: Defaults(maximumPositions: 131_072),
        read: { reader, model in
            try reader.requireActivation(.silu, keys: ["hidden_act"])
            if let window = try reader.window(fallback: 4096) {
                model.traits.layers = Array(
                    repeating: .init(window: window), count: model.layerCount)
            }
        },
        write: { model in
            [
                "hidden_act": "silu",
                "sliding_window": model.traits.layers.first?.window.map { $0 as Any } ?? NSNull(),
            ]
        })
}
