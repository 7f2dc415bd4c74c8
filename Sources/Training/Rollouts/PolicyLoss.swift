import Autograd
import Corpora
import Layers
import Tensors
import Transformers

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Learns from the model's own answers, beside which running text and others' answers may stand.
///
/// A token's loss is −advantage · ratio + β · divergence, where the ratio is that of the model's
/// probability to the one it was drawn with. A step learns from answers that were just written, so
/// that the ratio is 1 and its clipping never acts; its gradient is that of a cross-entropy weighted
/// by the advantage. The divergence from the reference is estimated a token at a time as
/// e^d − d − 1, d the difference of log-probabilities (Schulman 2020), whose gradient is again one
/// of a weighted cross-entropy.
struct PolicyLoss {
    let settings: RolloutSettings
    /// Nil where β is 0.
    let reference: FrozenModel?

    /// What a step's losses are divided by.
    struct Normalizers {
        /// The weights of all learned tokens that are not the model's own.
        let text: Double
        /// By rollout, what each token of it counts, before its advantage.
        let ofToken: [Double]

        init(_ batch: Batch, _ rollouts: [Rollout], _ settings: RolloutSettings) {
            let own = batch.pieces.filter { $0.rollout != nil }.reduce(0.0) { sum, piece in
                sum + piece.columns.reduce(0) {
                    $0 + Double(batch.lossWeights[piece.row * batch.length + $1])
                }
            }
            text = max(batch.lossWeightSum - own, .leastNormalMagnitude)
            // Answers that nothing is learned from are averaged over too.
            let answers = rollouts.reduce(0) { $0 + $1.weight }
            let tokens = rollouts.reduce(0) { $0 + $1.weight * Double($1.answerCount) }
            ofToken = rollouts.map { rollout in
                let divisor =
                    switch settings.averaging {
                    case .tokens: tokens
                    case .answers: answers * Double(rollout.answerCount)
                    case .longest: answers * Double(settings.maximumNewTokens)
                    }
                return rollout.weight / max(divisor, .leastNormalMagnitude)
            }
        }
    }

    /// What a pass came to.
    struct Outcome {
        /// Its share of the step's loss.
        var value = 0.0
        var numbers = PolicyNumbers()
        /// Nats a place, unweighted.
        var tokenLosses: [Float] = []
    }

    /// Leaves the gradients of a pass on its tape.
    ///
    /// - Parameter hidden: the model's, before its head.
    func learn(
        _ hidden: Traced, from part: Batch, _ micro: MicroBatch, _ rollouts: [Rollout],
        _ normalizers: Normalizers, by model: Decoder, on tape: Tape
    ) -> Outcome {
        let hasRollouts = part.pieces.contains { $0.rollout != nil }
        let differences = hasRollouts ? differences(part, micro, hidden.value, by: model) : nil
        let weights = weights(of: part, rollouts, normalizers, differences)
        let traced = model.loss(
            hidden, targets: micro.targets,
            weights: Tensor(weights, shape: [weights.count], on: model.backend), normalizer: 1,
            on: tape)
        tape.backward(from: traced.loss)
        var outcome = Outcome(tokenLosses: traced.tokenLosses.read())
        for piece in part.pieces {
            let row = piece.row * part.length
            for column in piece.columns where part.lossWeights[row + column] > 0 {
                let place = row + column
                let loss = Double(outcome.tokenLosses[place])
                guard let index = piece.rollout else {
                    outcome.value +=
                        settings.textWeight * Double(part.lossWeights[place]) * loss
                        / normalizers.text
                    continue
                }
                let divergence = differences.map { exp($0[place]) - $0[place] - 1 } ?? 0
                outcome.value +=
                    normalizers.ofToken[index]
                    * (settings.beta * divergence - rollouts[index].advantage)
                // What has no weight may have no loss either.
                if weights[place] != 0 { outcome.numbers.add(loss, divergence) }
            }
        }
        return outcome
    }

    /// By place, the reference's log-probability less the model's; nil without a reference.
    private func differences(
        _ part: Batch, _ micro: MicroBatch, _ hidden: Tensor, by model: Decoder
    ) -> [Double]? {
        guard let reference else { return nil }
        let own = micro.tokenLosses(hidden, by: model)
        let theirs = MicroBatch(part, for: reference.model)
        let other = theirs.tokenLosses(
            reference.model.hidden(theirs.ids, in: theirs.context, on: Tape(gradients: nil)).value,
            by: reference.model)
        return zip(own, other).map { Double($0) - Double($1) }
    }

    /// The loss weights whose cross-entropy has the gradient of the pass's loss.
    private func weights(
        of part: Batch, _ rollouts: [Rollout], _ normalizers: Normalizers, _ differences: [Double]?
    ) -> [Float] {
        var weights = part.lossWeights.map {
            Float(Double($0) * settings.textWeight / normalizers.text)
        }
        for piece in part.pieces {
            guard let index = piece.rollout else { continue }
            let row = piece.row * part.length
            for place in row + piece.columns.lowerBound..<row + piece.columns.upperBound
            where part.lossWeights[place] > 0 {
                let pull =
                    rollouts[index].advantage
                    + (differences.map { settings.beta * (exp($0[place]) - 1) } ?? 0)
                weights[place] = Float(normalizers.ofToken[index] * pull)
            }
        }
        return weights
    }
}
