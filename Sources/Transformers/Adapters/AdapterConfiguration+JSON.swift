public import Foundation

extension AdapterConfiguration {
    /// Reads `adapter_config.json`, as PEFT writes it.
    ///
    /// A key that would change the computation and is not supported is an error, never ignored; so
    /// is an unknown one whose value is not that of something switched off.
    ///
    /// - Throws: `ModelError` naming the file and the key.
    public init(json: Data, path: String) throws {
        do {
            try self.init(reading: AdapterKeys(json: json, path: path))
        } catch let error as ModelError {
            throw error.path == nil ? ModelError(error.code, error.message, path: path) : error
        }
    }

    private init(reading keys: AdapterKeys) throws {
        try keys.refuseOthers()
        guard let targets = try keys.targets() else {
            throw ModelError(
                .unsupported,
                "The key \"target_modules\" is missing: which maps are adapted is not said.")
        }
        self.init(
            rank: try keys.integer("r") ?? 8, alpha: try keys.number("lora_alpha") ?? 8,
            dropout: try keys.number("lora_dropout") ?? 0, targets: targets,
            isRankStabilized: try keys.boolean("use_rslora") ?? false,
            hasMagnitudes: try keys.boolean("use_dora") ?? false)
        rankPattern = try keys.map("rank_pattern") { try keys.integer(of: $1, $0) }
        alphaPattern = try keys.map("alpha_pattern") { try keys.number(of: $1, $0) }
        try validate()
    }

    /// `adapter_config.json`, as PEFT reads it.
    ///
    /// - Parameters:
    ///   - base: the path of the base.
    ///   - model: the base, whose maps "all-linear" and expressions name.
    public func json(base: String, model: ModelConfiguration) throws -> Data {
        func number(_ value: Double) -> Any { Int(exactly: value).map { $0 as Any } ?? value }
        let targets: Any =
            switch self.targets {
            case .allLinear: AdapterTargets.suffixes(of: model.adaptableModules)
            case .names(let names): names
            // PEFT would fit an expression to every module, those that are no linear map among them.
            case .pattern: try self.targets.choose(among: model.adaptableModules).map(\.name)
            }
        let object: [String: Any] = [
            "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base,
            "inference_mode": true, "r": rank, "lora_alpha": number(alpha),
            "lora_dropout": dropout, "target_modules": targets, "use_rslora": isRankStabilized,
            "use_dora": hasMagnitudes, "rank_pattern": rankPattern,
            "alpha_pattern": alphaPattern.mapValues(number), "bias": "none",
            "fan_in_fan_out": false, "init_lora_weights": true,
        ]
        return try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
    }
}

/// The keys of an `adapter_config.json`.
private struct AdapterKeys {
    private let object: [String: Any]

    init(json: Data, path: String) throws {
        object = try settingsObject(json, path: path)
    }

    /// Keys that are read, or say nothing about what is computed.
    private static let known: Set<String> = [
        "r", "lora_alpha", "lora_dropout", "target_modules", "use_rslora", "use_dora",
        "rank_pattern", "alpha_pattern", "base_model_name_or_path", "revision", "inference_mode",
        "auto_mapping", "peft_version", "loftq_config", "eva_config", "runtime_config",
        "layers_pattern", "megatron_core", "qalora_group_size",
    ]

    /// Keys with the values at which they change nothing.
    private static let neutral: [String: [String]] = [
        "peft_type": ["LORA"], "task_type": ["CAUSAL_LM"], "bias": ["none"],
        // The others begin from a changed base.
        "init_lora_weights": ["true", "gaussian", "eva", "orthogonal"],
    ]

    /// Throws for every key that changes the computation in a way that is not built here.
    func refuseOthers() throws {
        guard object["peft_type"] != nil else {
            throw ModelError(.badConfiguration, "The key \"peft_type\" is missing.")
        }
        for key in object.keys.sorted() where !Self.known.contains(key) {
            guard let value = object[key], !Self.isOff(value) else { continue }
            let text =
                (value as? NSNumber).map { $0.isBoolean ? "\($0.boolValue)" : "\($0)" }
                ?? value as? String
            if let text, Self.neutral[key]?.contains(text) == true { continue }
            let shown = text ?? "\(value)"
            throw ModelError(
                .unsupported,
                "\(key) = \(shown) is not supported; "
                    + (Self.neutral[key].map { "only \($0.joined(separator: ", ")) is." }
                        ?? "only adapters that leave it out are."))
        }
    }

    /// Null, false, and what is empty.
    private static func isOff(_ value: Any) -> Bool {
        switch value {
        case is NSNull: true
        case let number as NSNumber: number.isBoolean && !number.boolValue
        case let list as [Any]: list.isEmpty
        case let object as [String: Any]: object.isEmpty
        default: false
        }
    }

    private func value(_ key: String) -> Any? {
        guard let value = object[key], !(value is NSNull) else { return nil }
        return value
    }

    func integer(of value: Any, _ key: String) throws -> Int {
        guard let number = value as? NSNumber, !number.isBoolean,
            let integer = Int(exactly: number.doubleValue)
        else { throw wrongType(key, "a whole number", value) }
        return integer
    }

    func number(of value: Any, _ key: String) throws -> Double {
        guard let number = value as? NSNumber, !number.isBoolean else {
            throw wrongType(key, "a number", value)
        }
        return number.doubleValue
    }

    func integer(_ key: String) throws -> Int? { try value(key).map { try integer(of: $0, key) } }

    func number(_ key: String) throws -> Double? { try value(key).map { try number(of: $0, key) } }

    func boolean(_ key: String) throws -> Bool? {
        guard let value = value(key) else { return nil }
        guard let number = value as? NSNumber, number.isBoolean else {
            throw wrongType(key, "true or false", value)
        }
        return number.boolValue
    }

    func map<Value>(_ key: String, _ read: (String, Any) throws -> Value) throws
        -> [String: Value]
    {
        guard let value = value(key) else { return [:] }
        guard let object = value as? [String: Any] else { throw wrongType(key, "an object", value) }
        var result: [String: Value] = [:]
        for (name, value) in object { result[name] = try read("\(key).\(name)", value) }
        return result
    }

    func targets() throws -> AdapterTargets? {
        guard let value = value("target_modules") else { return nil }
        if let text = value as? String { return AdapterTargets(text) }
        guard let names = value as? [String] else {
            throw wrongType("target_modules", "a string or a list of strings", value)
        }
        return names.isEmpty ? nil : .names(names)
    }

    private func wrongType(_ key: String, _ wanted: String, _ value: Any) -> ModelError {
        ModelError(.badConfiguration, "\(key) must be \(wanted); it is \(value).")
    }
}
