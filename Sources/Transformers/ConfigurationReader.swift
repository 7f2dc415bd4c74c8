import Foundation

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

    /// The rotary base in either spelling; scaled kinds are refused by name.
    mutating func ropeTheta() throws -> Double? {
        var theta = try number("rope_theta")
        for key in ["rope_parameters", "rope_scaling"] {
            guard let value = value(key) else { continue }
            guard let parameters = value as? [String: Any] else {
                throw wrongType(key, "an object", value)
            }
            var reader = ConfigurationReader(object: parameters)
            let kind = try reader.string("rope_type") ?? reader.string("type") ?? "default"
            guard kind == "default" else {
                throw ModelError(
                    .unsupported,
                    "\(key).rope_type \"\(kind)\" is not supported; only "
                        + "\"default\" is.")
            }
            theta = try reader.number("rope_theta") ?? theta
            try reader.finish(within: key + ".")
        }
        return theta
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
        return false
    }

    private mutating func value(_ key: String) -> Any? {
        read.insert(key)
        guard let value = object[key], !(value is NSNull) else { return nil }
        return value
    }

    private func wrongType(_ key: String, _ expected: String, _ value: Any) -> ModelError {
        ModelError(.badConfiguration, "The key \"\(key)\" must be \(expected), not \(value).")
    }
}

extension NSNumber {
    /// JSON's true and false arrive as numbers too; their Objective-C type tells them apart.
    fileprivate var isBoolean: Bool { String(cString: objCType) == "c" }
}
