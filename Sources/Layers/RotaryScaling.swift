/// How rotary frequencies are stretched, so that a model reads longer texts than it was first
/// trained on. The arithmetic is in f32, as in the models' own training code.
public enum RotaryScaling: Sendable, Hashable {
    case none
    /// Every frequency divided (position interpolation, Chen et al. 2023).
    case linear(factor: Double)
    /// Low frequencies divided, high ones kept, those between blended (Llama 3.1, 2024).
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalPositions: Int)
    /// Each frequency divided by its own factor, and cosines and sines multiplied (LongRoPE, Ding
    /// et al. 2024): by the short factors here, which serve texts of up to the original length.
    case longRoPE(
        short: [Double], long: [Double], originalPositions: Int, attentionFactor: Double)

    /// What cosines and sines are multiplied with.
    var attentionFactor: Double {
        if case .longRoPE(_, _, _, let factor) = self { factor } else { 1 }
    }

    /// The positions that it serves; nil for any.
    public var positionLimit: Int? {
        if case .longRoPE(_, _, let positions, _) = self { positions } else { nil }
    }

    /// Each frequency as it is turned by.
    public func applied(to frequencies: [Float]) -> [Float] {
        switch self {
        case .none: return frequencies
        case .linear(let factor): return frequencies.map { $0 / Float(factor) }
        case .llama3(let factor, let low, let high, let original):
            return frequencies.map { frequency in
                let length = 2 * Float.pi / frequency
                let positions = Float(original)
                if length > positions / Float(low) { return frequency / Float(factor) }
                if length < positions / Float(high) { return frequency }
                let share = (positions / length - Float(low)) / (Float(high) - Float(low))
                return (1 - share) * frequency / Float(factor) + share * frequency
            }
        case .longRoPE(let short, _, _, _):
            return zip(frequencies, short).map { $0 / Float($1) }
        }
    }
}
