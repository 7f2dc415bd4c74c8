import Corpora

extension Batch {
    /// The batch without its prompts, and with what was written to them in rows of their own, the
    /// last ones, as many whole answers in each as fit.
    ///
    /// - Parameters:
    ///   - isPrompts: whether a source holds prompts.
    ///   - indices: the rollouts that are learned from.
    ///   - keepsText: whether rows of other sources stay.
    func replacingPrompts(
        _ isPrompts: (_ source: Int) -> Bool, by rollouts: [Rollout], _ indices: [Int],
        keepsText: Bool = true
    ) -> Batch {
        var result = selecting(
            (0..<rows).filter { row in
                keepsText && pieces.contains { $0.row == row && !isPrompts($0.source) }
            })
        result.pieces.removeAll { isPrompts($0.source) }
        var column = length
        var segment: Int32 = 0
        for index in indices {
            let count = rollouts[index].ids.count - 1
            if column + count > length {
                result.addEmptyRow(filledWith: rollouts[index].ids[0])
                (column, segment) = (0, 0)
            }
            result.write(rollouts[index], index: index, at: column, segment: segment)
            column += count
            segment += 1
        }
        return result
    }

    private mutating func addEmptyRow(filledWith id: Int32) {
        rows += 1
        inputs += [Int32](repeating: id, count: length)
        targets += [Int32](repeating: 0, count: length)
        lossWeights += [Float](repeating: 0, count: length)
        positions += [Int32](repeating: 0, count: length)
        segments += [Int32](repeating: -1, count: length)
    }

    /// Puts an answer with its prompt into the last row.
    private mutating func write(
        _ rollout: Rollout, index: Int, at column: Int, segment: Int32
    ) {
        let count = rollout.ids.count - 1
        let start = (rows - 1) * length + column
        for step in 0..<count {
            inputs[start + step] = rollout.ids[step]
            targets[start + step] = rollout.ids[step + 1]
            lossWeights[start + step] =
                step + 1 >= rollout.promptCount ? Float(rollout.weight) : 0
            positions[start + step] = Int32(step)
            segments[start + step] = segment
        }
        pieces.append(
            Piece(
                row: rows - 1, columns: column..<column + count, source: rollout.source,
                document: rollout.document, offset: 0, epoch: rollout.epoch, rollout: index))
    }
}
