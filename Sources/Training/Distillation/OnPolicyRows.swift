import Corpora
import Generation
import Tensors
import Tokenizers
import Transformers

/// Rows that the student writes itself, in place of some of the data's (on-policy distillation,
/// Agarwal and others, 2024).
///
/// A row's first document gives the beginning: all that stands before its first learned token, or a
/// quarter of it where everything is learned. The student goes on from there, sampled as it
/// predicts, and learns what the teacher thinks of its own words. Draws depend on seed, batch and row
/// alone, so that a resumed run repeats them.
struct OnPolicyRows {
    /// The share of the rows, 0 to 1.
    let share: Double
    let seed: UInt64
    let tokenizer: any Tokenizer
    /// Ids that end a text of the student's; they are learned as its last token.
    let endTokens: Set<Int32>

    /// A batch with some rows replaced, those that were come last.
    ///
    /// - Returns: the batch, and how many rows are the student's.
    /// - Throws: `GenerationError` where the student's logits are not finite.
    func replacing(in batch: Batch, by model: Decoder) throws -> (batch: Batch, sampled: Int) {
        var choice = RandomStream(seed: seed, name: "on-policy \(batch.stateAfter.batches)")
        let beginnings = (0..<batch.rows).map { row in
            choice.uniform() < share ? beginning(ofRow: row, in: batch) : nil
        }
        let chosen = beginnings.indices.filter { beginnings[$0] != nil }
        guard !chosen.isEmpty else { return (batch, 0) }
        let texts = try sample(
            chosen.map { beginnings[$0] ?? [] }, rows: chosen, of: batch, by: model)
        var result = batch.selecting(beginnings.indices.filter { beginnings[$0] == nil } + chosen)
        for (index, row) in chosen.enumerated() {
            let place = batch.rows - chosen.count + index
            result.write(
                texts[index], learnedFrom: beginnings[row]?.count ?? 0, toRow: place)
        }
        return (result, chosen.count)
    }

    /// The tokens that the student is given; nil where a row has nothing to learn.
    private func beginning(ofRow row: Int, in batch: Batch) -> [Int32]? {
        guard let piece = batch.pieces.first(where: { $0.row == row }) else { return nil }
        let places = piece.columns.map { row * batch.length + $0 }
        guard let first = places.firstIndex(where: { batch.lossWeights[$0] > 0 }) else {
            return nil
        }
        let count = first > 0 ? first + 1 : max(1, places.count / 4)
        // One place is left to write in.
        return count < batch.length ? places.prefix(count).map { batch.inputs[$0] } : nil
    }

    /// Beginnings with what the student wrote, the end included where it came to one.
    private func sample(
        _ beginnings: [[Int32]], rows: [Int], of batch: Batch, by model: Decoder
    ) throws -> [[Int32]] {
        let engine = GenerationEngine(
            model: model, tokenizer: tokenizer, slots: min(beginnings.count, 32),
            capacity: batch.length)
        var texts: [Int: [Int32]] = [:]
        var ids: [Int] = []
        for (beginning, row) in zip(beginnings, rows) {
            let id = try engine.add(
                GenerationRequest(
                    prompt: beginning,
                    random: RandomStream(
                        seed: seed, name: "on-policy \(batch.stateAfter.batches) \(row)"),
                    maximumNewTokens: batch.length, stopTokens: endTokens))
            texts[id] = beginning
            ids.append(id)
        }
        while !engine.isIdle {
            for case .token(let id, let token, _) in try engine.step() {
                texts[id]?.append(token.id)
            }
        }
        return ids.map { texts[$0] ?? [] }
    }
}

extension Batch {
    /// Some rows in another order.
    func selecting(_ rows: [Int]) -> Batch {
        func gathered<Element>(_ values: [Element]) -> [Element] {
            rows.flatMap { values[$0 * length..<($0 + 1) * length] }
        }
        var result = self
        result.rows = rows.count
        result.inputs = gathered(inputs)
        result.targets = gathered(targets)
        result.lossWeights = gathered(lossWeights)
        result.positions = gathered(positions)
        result.segments = gathered(segments)
        result.pieces = rows.enumerated().flatMap { place, row in
            pieces.filter { $0.row == row }.map { piece in
                var piece = piece
                piece.row = place
                return piece
            }
        }
        return result
    }

    /// Puts one text into a row in place of what is there.
    fileprivate mutating func write(_ tokens: [Int32], learnedFrom first: Int, toRow row: Int) {
        let count = min(tokens.count - 1, length)
        for column in 0..<length {
            let place = row * length + column
            let isText = column < count
            inputs[place] = isText ? tokens[column] : inputs[row * length]
            targets[place] = isText ? tokens[column + 1] : 0
            lossWeights[place] = isText && column + 1 >= first ? 1 : 0
            positions[place] = isText ? Int32(column) : 0
            segments[place] = isText ? 0 : -1
        }
        guard let index = pieces.firstIndex(where: { $0.row == row }) else { return }
        pieces[index].columns = 0..<count
        let kept = pieces[index]
        pieces.removeAll { $0.row == row && $0 != kept }
    }
}
