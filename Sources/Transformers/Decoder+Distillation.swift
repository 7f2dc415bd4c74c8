public import Autograd
public import Tensors
import Layers

extension Decoder {
    /// The distillation loss of the next tokens; see `DistillationSettings`.
    public func distillation(
        _ hidden: Traced, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, on tape: Tape
    ) -> TracedDistillation {
        tape.linearDistillation(
            hidden: hidden, head: head.traced(on: tape), targets: targets, weights: weights,
            teacher: teacher, settings: settings, normalizer: normalizer,
            softCap: configuration.traits.logitSoftCap.map(Float.init))
    }

    /// What this model thinks of the next tokens, as a teacher, for rows of `hidden [N, C]`.
    ///
    /// - Parameters:
    ///   - limit: ids that the student has; others count among the rest.
    ///   - count: tokens told one by one, at most `limit`.
    public func topProbabilities(
        _ hidden: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> TopProbabilities {
        let rows = hidden.shape[0]
        let statistics: ElementKind = precision == .f64 ? .f64 : .f32
        let ids = backend.empty([rows, count], .i32)
        let probabilities = backend.empty([rows, count + 1], statistics)
        // The logits of all rows would be many times as large as everything else.
        for first in stride(from: 0, to: rows, by: Decoder.rowsOfLogits) {
            let range = first..<min(first + Decoder.rowsOfLogits, rows)
            let top = backend.topProbabilities(
                logits(hidden.rows(range)), among: limit, count: count, temperature: temperature)
            backend.copy(top.ids, to: ids.rows(range))
            backend.copy(top.probabilities, to: probabilities.rows(range))
        }
        return TopProbabilities(ids: ids, probabilities: probabilities)
    }

    private static let rowsOfLogits = 128
}
