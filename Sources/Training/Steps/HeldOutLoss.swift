public import Corpora
public import Transformers
import Autograd
import Layers
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// How well a model predicts text that it does not learn from.
public struct HeldOutLoss: Sendable, Hashable {
    /// Nats a token.
    public let loss: Double
    /// Bits a byte of text: comparable between tokenizers.
    public let bitsPerByte: Double
    public let tokens: Int

    public var perplexity: Double { exp(loss) }

    /// Scores every batch; nothing is learned.
    ///
    /// - Parameters:
    ///   - microRows: rows a pass.
    ///   - isStopped: asked before each pass; the result is nil where it was stopped.
    /// - Throws: `CorporaError` where the text cannot be read.
    public init?(
        of model: Decoder, over sets: [EvaluationSet], microRows: Int,
        isStopped: () -> Bool = { false }
    ) throws {
        var hasStopped = false
        var sum = 0.0
        var tokens = 0.0
        for set in sets {
            try set.forEachBatch { batch in
                for part in batch.split(rowsEach: microRows) where part.lossWeightSum > 0 {
                    hasStopped = hasStopped || isStopped()
                    if hasStopped { return }
                    sum += HeldOutLoss.sum(of: model, over: MicroBatch(part, for: model))
                    tokens += part.lossWeightSum
                }
            }
        }
        if hasStopped { return nil }
        let bytes = sets.reduce(0) { $0 + $1.byteCount }
        loss = tokens > 0 ? sum / tokens : .nan
        bitsPerByte = bytes > 0 ? sum / log(2) / Double(bytes) : .nan
        self.tokens = Int(tokens)
    }

    private static func sum(of model: Decoder, over micro: MicroBatch) -> Double {
        let tape = Tape(gradients: nil)
        let hidden = model.hidden(micro.ids, in: micro.context, on: tape)
        let loss = model.loss(
            hidden, targets: micro.targets, weights: micro.weights, normalizer: 1, on: tape)
        return Double(loss.loss.value.read()[0])
    }
}
