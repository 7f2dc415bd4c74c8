import CKernels

extension CPUBackend {
    public func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float?, gradients: LossGradients
    ) -> LinearCrossEntropy {
        let (tokens, vocabulary, width) = ShapeChecks.linearCrossEntropy(
            hidden: hidden, head: head, targets: targets, weights: weights)
        checkTargets(targets, weights: weights, vocabulary: vocabulary)
        let losses = empty([tokens], .f32)
        let hiddenGradient =
            gradients.contains(.hidden) ? empty([tokens, width], hidden.kind) : nil
        let headGradient = gradients.contains(.head) ? empty([vocabulary, width], .f32) : nil
        let wantsGradients = !gradients.isEmpty
        return compute {
            if let headGradient, tokens == 0 { fill(headGradient, with: 0) }
            let rowsAtOnce = Self.rowsAtOnce(vocabulary: vocabulary)
            let logits = empty([min(rowsAtOnce, tokens), vocabulary], .f32)
            // The slopes of the caps, by which the gradient of capped logits reaches the others.
            let slopes = softCap != nil && wantsGradients ? empty(logits.shape, .f32) : nil
            for first in stride(from: 0, to: tokens, by: rowsAtOnce) {
                let rows = first..<min(first + rowsAtOnce, tokens)
                let chunk = logits.rows(0..<rows.count)
                multiply(
                    hidden.rows(rows), head, transposeA: false, transposeB: true, into: chunk,
                    accumulate: false, m: rows.count, n: vocabulary, k: width)
                if let softCap { nj_soft_cap(chunk.floats, slopes?.floats, softCap, chunk.count) }
                nj_cross_entropy(
                    chunk.floats, targets.integers + first, weights.floats + first, normalizer,
                    losses.floats + first, rows.count, vocabulary, wantsGradients ? 1 : 0)
                if let slopes { nj_multiply_into(chunk.floats, slopes.floats, chunk.count) }
                if let hiddenGradient {
                    multiply(
                        chunk, head, transposeA: false, transposeB: false,
                        into: hiddenGradient.rows(rows), accumulate: false, m: rows.count,
                        n: width, k: vocabulary)
                }
                if let headGradient {
                    multiply(
                        chunk, hidden.rows(rows), transposeA: true, transposeB: false,
                        into: headGradient, accumulate: first > 0, m: vocabulary, n: width,
                        k: rows.count)
                }
            }
            return LinearCrossEntropy(
                loss: total(of: losses, weights: weights, normalizer: normalizer),
                tokenLosses: losses, hiddenGradient: hiddenGradient, headGradient: headGradient)
        }
    }

    /// Rows whose logits exist together: a function of the vocabulary alone, so that sums over
    /// chunks do not depend on the machine. Every chunk reads the head twice and visits its whole
    /// gradient, so there are as many rows as multiply for longer than that takes: 512, or what
    /// 64 MiB of logits hold, and 256 at least.
    static func rowsAtOnce(vocabulary: Int) -> Int {
        min(max((16 << 20) / max(vocabulary, 1) / 64 * 64, 256), 512)
    }

    private func total(of losses: Tensor, weights: Tensor, normalizer: Double) -> Tensor {
        var sum = 0.0
        for row in 0..<losses.count where weights.floats[row] != 0 {
            sum += Double(weights.floats[row]) * Double(losses.floats[row])
        }
        let loss = empty([1], .f32)
        loss.floats[0] = sum == 0 ? 0 : Float(sum / normalizer)
        return loss
    }

    private func checkTargets(_ targets: Tensor, weights: Tensor, vocabulary: Int) {
        for row in 0..<targets.count where weights.floats[row] != 0 {
            let target = targets.integers[row]
            ShapeChecks.require(
                target >= 0 && target < vocabulary,
                "linearCrossEntropy was given target \(target) at row \(row), "
                    + "for a vocabulary of \(vocabulary).")
        }
    }
}
