import Texts

/// Which low-rank adapters stand beside a model's maps: the part of PEFT's `adapter_config.json` that
/// decides what is computed.
public struct AdapterConfiguration: Sendable, Hashable {
    /// r: columns of B and rows of A.
    public var rank: Int
    /// Products are multiplied with `alpha / r`.
    public var alpha: Double
    /// The share of an adapter's inputs that training drops.
    public var dropout: Double
    /// The maps that get one.
    public var targets: AdapterTargets
    /// `alpha / √r` in place of `alpha / r` (rsLoRA, Kalajdzievski 2023).
    public var isRankStabilized: Bool
    /// Whether lengths of rows are learned apart (DoRA, Liu et al. 2024).
    public var hasMagnitudes: Bool
    /// Ranks of some maps, by a pattern at the end of their names.
    public var rankPattern: [String: Int] = [:]
    /// Alphas of some maps, alike.
    public var alphaPattern: [String: Double] = [:]

    /// The defaults are those of recipes.
    public init(
        rank: Int = 16, alpha: Double = 32, dropout: Double = 0,
        targets: AdapterTargets = .allLinear, isRankStabilized: Bool = false,
        hasMagnitudes: Bool = false
    ) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.targets = targets
        self.isRankStabilized = isRankStabilized
        self.hasMagnitudes = hasMagnitudes
    }

    /// The maps of a model that get an adapter, in the model's order.
    ///
    /// - Throws: `ModelError` where a target names none, with the nearest names that there are.
    public func modules(of model: ModelConfiguration) throws -> [AdaptedModule] {
        let all = model.adaptableModules
        let chosen = try targets.choose(among: all)
        let ranks = try PatternedValues(rankPattern, key: "rank_pattern", of: chosen)
        let alphas = try PatternedValues(alphaPattern, key: "alpha_pattern", of: chosen)
        return chosen.map { module in
            let rank = ranks[module.name] ?? self.rank
            let alpha = alphas[module.name] ?? self.alpha
            let divisor = isRankStabilized ? Double(rank).squareRoot() : Double(rank)
            return AdaptedModule(
                module: module, rank: rank, scale: alpha / divisor, dropout: dropout,
                hasMagnitude: hasMagnitudes)
        }
    }

    /// Throws where a number is out of range.
    func validate() throws {
        func check(_ holds: Bool, _ sentence: String) throws {
            if !holds { throw ModelError(.badConfiguration, sentence) }
        }
        for rank in [rank] + rankPattern.keys.sorted().compactMap({ rankPattern[$0] }) {
            try check(
                (1...1 << 16).contains(rank), "The rank is \(rank); it goes from 1 to 65536.")
        }
        for alpha in [alpha] + alphaPattern.keys.sorted().compactMap({ alphaPattern[$0] }) {
            try check(
                abs(alpha) <= 1e9 && alpha != 0,
                "alpha is \(alpha), with which an adapter does nothing, or too much. Use twice the "
                    + "rank or so.")
        }
        try check(
            dropout >= 0 && dropout < 1, "The dropout is \(dropout); it goes from 0 to below 1.")
    }
}

/// A map of a model that an adapter can stand beside, under its public name.
public struct AdaptableModule: Sendable, Hashable {
    /// Such as `model.layers.0.self_attn.q_proj`.
    public let name: String
    /// Columns of the weight.
    public let inputs: Int
    /// Rows of the weight.
    public let outputs: Int
}

/// A map with its adapter's sizes.
public struct AdaptedModule: Sendable, Hashable {
    /// The map.
    public let module: AdaptableModule
    /// Columns of B and rows of A.
    public let rank: Int
    /// What the product of B and A is multiplied with.
    public let scale: Double
    /// The share of its inputs that training drops.
    public let dropout: Double
    /// Whether lengths of rows are learned apart.
    public let hasMagnitude: Bool

    /// The map's public name.
    public var name: String { module.name }

    /// Numbers that are trained.
    public var parameterCount: Int {
        rank * (module.inputs + module.outputs) + (hasMagnitude ? module.outputs : 0)
    }
}

extension ModelConfiguration {
    /// Every linear map of the layers, in the order in which published checkpoints of the type name
    /// them; the head and the embedding are not among them.
    public var adaptableModules: [AdaptableModule] {
        let queries = headCount * headSize
        let keys = keyValueHeadCount * headSize
        let isFused = traits.hasFusedNames
        let maps: [(String, Int, Int)] =
            (isFused
                ? [("self_attn.qkv_proj", hiddenSize, queries + 2 * keys)]
                : [
                    ("self_attn.q_proj", hiddenSize, queries),
                    ("self_attn.k_proj", hiddenSize, keys),
                    ("self_attn.v_proj", hiddenSize, keys),
                ])
            + [("self_attn.o_proj", queries, hiddenSize)]
            + (isFused
                ? [("mlp.gate_up_proj", hiddenSize, 2 * intermediateSize)]
                : [
                    ("mlp.gate_proj", hiddenSize, intermediateSize),
                    ("mlp.up_proj", hiddenSize, intermediateSize),
                ])
            + [("mlp.down_proj", intermediateSize, hiddenSize)]
        return (0..<layerCount).flatMap { layer in
            maps.map { name, inputs, outputs in
                AdaptableModule(
                    name: "model.layers.\(layer).\(name)", inputs: inputs, outputs: outputs)
            }
        }
    }
}

/// `rank_pattern` or `alpha_pattern`: values of the modules that a pattern fits, at a dot or the
/// beginning of their names, to their end.
private struct PatternedValues<Value: Hashable> {
    private let values: [String: Value]

    init(_ patterns: [String: Value], key: String, of modules: [AdaptableModule]) throws {
        var values: [String: Value] = [:]
        for (text, value) in patterns.sorted(by: { $0.key < $1.key }) {
            let pattern = try AdapterTargets.compile("(.*\\.)?(?:\(text))", key: key, given: text)
            for module in modules where try AdapterTargets.fits(pattern, module.name, text) {
                // Which of two is meant depends on the order of the file's keys.
                guard values[module.name] ?? value == value else {
                    throw ModelError(
                        .unsupported,
                        "Two patterns of \(key) fit \(module.name), with different values; make "
                            + "them exclude each other.")
                }
                values[module.name] = value
            }
        }
        self.values = values
    }

    subscript(name: String) -> Value? { values[name] }
}
