public import Corpora
public import Transformers
import Autograd
import Tensors

/// How well a model predicts one held-out document.
public struct DocumentLoss: Sendable, Hashable {
    /// The sum over its predicted tokens, in nats, each times its loss weight.
    public var nats: Double
    /// The sum of the loss weights.
    public var tokens: Double
    /// Bytes of the text that is predicted.
    public var bytes: Int

    /// A document's sums.
    public init(nats: Double, tokens: Double, bytes: Int) {
        self.nats = nats
        self.tokens = tokens
        self.bytes = bytes
    }
}

extension EvaluationSet {
    /// Scores every document of the set; nothing is learned.
    ///
    /// - Parameters:
    ///   - microRows: rows a pass.
    ///   - isStopped: asked before each pass.
    /// - Returns: one entry a document, in order; nil where it was stopped.
    public func documentLosses(
        of model: Decoder, microRows: Int, isStopped: () -> Bool = { false }
    ) throws -> [DocumentLoss]? {
        var losses = (0..<documentCount).map {
            DocumentLoss(nats: 0, tokens: 0, bytes: documentBytes[$0])
        }
        var hasStopped = false
        try forEachBatch { batch in
            for part in batch.split(rowsEach: microRows) where part.lossWeightSum > 0 {
                hasStopped = hasStopped || isStopped()
                if hasStopped { return }
                let micro = MicroBatch(part, for: model)
                let tape = Tape(gradients: nil)
                let hidden = model.hidden(micro.ids, in: micro.context, on: tape)
                let tokenLosses = model.loss(
                    hidden, targets: micro.targets, weights: micro.weights, normalizer: 1, on: tape
                ).tokenLosses.read()
                for piece in part.pieces {
                    for column in piece.columns {
                        let place = piece.row * part.length + column
                        let weight = Double(part.lossWeights[place])
                        guard weight > 0 else { continue }
                        losses[piece.document].nats += weight * Double(tokenLosses[place])
                        losses[piece.document].tokens += weight
                    }
                }
            }
        }
        return hasStopped ? nil : losses
    }
}
