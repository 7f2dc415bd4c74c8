public import Foundation

extension ModelConfiguration {
    /// Reads `config.json` in its older spelling (`rope_theta`, `rope_scaling`, `torch_dtype`) and
    /// in the newer one (`rope_parameters`, `dtype`).
    ///
    /// A key that would change the computation and is not supported is an error, never ignored.
    ///
    /// - Throws: `ModelError` naming the file and the key.
    public init(json: Data, path: String) throws {
        guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
            throw ModelError(.badConfiguration, "This is not a JSON object.", path: path)
        }
        do {
            var reader = ConfigurationReader(object: object)
            try self.init(reading: &reader)
            try reader.finish()
            try validate()
        } catch let error as ModelError {
            throw ModelError(error.code, error.message, path: path)
        }
    }

    /// Reads the keys of `config.json`, for instance from a recipe's `model.init`.
    public init(keys: [String: Any]) throws {
        var reader = ConfigurationReader(object: keys)
        try self.init(reading: &reader)
        try reader.finish()
        try validate()
    }

    private init(reading reader: inout ConfigurationReader) throws {
        let type = try ModelType(named: try reader.string("model_type") ?? "llama")
        let heads = try reader.requiredInteger("num_attention_heads")
        self.init(
            modelType: type,
            vocabularySize: try reader.requiredInteger("vocab_size"),
            hiddenSize: try reader.requiredInteger("hidden_size"),
            intermediateSize: try reader.requiredInteger("intermediate_size"),
            layerCount: try reader.requiredInteger("num_hidden_layers"),
            headCount: heads,
            keyValueHeadCount: try reader.integer("num_key_value_heads"),
            headSize: try reader.integer("head_dim"),
            maximumPositions: try reader.integer("max_position_embeddings") ?? 2048,
            normEpsilon: try reader.number("rms_norm_eps") ?? 1e-6,
            ropeTheta: try reader.ropeTheta() ?? 10_000,
            tiesEmbeddings: try reader.boolean("tie_word_embeddings") ?? false,
            initializerRange: try reader.number("initializer_range") ?? 0.02,
            beginningToken: try reader.integer("bos_token_id"),
            endTokens: try reader.integers("eos_token_id"),
            paddingToken: try reader.integer("pad_token_id"))
        for key in ["attention_bias", "mlp_bias"] where try reader.boolean(key) == true {
            throw ModelError(.unsupported, "\(key) = true is not supported for \(type.name).")
        }
        if let activation = try reader.string("hidden_act"), activation != "silu" {
            throw ModelError(
                .unsupported, "hidden_act \"\(activation)\" is not supported; only \"silu\" is.")
        }
        if let dropout = try reader.number("attention_dropout"), dropout != 0 {
            throw ModelError(
                .unsupported, "attention_dropout \(dropout) is not supported; only 0 is.")
        }
    }

    /// `config.json`, in both spellings at once, so that older and newer tools read it.
    ///
    /// - Parameter elementKind: the kind of the weights beside it, such as `float32`.
    public func json(elementKind: String) throws -> Data {
        var object: [String: Any] = [
            "architectures": [modelType.architecture],
            "model_type": modelType.name,
            "vocab_size": vocabularySize,
            "hidden_size": hiddenSize,
            "intermediate_size": intermediateSize,
            "num_hidden_layers": layerCount,
            "num_attention_heads": headCount,
            "num_key_value_heads": keyValueHeadCount,
            "head_dim": headSize,
            "max_position_embeddings": maximumPositions,
            "rms_norm_eps": normEpsilon,
            "rope_theta": ropeTheta,
            "rope_parameters": ["rope_type": "default", "rope_theta": ropeTheta],
            "tie_word_embeddings": tiesEmbeddings,
            "initializer_range": initializerRange,
            "hidden_act": "silu",
            "attention_bias": false,
            "mlp_bias": false,
            "attention_dropout": 0.0,
            "torch_dtype": elementKind,
            "dtype": elementKind,
            "use_cache": true,
        ]
        if let beginningToken { object["bos_token_id"] = beginningToken }
        if let paddingToken { object["pad_token_id"] = paddingToken }
        if endTokens.count == 1 {
            object["eos_token_id"] = endTokens[0]
        } else if !endTokens.isEmpty {
            object["eos_token_id"] = endTokens
        }
        return try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
    }
}
