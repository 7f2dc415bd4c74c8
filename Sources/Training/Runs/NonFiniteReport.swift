import Corpora

/// What to say of a step whose loss or gradient is not finite: which documents it learned from.
struct NonFiniteReport {
    let sentence: String

    /// - Parameter weights: what is wrong with the weights that the run began with; nil where that is
    ///   not it.
    init(
        _ outcome: TrainStep.Outcome, _ batch: Batch, step: Int, loader: BatchLoader,
        weights: String? = nil
    ) throws {
        func told(_ number: Double) -> String { number.isNaN ? "NaN" : "\(number)" }
        let what =
            outcome.loss.isFinite
            ? "The gradient norm is \(told(outcome.gradientNorm))"
            : "The loss is \(told(outcome.loss))"
        var documents: [String] = []
        for piece in batch.pieces {
            let origin = "\(try loader.origin(of: piece))"
            if documents.last != origin, !documents.contains(origin) { documents.append(origin) }
        }
        let shown = documents.prefix(8).joined(separator: ", ")
        let more = documents.count > 8 ? " and \(documents.count - 8) more" : ""
        if let weights {
            sentence =
                "\(what) at step \(step), before anything was learned: \(weights). Fetch or save "
                + "the model again; `nightjar import` checks one."
            return
        }
        sentence =
            "\(what) at step \(step); the batch's documents are \(shown)\(more). A lower "
            + "learning rate or a longer warmup usually helps; on.nan = \"skip\" leaves such "
            + "steps out."
    }
}
