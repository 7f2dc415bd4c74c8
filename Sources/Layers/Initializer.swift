import Tensors

/// How a new parameter's numbers are drawn.
///
/// Each tensor draws from a stream named by the seed and the tensor's public name, so adding a
/// layer changes no other layer's beginning.
public enum Initializer: Sendable {
    case ones
    /// Normal with mean 0, as Hugging Face initialises decoders (`initializer_range`).
    case normal(standardDeviation: Double)

    /// - Returns: `count` numbers, equal for equal seed and name on every machine.
    public func values(count: Int, seed: UInt64, name: String) -> [Float] {
        switch self {
        case .ones:
            return Array(repeating: 1, count: count)
        case .normal(let deviation):
            var stream = RandomStream(seed: seed, name: name)
            return (0 ..< count).map { _ in Float(stream.normal() * deviation) }
        }
    }
}
