import Corpora
import Tensors

/// What each source of a batch gives to the loss.
struct SourceLosses {
    private let sources: [String]
    private var nats: [Double]
    private var weights: [Double]

    /// Nothing yet, of these sources.
    init(_ sources: [String]) {
        self.sources = sources
        nats = Array(repeating: 0, count: sources.count)
        weights = nats
    }

    /// Takes in the losses of a pass.
    ///
    /// - Parameters:
    ///   - tokenLosses: one a place of the rows, unweighted.
    ///   - rows: the pass's rows.
    mutating func add(_ tokenLosses: Tensor, of rows: Batch) {
        add(tokenLosses.read(), of: rows)
    }

    /// Takes in a pass with pairs of answers, whose losses are their own.
    mutating func add(_ scores: PreferenceLoss.Scores, of rows: Batch) {
        for pair in scores.pairs {
            nats[pair.source] += pair.weight * pair.loss.value
            weights[pair.source] += pair.weight
        }
        add(scores.tokenLosses, of: rows)
    }

    /// The same with losses by place; pairs and the model's own answers have no label.
    mutating func add(_ losses: [Float], of rows: Batch) {
        for piece in rows.pieces where piece.second == nil && piece.rollout == nil {
            for column in piece.columns {
                let place = piece.row * rows.length + column
                let weight = Double(rows.lossWeights[place])
                guard weight > 0 else { continue }
                nats[piece.source] += weight * Double(losses[place])
                weights[piece.source] += weight
            }
        }
    }

    /// Nats a token, or a pair, of the sources that gave a label.
    var means: [String: Double] {
        var means: [String: Double] = [:]
        for (index, source) in sources.enumerated() where weights[index] > 0 {
            means[source] = nats[index] / weights[index]
        }
        return means
    }
}
