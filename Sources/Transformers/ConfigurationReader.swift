import Foundation
import Tensors

/// Reads the keys of a `config.json` one by one and knows which are left.
struct ConfigurationReader {
    private let object: [String: Any]
    private var read: Set<String> = []

    init(object: [String: Any]) { self.object = object }

    /// Keys that say nothing about what the model computes.
    private static let inert: Set<String> = [
        "architectures", "_name_or_path", "name_or_path", "transformers_version", "torch_dtype",
        "dtype", "use_cache", "return_dict", "output_attentions", "output_hidden_states",
        "pretraining_tp", "auto_map", "is_encoder_decoder", "chunk_size_feed_forward", "id2label",
        "label2id", "problem_type", "tokenizer_class", "prefix", "task_specific_params",
        "original_max_position_embeddings", "unsloth_version", "quantization_config_note",
        "is_llama_config", "transformers.js_config", "unsloth_fixed", "_commit_hash",
        "finetuning_task", "_attn_implementation", "attn_implementation", "cache_implementation",
        "sep_token_id", "decoder_start_token_id",
        // Of training elsewhere.
        "gradient_checkpointing", "neftune_noise_alpha",
        // Of generation, from when its settings stood here; generation_config.json has them now.
        "max_length", "min_length", "max_new_tokens", "do_sample", "temperature", "top_k", "top_p",
        "typical_p", "num_beams", "num_beam_groups", "num_return_sequences", "diversity_penalty",
        "repetition_penalty", "length_penalty", "no_repeat_ngram_size",
        "encoder_no_repeat_ngram_size", "early_stopping",
    ]

    mutating func integer(_ key: String) throws -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value as? NSNumber, !number.isBoolean,
            let integer = Int(exactly: number.doubleValue)
        else { throw wrongType(key, "a whole number", value) }
        return integer
    }

    mutating func requiredInteger(_ key: String) throws -> Int {
        guard let value = try integer(key) else {
            throw ModelError(.badConfiguration, "The key \"\(key)\" is missing.")
        }
        return value
    }

    mutating func integers(_ key: String) throws -> [Int] {
        guard let list = object[key] as? [Any] else { return try integer(key).map { [$0] } ?? [] }
        read.insert(key)
        return try list.map { element in
            guard let number = element as? NSNumber, !number.isBoolean,
                let integer = Int(exactly: number.doubleValue)
            else { throw wrongType(key, "a list of whole numbers", list) }
            return integer
        }
    }

    mutating func number(_ key: String) throws -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value as? NSNumber, !number.isBoolean else {
            throw wrongType(key, "a number", value)
        }
        return number.doubleValue
    }

    mutating func boolean(_ key: String) throws -> Bool? {
        guard let value = value(key) else { return nil }
        guard let number = value as? NSNumber, number.isBoolean else {
            throw wrongType(key, "true or false", value)
        }
        return number.boolValue
    }

    mutating func string(_ key: String) throws -> String? {
        guard let value = value(key) else { return nil }
        guard let string = value as? String else { throw wrongType(key, "a string", value) }
        return string
    }

    /// Each of some numbers of any kind.
    mutating func numbers(_ key: String) throws -> [Double]? {
        guard let value = value(key) else { return nil }
        guard let list = value as? [NSNumber], !list.contains(where: \.isBoolean) else {
            throw wrongType(key, "a list of numbers", value)
        }
        return list.map(\.doubleValue)
    }

    /// A number that null switches off; `standard` where the key is left out.
    mutating func numberOrNull(_ key: String, default standard: Double?) throws -> Double? {
        object[key] == nil ? standard : try number(key)
    }

    /// The width of `sliding_window`, which null switches off; `fallback` where it is left out.
    mutating func window(fallback: Int?) throws -> Int? {
        let width = object["sliding_window"] == nil ? fallback : try integer("sliding_window")
        if let width, width < 1 {
            throw ModelError(
                .badConfiguration, "sliding_window is \(width); it is a number above 0, or null.")
        }
        return width
    }

    /// Whether a layer sees a window.
    enum Sight { case whole, windowed }

    /// `layer_types`, one a layer; nil where it is left out.
    mutating func layerTypes(count: Int) throws -> [Sight]? {
        guard let value = value("layer_types") else { return nil }
        guard let names = value as? [String] else {
            throw wrongType("layer_types", "a list of strings", value)
        }
        guard names.count == count else {
            throw ModelError(
                .badConfiguration, "layer_types has \(names.count) entries for \(count) layers.")
        }
        return try names.map { name in
            switch name {
            case "full_attention": return .whole
            case "sliding_attention": return .windowed
            default:
                throw ModelError(
                    .unsupported,
                    "layer_types has \"\(name)\"; full_attention and sliding_attention are "
                        + "supported.")
            }
        }
    }

    /// Refuses a model whose gate goes through something else.
    mutating func requireActivation(_ activation: Activation, keys: [String]) throws {
        let names = activation == .silu ? ["silu", "swish"] : ["gelu_pytorch_tanh"]
        for key in keys {
            guard let name = try string(key), !names.contains(name) else { continue }
            throw ModelError(
                .unsupported,
                "\(key) \"\(name)\" is not supported for this model_type; only \"\(names[0])\" is.")
        }
    }

    /// Throws on keys that nobody has read and that could change the computation.
    func finish(within prefix: String = "") throws {
        let left = object.keys.filter { key in
            !read.contains(key) && !ConfigurationReader.inert.contains(key)
                && !isNeutral(object[key])
        }
        guard !left.isEmpty else { return }
        let names = left.sorted().map { "\"\(prefix)\($0)\"" }.joined(separator: ", ")
        throw ModelError(
            .unsupported,
            "\(names): not supported here, and it may change what the model computes. Remove it "
                + "if it does not.")
    }

    private func isNeutral(_ value: Any?) -> Bool {
        if value is NSNull { return true }
        if let number = value as? NSNumber, number.isBoolean { return !number.boolValue }
        if let members = value as? [String: Any] { return members.isEmpty }
        return false
    }

    mutating func value(_ key: String) -> Any? {
        read.insert(key)
        guard let value = object[key], !(value is NSNull) else { return nil }
        return value
    }

    func wrongType(_ key: String, _ expected: String, _ value: Any) -> ModelError {
        ModelError(.badConfiguration, "The key \"\(key)\" must be \(expected), not \(value).")
    }
}

extension NSNumber {
    /// JSON's true and false arrive as numbers too; their Objective-C type tells them apart.
    var isBoolean: Bool { String(cString: objCType) == "c" }
}
