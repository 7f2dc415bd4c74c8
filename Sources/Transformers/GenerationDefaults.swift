import Checkpoints
public import Foundation

/// `generation_config.json`: how a model's makers mean it to be sampled, and what ends its texts.
public struct GenerationDefaults: Sendable, Hashable {
    /// Ids that end a text, in the file's order; empty where it names none.
    public var endTokens: [Int] = []
    /// Whether the file asks for sampling; the likeliest token is taken otherwise.
    public var samples = false
    /// Divides logits.
    public var temperature: Double?
    /// Keeps the k likeliest tokens; 0 keeps all.
    public var topK: Int?
    /// Keeps the likeliest tokens whose probabilities reach p together.
    public var topP: Double?
    /// Drops tokens less likely than this share of the likeliest one; 0 is off.
    public var minP: Double?
    /// Above 1 makes repeating tokens unlikelier.
    public var repetitionPenalty: Double?
    /// Settings that change what is generated and are not followed, as the file has them.
    public var unfollowed: [String] = []

    public static let fileName = "generation_config.json"

    /// What holds in a folder without the file.
    public init() {}

    /// Reads the file's text.
    ///
    /// - Throws: `ModelError` naming the file and the key.
    public init(json: Data, path: String) throws {
        let object = try settingsObject(json, path: path)
        do {
            var reader = ConfigurationReader(object: object)
            endTokens = try reader.integers("eos_token_id")
            samples = try reader.boolean("do_sample") ?? false
            temperature = try reader.number("temperature")
            topK = try reader.integer("top_k")
            topP = try reader.number("top_p")
            minP = try reader.number("min_p")
            repetitionPenalty = try reader.number("repetition_penalty")
            try checkRanges()
        } catch let error as ModelError {
            throw ModelError(error.code, error.message, path: path)
        }
        unfollowed = GenerationDefaults.others.compactMap { key, neutral in
            guard let value = object[key], !(value is NSNull) else { return nil }
            if let neutral, (value as? NSNumber)?.doubleValue == neutral { return nil }
            return "\(key) = \(value)"
        }
    }

    private func checkRanges() throws(ModelError) {
        let positive = { (value: Double) in value >= 0 && value.isFinite }
        for (key, value, holds, rule) in [
            ("temperature", temperature, positive, "a number from 0 on"),
            ("top_p", topP, { $0 > 0 && $0 <= 1 }, "above 0 and at most 1"),
            ("min_p", minP, { $0 >= 0 && $0 <= 1 }, "from 0 to 1"),
            ("top_k", topK.map(Double.init), { $0 >= 0 }, "a whole number from 0 on"),
            ("repetition_penalty", repetitionPenalty, { $0 > 0 && $0.isFinite }, "above 0"),
        ] as [(String, Double?, (Double) -> Bool, String)] {
            guard let value, !holds(value), samples || key == "repetition_penalty" else { continue }
            throw ModelError(.badConfiguration, "\(key) is \(value); it is \(rule).")
        }
    }

    /// Keys that other programs follow, each with the value at which it changes nothing.
    private static let others: [(key: String, neutral: Double?)] = [
        ("num_beams", 1), ("num_beam_groups", 1), ("penalty_alpha", 0), ("diversity_penalty", 0),
        ("typical_p", 1), ("epsilon_cutoff", 0), ("eta_cutoff", 0),
        ("no_repeat_ngram_size", 0), ("min_length", 0), ("min_new_tokens", 0),
        ("guidance_scale", 1), ("bad_words_ids", nil), ("sequence_bias", nil),
        ("suppress_tokens", nil), ("begin_suppress_tokens", nil), ("forced_bos_token_id", nil),
        ("forced_eos_token_id", nil), ("stop_strings", nil),
    ]
}

extension ModelFolder {
    /// What `generation_config.json` says, where the folder or its adapter's has one.
    ///
    /// - Throws: `ModelError` or `CheckpointError` naming the file.
    public func generationDefaults() throws -> GenerationDefaults {
        let name = GenerationDefaults.fileName
        // An adapter carries its own where its run did.
        let own = adapter.map(\.folder).flatMap { $0.contains(name) ? $0 : nil }
        guard let folder = own ?? (folder.contains(name) ? folder : nil) else {
            return GenerationDefaults()
        }
        let path = folder.path + "/" + name
        let defaults = try GenerationDefaults(json: Data(folder.readSettings(name)), path: path)
        let ids = 0..<configuration.vocabularySize
        if let id = defaults.endTokens.first(where: { !ids.contains($0) }) {
            throw ModelError(
                .badConfiguration,
                "eos_token_id is \(id), and the model's ids go from 0 to \(ids.upperBound - 1).",
                path: path)
        }
        return defaults
    }

    /// Ids that end a text: those of `generation_config.json`, which knows of a chat's turns, and those
    /// of `config.json`.
    public func endTokens(_ defaults: GenerationDefaults) -> Set<Int> {
        Set(configuration.endTokens).union(defaults.endTokens)
    }
}
