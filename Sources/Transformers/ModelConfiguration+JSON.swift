public import Foundation
import Layers

extension ModelConfiguration {
    /// Reads `config.json` in its older spelling (`rope_theta`, `rope_scaling`, `torch_dtype`) and
    /// in the newer one (`rope_parameters`, `dtype`).
    ///
    /// A key that would change the computation and is not supported is an error, never ignored.
    ///
    /// - Throws: `ModelError` naming the file and the key.
    public init(json: Data, path: String) throws {
        let object = try settingsObject(json, path: path)
        do {
            var reader = ConfigurationReader(object: object)
            try self.init(reading: &reader)
            try reader.finish()
            try validate()
            try checkIds()
        } catch let error as ModelError {
            throw ModelError(error.code, error.message, path: path)
        }
    }

    /// A model's own ids are rows of its embedding.
    private func checkIds() throws(ModelError) {
        for (key, ids) in [
            ("eos_token_id", endTokens), ("bos_token_id", [beginningToken].compactMap { $0 }),
        ] {
            guard let id = ids.first(where: { $0 >= vocabularySize }) else { continue }
            throw ModelError(
                .badShape,
                "\(key) is \(id), and the ids of a vocabulary of \(vocabularySize) end at "
                    + "\(vocabularySize - 1).")
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
        let standard = type.defaults
        let heads = try reader.requiredInteger("num_attention_heads")
        let positions =
            try reader.integer("max_position_embeddings") ?? standard.maximumPositions
        let rotary = try reader.rotary(positions: positions)
        self.init(
            modelType: type,
            vocabularySize: try reader.requiredInteger("vocab_size"),
            hiddenSize: try reader.requiredInteger("hidden_size"),
            intermediateSize: try reader.requiredInteger("intermediate_size"),
            layerCount: try reader.requiredInteger("num_hidden_layers"),
            headCount: heads,
            keyValueHeadCount: try reader.integer("num_key_value_heads"),
            headSize: try reader.integer("head_dim") ?? standard.headSize,
            maximumPositions: positions,
            normEpsilon: try reader.number("rms_norm_eps") ?? standard.normEpsilon,
            ropeTheta: rotary.theta ?? standard.ropeTheta,
            tiesEmbeddings: try reader.boolean("tie_word_embeddings") ?? standard.tiesEmbeddings,
            initializerRange: try reader.number("initializer_range") ?? 0.02,
            beginningToken: try reader.integer("bos_token_id"),
            endTokens: try reader.integers("eos_token_id"),
            // -1 is how older conversions say that there is none.
            paddingToken: try reader.integer("pad_token_id").flatMap { $0 == -1 ? nil : $0 })
        traits.rotaryScaling = rotary.scaling
        traits.localTheta = rotary.localTheta
        try validate()
        try type.read(&reader, &self)
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
            "rope_parameters": rotaryParameters,
            "tie_word_embeddings": tiesEmbeddings,
            "initializer_range": initializerRange,
            "attention_dropout": 0.0,
            "torch_dtype": elementKind,
            "dtype": elementKind,
            "use_cache": true,
        ]
        if traits.rotaryScaling != .none { object["rope_scaling"] = traits.rotaryScaling.keys }
        object.merge(modelType.write(self)) { $1 }
        if let beginningToken { object["bos_token_id"] = beginningToken }
        if let paddingToken { object["pad_token_id"] = paddingToken }
        if endTokens.count == 1 {
            object["eos_token_id"] = endTokens[0]
        } else if !endTokens.isEmpty {
            object["eos_token_id"] = endTokens
        }
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
        return ModelConfiguration.spellingReals(in: data)
    }

    /// Keys whose values are written with a point: transformers refuses an integer for some.
    private static let reals: Set<String> = [
        "attn_logit_softcapping", "final_logit_softcapping", "rope_theta", "rope_local_base_freq",
        "attention_dropout", "resid_pdrop", "embd_pdrop", "factor", "low_freq_factor",
        "high_freq_factor", "attention_factor",
    ]

    /// `30` becomes `30.0` where a real number is meant, one key a line.
    private static func spellingReals(in json: Data) -> Data {
        let lines = String(decoding: json, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { line -> String in
            let parts = line.split(separator: " : ", maxSplits: 1)
            guard parts.count == 2 else { return String(line) }
            let key = parts[0].trimmingCharacters(in: .whitespaces.union(["\""]))
            let value = parts[1].prefix { $0.isNumber || $0 == "-" }
            let rest = parts[1].dropFirst(value.count)
            guard reals.contains(key), !value.isEmpty, rest.isEmpty || rest == "," else {
                return String(line)
            }
            return "\(parts[0]) : \(value).0\(rest)"
        }
        return Data(lines.joined(separator: "\n").utf8)
    }

    /// The newer spelling: base and scaling together, by kind of layer where these differ.
    private var rotaryParameters: [String: Any] {
        let global = traits.rotaryScaling.keys.merging(["rope_theta": ropeTheta]) { $1 }
        guard let localTheta = traits.localTheta else { return global }
        return [
            "full_attention": global,
            "sliding_attention": ["rope_type": "default", "rope_theta": localTheta],
        ]
    }

    /// `layer_types`.
    var layerTypeNames: [String] {
        (0..<layerCount).map {
            traits.layer($0).window == nil ? "full_attention" : "sliding_attention"
        }
    }
}
