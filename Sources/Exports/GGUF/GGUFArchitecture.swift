import Foundation
import Layers
import Tokenizers
import Transformers

/// A model in llama.cpp's terms: the kind it is, the keys that tell its sizes, and what is done to its
/// tensors. What that kind computes otherwise there is refused.
struct GGUFArchitecture {
    /// `general.architecture`, with which the keys begin.
    let name: String
    /// In the order in which they are written.
    private(set) var keys: [(key: String, value: GGUFValue)] = []
    /// What people should know; sentences.
    private(set) var remarks: [String] = []
    /// Whether pairs that turn together stand beside one another, not half a head apart.
    let interleavesHalves: Bool
    /// Whether a tied head is written once more.
    let needsHead: Bool
    /// Factors that divide the frequencies of global layers, by the tensor that holds them.
    private(set) var factors: [(name: String, values: [Float])] = []

    private let model: ModelConfiguration

    init(_ model: ModelConfiguration) throws {
        self.model = model
        let type = model.modelType
        name = [.llama, .mistral].contains(type) ? "llama" : type == .gemma3 ? "gemma3" : type.name
        interleavesHalves = [.llama, .mistral, .smolLM3].contains(type)
        needsHead = [.olmo2, .phi3].contains(type) && model.tiesEmbeddings
        try check()
        addSizes()
        try addPositions()
        try addWindow()
        if let cap = model.traits.attentionSoftCap {
            add("attn_logit_softcapping", .float32(Float(cap)))
        }
        if let cap = model.traits.logitSoftCap {
            add("final_logit_softcapping", .float32(Float(cap)))
        }
    }

    private mutating func add(_ key: String, _ value: GGUFValue) {
        keys.append(("\(name).\(key)", value))
    }

    private func refusal(_ what: String) -> ExportError {
        ExportError(
            .unsupported,
            "llama.cpp's \(name) \(what), so its answers would differ; write --format hf.")
    }

    /// Refuses what llama.cpp does otherwise.
    private func check() throws {
        let traits = model.traits
        let type = model.modelType
        let takesBias: Bool =
            switch traits.attentionBias {
            case .none: true
            case .inputs: type == .qwen2
            case .all: name == "llama"
            }
        guard takesBias else { throw refusal("has no biases in attention") }
        guard !traits.hasFeedForwardBias || name == "llama" else {
            throw refusal("has no biases in the feed-forward part")
        }
        if type == .smolLM3 {
            for layer in 0..<model.layerCount {
                let turns = traits.layer(layer).positions != .none
                guard turns == ((layer + 1) % 4 != 0) else {
                    throw refusal("leaves positions out of every fourth layer, and of no other")
                }
            }
        }
        if type == .gemma2 || type == .gemma3 { try checkGemma() }
    }

    private func checkGemma() throws {
        let traits = model.traits
        let isGemma2 = model.modelType == .gemma2
        guard isGemma2 == (traits.attentionSoftCap != nil), isGemma2 == (traits.logitSoftCap != nil)
        else { throw refusal(isGemma2 ? "always caps scores and logits" : "caps nothing") }
        let isLargest = model.layerCount == (isGemma2 ? 46 : 62)
        let scalar = isLargest ? model.hiddenSize / model.headCount : model.headSize
        guard (traits.queryScalar ?? Double(model.headSize)) == Double(scalar) else {
            throw refusal("divides scores by the root of \(scalar)")
        }
        let period = isGemma2 ? 2 : 6
        for layer in 0..<model.layerCount {
            guard (traits.layer(layer).window != nil) == ((layer + 1) % period != 0) else {
                throw refusal("sees everything in layer \(period) of \(period), and in no other")
            }
        }
        guard traits.windows.count <= 1 else { throw refusal("has one window") }
        guard isGemma2 || traits.localTheta == 10_000 else {
            throw refusal("turns local layers by 10000")
        }
        guard model.tiesEmbeddings else { throw refusal("has no head of its own") }
    }

    private mutating func addSizes() {
        for (key, value) in [
            ("vocab_size", model.vocabularySize), ("embedding_length", model.hiddenSize),
            ("block_count", model.layerCount), ("feed_forward_length", model.intermediateSize),
            ("attention.head_count", model.headCount),
            ("attention.head_count_kv", model.keyValueHeadCount),
            ("attention.key_length", model.headSize), ("attention.value_length", model.headSize),
            ("rope.dimension_count", model.headSize),
        ] { add(key, .uint32(UInt32(value))) }
        add("attention.layer_norm_rms_epsilon", .float32(Float(model.normEpsilon)))
        add("rope.freq_base", .float32(Float(model.ropeTheta)))
    }

    private mutating func addPositions() throws {
        switch model.traits.rotaryScaling {
        case .none: break
        case .linear(let factor):
            add("rope.scaling.type", .text("linear"))
            add("rope.scaling.factor", .float32(Float(factor)))
        case .llama3:
            guard name == "llama" else { throw refusal("does not scale positions as Llama 3 does") }
            factors = [("rope_freqs.weight", llama3Factors())]
        case .longRoPE(let short, let long, let original, let attention):
            guard name == "phi3" else { throw refusal("does not scale positions by LongRoPE") }
            add("rope.scaling.original_context_length", .uint32(UInt32(original)))
            add("rope.scaling.attn_factor", .float32(Float(attention)))
            factors = [
                ("rope_factors_long.weight", long.map(Float.init)),
                ("rope_factors_short.weight", short.map(Float.init)),
            ]
        }
        if name == "phi3", model.traits.rotaryScaling == .none {
            add(
                "rope.scaling.original_context_length",
                .uint32(UInt32(model.maximumPositions)))
        }
    }

    /// What each frequency is divided by.
    private func llama3Factors() -> [Float] {
        let half = model.headSize / 2
        let plain = (0..<half).map {
            1 / pow(Float(model.ropeTheta), Float(2 * $0) / Float(model.headSize))
        }
        return zip(plain, model.traits.rotaryScaling.applied(to: plain)).map { $0 / $1 }
    }

    /// The window, where llama.cpp has one; else the context ends where the window would begin to
    /// matter, or positions would be stretched.
    private mutating func addWindow() throws {
        let window = model.traits.windows.min()
        let hasWindow = name == "gemma2" || name == "gemma3"
        if hasWindow, let window { add("attention.sliding_window", .uint32(UInt32(window))) }
        let cut = hasWindow ? Int.max : window ?? .max
        let length = min(model.servedPositions, cut)
        if length < model.maximumPositions {
            let cause =
                cut <= model.servedPositions
                ? "sees no window: context_length is \(length), the window's, "
                : "stretches positions for longer contexts: context_length is \(length) "
            remarks.append(
                "llama.cpp's \(name) \(cause)instead of \(model.maximumPositions), up to which both "
                    + "answer alike.")
        }
        add("context_length", .uint32(UInt32(length)))
    }
}
