import Dispatch
import Tensors

/// How a new parameter's numbers are drawn.
///
/// Each tensor draws from a stream named by the seed and the tensor's public name, so adding a
/// layer changes no other layer's beginning.
public enum Initializer: Sendable {
    case constant(Float)
    /// Normal with mean 0, as Hugging Face initialises decoders (`initializer_range`).
    case normal(standardDeviation: Double)

    /// From `-bound` to `bound`, as PyTorch begins linear maps (`bound = 1 / √inputs`).
    case uniform(bound: Double)

    /// - Returns: `count` numbers, equal for equal seed and name on every machine.
    public func values(count: Int, seed: UInt64, name: String) -> [Float] {
        switch self {
        case .constant(let value):
            return Array(repeating: value, count: count)
        case .uniform(let bound):
            var stream = RandomStream(seed: seed, name: name)
            return (0..<count).map { _ in Float((2 * stream.uniform() - 1) * bound) }
        case .normal(let deviation):
            return Initializer.normals(
                count, deviation, from: RandomStream(seed: seed, name: name))
        }
    }

    /// Drawn in parts on all processors: a draw depends on its place in the stream alone.
    private static func normals(
        _ count: Int, _ deviation: Double, from stream: RandomStream
    ) -> [Float] {
        let part = 1 << 14
        return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
            nonisolated(unsafe) let values = buffer
            DispatchQueue.concurrentPerform(iterations: (count + part - 1) / part) { index in
                let range = index * part..<min((index + 1) * part, count)
                var stream = stream.skipping(normals: range.lowerBound)
                for place in range {
                    values.initializeElement(at: place, to: Float(stream.normal() * deviation))
                }
            }
            initialized = count
        }
    }
}
