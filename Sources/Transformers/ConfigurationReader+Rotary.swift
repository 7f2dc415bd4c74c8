import Foundation
import Layers

/// What `config.json` says of rotary positions.
struct RotaryKeys {
    var theta: Double?
    var scaling = RotaryScaling.none
    /// The base of layers that see a window, where those have their own.
    var localTheta: Double?
}

extension ConfigurationReader {
    /// Both spellings: `rope_theta` and `rope_scaling`, or `rope_parameters`, which holds both and
    /// may hold them by kind of layer.
    ///
    /// - Parameter positions: `max_position_embeddings`.
    mutating func rotary(positions: Int) throws -> RotaryKeys {
        let theta = try number("rope_theta")
        let original = try integer("original_max_position_embeddings")
        let read = try ["rope_scaling", "rope_parameters"].compactMap { key in
            try rotary(key, theta: theta, original: original, positions: positions)
        }
        guard var keys = read.last else { return RotaryKeys(theta: theta) }
        // Readers differ in which of two spellings they follow. The older one has the local base apart.
        let bases = Set(read.compactMap(\.localTheta))
        guard read.allSatisfy({ $0.theta == keys.theta && $0.scaling == keys.scaling }),
            bases.count < 2
        else {
            throw ModelError(
                .badConfiguration,
                "rope_scaling and rope_parameters say different things; keep one of them.")
        }
        keys.localTheta = bases.first
        return keys
    }

    /// What one spelling says; nil where it is not there.
    private mutating func rotary(
        _ key: String, theta: Double?, original: Int?, positions: Int
    ) throws -> RotaryKeys? {
        guard let value = value(key) else { return nil }
        guard let object = value as? [String: Any] else {
            throw wrongType(key, "an object", value)
        }
        var keys = RotaryKeys()
        keys.theta = theta
        let byLayer = object.keys.contains("full_attention")
        for (kind, parameters) in byLayer
            ? object.sorted(by: { $0.key < $1.key }) : [("", object)]
        {
            guard let parameters = parameters as? [String: Any],
                ["", "full_attention", "sliding_attention"].contains(kind)
            else { throw wrongType(key, "an object by kind of layer", value) }
            var reader = ConfigurationReader(object: parameters)
            let place = kind.isEmpty ? key + "." : "\(key).\(kind)."
            let theta = try reader.number("rope_theta")
            let scaling = try reader.rotaryScaling(
                within: place, positions: positions, original: original)
            try reader.finish(within: place)
            if kind == "sliding_attention" {
                guard scaling == .none else {
                    throw ModelError(
                        .unsupported, "\(place)rope_type: local layers are not scaled here.")
                }
                keys.localTheta = theta
            } else {
                keys.theta = theta ?? keys.theta
                keys.scaling = scaling
            }
        }
        return keys
    }

    /// One object of rotary parameters.
    private mutating func rotaryScaling(
        within place: String, positions: Int, original: Int?
    ) throws -> RotaryScaling {
        if let share = try number("partial_rotary_factor"), share != 1 {
            throw ModelError(
                .unsupported, "\(place)partial_rotary_factor \(share) is not supported; only 1 is.")
        }
        let older = try string("type")
        let newer = try string("rope_type")
        func contradicted(_ keys: String) -> ModelError {
            ModelError(.badConfiguration, "\(place)\(keys) say different things; keep one of them.")
        }
        if let older, let newer, older != newer, ![older, newer].allSatisfy(["su", "longrope"].contains)
        {
            throw contradicted("type and rope_type")
        }
        let kind = newer ?? older ?? "default"
        // As a key of the whole configuration, too; readers differ in which of them they follow.
        func originalPositions() throws -> Int? {
            let own = try integer("original_max_position_embeddings")
            if let own, let original, own != original {
                throw contradicted("original_max_position_embeddings and that of the configuration")
            }
            return own ?? original
        }
        func required(_ key: String, _ value: Double?) throws -> Double {
            guard let value, value > 0, value.isFinite else {
                throw ModelError(.badConfiguration, "\(place)\(key) must be a number above 0.")
            }
            return value
        }
        switch kind {
        case "default": return .none
        case "linear": return .linear(factor: try required("factor", number("factor")))
        case "llama3":
            let low = try required("low_freq_factor", number("low_freq_factor"))
            let high = try required("high_freq_factor", number("high_freq_factor"))
            guard low < high else {
                throw ModelError(
                    .badConfiguration,
                    "\(place)high_freq_factor (\(high)) must be above low_freq_factor (\(low)).")
            }
            return .llama3(
                factor: try required("factor", number("factor")), lowFactor: low,
                highFactor: high,
                originalPositions: Int(
                    try required(
                        "original_max_position_embeddings", originalPositions().map(Double.init))))
        case "longrope", "su":
            guard let short = try numbers("short_factor"), let long = try numbers("long_factor"),
                (short + long).allSatisfy({ $0 > 0 })
            else {
                throw ModelError(
                    .badConfiguration,
                    "\(place)short_factor and long_factor must be lists of numbers above 0.")
            }
            let from = try originalPositions() ?? positions
            let given = try number("factor")
            let stretch = given ?? Double(positions) / Double(max(from, 1))
            let standard = stretch <= 1 ? 1 : (1 + log(stretch) / log(Double(from))).squareRoot()
            return .longRoPE(
                short: short, long: long, originalPositions: from,
                attentionFactor: try number("attention_factor") ?? standard)
        default:
            throw ModelError(
                .unsupported,
                "\(place)rope_type \"\(kind)\" is not supported; default, linear, llama3 and "
                    + "longrope are.")
        }
    }
}

extension RotaryScaling {
    /// The keys beside `rope_theta`, `rope_type` first among them.
    var keys: [String: Any] {
        switch self {
        case .none: ["rope_type": "default"]
        case .linear(let factor): ["rope_type": "linear", "factor": factor]
        case .llama3(let factor, let low, let high, let original):
            [
                "rope_type": "llama3", "factor": factor, "low_freq_factor": low,
                "high_freq_factor": high, "original_max_position_embeddings": original,
            ]
        case .longRoPE(let short, let long, let original, let factor):
            [
                "rope_type": "longrope", "short_factor": short, "long_factor": long,
                "original_max_position_embeddings": original, "attention_factor": factor,
            ]
        }
    }
}
