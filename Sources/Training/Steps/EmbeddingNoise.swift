import Corpora
import Dispatch
import Tensors

/// Uniform noise on the embeddings of a training sequence: NEFTune (Jain and others, 2023).
///
/// A sequence of L tokens and width d gets noise from -1 to 1 times alpha / √(L·d). A sequence is
/// a document, also where several are packed in a row: packing changes no sequence's noise level.
/// The draws are a function of seed, batch and place, whatever the micro-batches are, so a resumed
/// run repeats them.
struct EmbeddingNoise: Sendable {
    let alpha: Double
    let seed: UInt64

    /// The noise of some rows of a batch, `[rows · length, width]`; 0 where there is no token.
    ///
    /// - Parameter firstRow: the place of the first row in the whole batch.
    func values(for part: Batch, firstRow: Int, width: Int) -> [Float] {
        let stream = RandomStream(seed: seed, name: "neftune \(part.stateAfter.batches)")
        let count = part.rows * part.length * width
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            nonisolated(unsafe) let values = buffer
            let pieces = part.pieces
            // Each piece writes its own places.
            DispatchQueue.concurrentPerform(iterations: pieces.count) { index in
                let piece = pieces[index]
                let first = (piece.row * part.length + piece.columns.lowerBound) * width
                let draws = piece.columns.count * width
                let magnitude = Float(alpha / Double(draws).squareRoot())
                var own = RandomStream(
                    key: stream.key,
                    counter: UInt64(firstRow * part.length * width + first))
                for place in first..<first + draws {
                    values[place] = Float(2 * own.uniform() - 1) * magnitude
                }
            }
            initialized = count
        }
    }
}
