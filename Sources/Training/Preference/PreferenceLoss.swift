import Autograd
import Corpora
import Layers
import Tensors
import Transformers

/// A pair of answers in a batch, and what model and reference think of it.
struct ScoredPair {
    /// Index into the batch's sources.
    let source: Int
    /// The places of both sides in the pass's rows.
    let chosen: Range<Int>
    let rejected: Range<Int>
    /// What the pair counts; hooks may say other than 1.
    let weight: Double
    /// The model's log-likelihoods of both answers.
    let likelihoods: (chosen: Double, rejected: Double)
    let loss: PairLoss
}

/// Learns from pairs of answers, beside which running text and single answers may stand.
///
/// The loss of a step is the mean over its pairs, plus the mean cross-entropy over the learned tokens
/// of everything else times `Preference.textWeight`. A pair's loss depends on whole answers, but its gradient is that of a weighted
/// cross-entropy: each token of an answer is pulled alike. So the head runs twice, once to find the
/// likelihoods and once with these weights, and what lies below it once.
struct PreferenceLoss {
    let settings: Preference
    let reference: FrozenModel

    /// What a pass's rows come to.
    struct Scores {
        var pairs: [ScoredPair] = []
        /// Nats a place, unweighted.
        var tokenLosses: [Float]
    }

    /// Scores the rows of a pass.
    ///
    /// - Parameter hidden: the model's, before its head.
    func scores(of part: Batch, _ micro: MicroBatch, hidden: Tensor, by model: Decoder) -> Scores {
        let own = micro.tokenLosses(hidden, by: model)
        var scores = Scores(tokenLosses: own)
        guard part.pieces.contains(where: { $0.second != nil }) else { return scores }
        let theirs = MicroBatch(part, for: reference.model)
        let other = theirs.tokenLosses(
            reference.model.hidden(theirs.ids, in: theirs.context, on: Tape(gradients: nil)).value,
            by: reference.model)
        scores.pairs = part.pieces.compactMap { piece in
            guard let sides = part.sides(of: piece) else { return nil }
            let weight = part.lossWeights[sides.chosen.lowerBound..<sides.rejected.upperBound].max()
            guard let weight, weight > 0 else { return nil }
            func likelihoods(_ losses: [Float]) -> (chosen: Double, rejected: Double) {
                func sum(_ places: Range<Int>) -> Double {
                    places.reduce(0) {
                        part.lossWeights[$1] > 0 ? $0 - Double(losses[$1]) : $0
                    }
                }
                return (sum(sides.chosen), sum(sides.rejected))
            }
            let found = likelihoods(own)
            return ScoredPair(
                source: piece.source, chosen: sides.chosen, rejected: sides.rejected,
                weight: Double(weight), likelihoods: found,
                loss: PairLoss(model: found, reference: likelihoods(other), settings))
        }
        return scores
    }

    /// What a step's losses are divided by.
    struct Normalizers {
        /// The weights of all pairs.
        let pairs: Double
        /// The weights of all learned tokens outside of pairs.
        let tokens: Double
        /// What a mean over those tokens counts.
        let textWeight: Double

        init(_ batch: Batch, _ settings: Preference) {
            textWeight = settings.textWeight
            var pairs = 0.0
            var inPairs = 0.0
            for piece in batch.pieces {
                guard let sides = batch.sides(of: piece) else { continue }
                let weights = batch.lossWeights[sides.chosen.lowerBound..<sides.rejected.upperBound]
                pairs += Double(weights.max() ?? 0)
                inPairs += weights.reduce(0) { $0 + Double($1) }
            }
            self.pairs = max(pairs, .leastNormalMagnitude)
            tokens = max(batch.lossWeightSum - inPairs, .leastNormalMagnitude)
        }
    }

    /// The loss weights whose cross-entropy has the gradient of the pass's loss.
    func weights(of part: Batch, _ scores: Scores, _ normalizers: Normalizers) -> [Float] {
        var weights = part.lossWeights.map {
            Float(Double($0) * normalizers.textWeight / normalizers.tokens)
        }
        for pair in scores.pairs {
            let pull = Float(pair.weight * pair.loss.pull / normalizers.pairs)
            for (places, pull) in [(pair.chosen, pull), (pair.rejected, -pull)] {
                for place in places where part.lossWeights[place] > 0 { weights[place] = pull }
            }
        }
        return weights
    }

    /// The pass's share of the step's loss.
    func value(of part: Batch, _ scores: Scores, _ normalizers: Normalizers) -> Double {
        var value = scores.pairs.reduce(0) { $0 + $1.weight * $1.loss.value / normalizers.pairs }
        for piece in part.pieces where piece.second == nil {
            for column in piece.columns {
                let place = piece.row * part.length + column
                value +=
                    normalizers.textWeight * Double(part.lossWeights[place])
                    * Double(scores.tokenLosses[place]) / normalizers.tokens
            }
        }
        return value
    }
}

extension Batch {
    /// The places of both sides of a pair; nil for a piece that is none.
    func sides(of piece: Piece) -> (chosen: Range<Int>, rejected: Range<Int>)? {
        guard let second = piece.second else { return nil }
        let row = piece.row * length
        return (
            row + piece.columns.lowerBound..<row + second, row + second..<row + piece.columns.upperBound
        )
    }
}
