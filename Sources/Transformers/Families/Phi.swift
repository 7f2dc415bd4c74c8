import Foundation
import Layers
import Tensors

extension ModelType {
    /// Phi-3: Llama with fused projections, and LongRoPE in its long variants, which are read for
    /// texts of up to their original length.
    public static let phi3 = ModelType(
        name: "phi3", architecture: "Phi3ForCausalLM",
        defaults: Defaults(normEpsilon: 1e-5, maximumPositions: 4096),
        read: { reader, model in
            model.traits.hasFusedNames = true
            try reader.requireActivation(.silu, keys: ["hidden_act"])
            for key in ["resid_pdrop", "embd_pdrop"] {
                if let dropout = try reader.number(key), dropout != 0 {
                    throw ModelError(
                        .unsupported, "\(key) = \(dropout) is not supported; only 0 is.")
                }
            }
            if let factor = try reader.number("partial_rotary_factor"), factor != 1 {
                throw ModelError(
                    .unsupported,
                    "partial_rotary_factor = \(factor) is not supported; only 1 is.")
            }
            if let window = try reader.integer("sliding_window") {
                model.traits.layers = Array(
                    repeating: .init(window: window), count: model.layerCount)
            }
        },
        write: { model in
            [
                "hidden_act": "silu", "resid_pdrop": 0.0, "embd_pdrop": 0.0,
                "sliding_window": model.traits.layers.first?.window.map { $0 as Any } ?? NSNull(),
            ]
        })
}
