import CKernels

extension CPUBackend {
    public func topProbabilities(
        _ logits: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> TopProbabilities {
        let (rows, vocabulary) = ShapeChecks.topProbabilities(
            logits, among: limit, count: count, temperature: temperature)
        let ids = empty([rows, count], .i32)
        let probabilities = empty([rows, count + 1], .f32)
        compute {
            nj_top_probabilities(
                logits.floats, rows, vocabulary, limit, count, Float(temperature), ids.integers,
                probabilities.floats)
        }
        return TopProbabilities(ids: ids, probabilities: probabilities)
    }

    public func linearDistillation(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, softCap: Float?, wantsGradients: Bool
    ) -> LinearDistillation {
        let (tokens, vocabulary, width) = ShapeChecks.linearDistillation(
            hidden: hidden, head: head, targets: targets, weights: weights, teacher: teacher,
            settings: settings)
        let chosen = teacher.ids.shape[1]
        let losses = empty([tokens], .f32)
        let divergences = empty([tokens], .f32)
        let hiddenGradient = wantsGradients ? empty([tokens, width], hidden.kind) : nil
        let headGradient = wantsGradients ? empty([vocabulary, width], .f32) : nil
        var step = nj_distillation_step(
            chosen: chosen, alpha: settings.alpha, temperature: settings.temperature,
            normalizer: normalizer)
        return compute {
            if let headGradient, tokens == 0 { fill(headGradient, with: 0) }
            // In chunks, as cross-entropy is.
            let rowsAtOnce = Self.rowsAtOnce(vocabulary: vocabulary)
            let logits = empty([min(rowsAtOnce, tokens), vocabulary], .f32)
            let slopes = softCap != nil && wantsGradients ? empty(logits.shape, .f32) : nil
            for first in stride(from: 0, to: tokens, by: rowsAtOnce) {
                let rows = first..<min(first + rowsAtOnce, tokens)
                let chunk = logits.rows(0..<rows.count)
                multiply(
                    hidden.rows(rows), head, transposeA: false, transposeB: true, into: chunk,
                    accumulate: false, m: rows.count, n: vocabulary, k: width)
                if let softCap { nj_soft_cap(chunk.floats, slopes?.floats, softCap, chunk.count) }
                nj_distillation(
                    chunk.floats, targets.integers + first, weights.floats + first,
                    teacher.ids.integers + first * chosen,
                    teacher.probabilities.floats + first * (chosen + 1), losses.floats + first,
                    divergences.floats + first, rows.count, vocabulary, &step,
                    wantsGradients ? 1 : 0)
                guard let hiddenGradient, let headGradient else { continue }
                if let slopes { nj_multiply_into(chunk.floats, slopes.floats, chunk.count) }
                multiply(
                    chunk, head, transposeA: false, transposeB: false,
                    into: hiddenGradient.rows(rows), accumulate: false, m: rows.count, n: width,
                    k: vocabulary)
                multiply(
                    chunk, hidden.rows(rows), transposeA: true, transposeB: false,
                    into: headGradient, accumulate: first > 0, m: vocabulary, n: width,
                    k: rows.count)
            }
            return LinearDistillation(
                loss: total(losses, divergences, weights: weights, settings, normalizer),
                tokenLosses: losses, tokenDivergences: divergences, hiddenGradient: hiddenGradient,
                headGradient: headGradient)
        }
    }

    private func total(
        _ losses: Tensor, _ divergences: Tensor, weights: Tensor, _ settings: DistillationSettings,
        _ normalizer: Double
    ) -> Tensor {
        let square = settings.temperature * settings.temperature
        var sum = 0.0
        for row in 0..<losses.count where weights.floats[row] != 0 {
            sum +=
                Double(weights.floats[row])
                * (settings.alpha * Double(losses.floats[row])
                    + (1 - settings.alpha) * square * Double(divergences.floats[row]))
        }
        let loss = empty([1], .f32)
        loss.floats[0] = sum == 0 ? 0 : Float(sum / normalizer)
        return loss
    }
}
