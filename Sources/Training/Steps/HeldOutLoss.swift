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
    /// Nats a token by source.
    public let lossBySource: [String: Double]

    public var perplexity: Double { exp(loss) }

    /// Sources and their losses by name, where there are several.
    public var named: [(name: String, loss: Double)] {
        guard lossBySource.count > 1 else { return [] }
        return lossBySource.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

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
        var lossBySource: [String: Double] = [:]
        for set in sets {
            var ownSum = 0.0
            var ownTokens = 0.0
            try set.forEachBatch { batch in
                for part in batch.split(rowsEach: microRows) where part.lossWeightSum > 0 {
                    hasStopped = hasStopped || isStopped()
                    if hasStopped { return }
                    let loss = HeldOutLoss.sum(of: model, over: MicroBatch(part, for: model))
                    sum += loss
                    tokens += part.lossWeightSum
                    ownSum += loss
                    ownTokens += part.lossWeightSum
                }
            }
            if ownTokens > 0 { lossBySource[set.source.name] = ownSum / ownTokens }
        }
        if hasStopped { return nil }
        let bytes = sets.reduce(0) { $0 + $1.byteCount }
        loss = tokens > 0 ? sum / tokens : .nan
        bitsPerByte = bytes > 0 ? sum / log(2) / Double(bytes) : .nan
        self.tokens = Int(tokens)
        self.lossBySource = lossBySource
    }

    private static func sum(of model: Decoder, over micro: MicroBatch) -> Double {
        let tape = Tape(gradients: nil)
        let hidden = model.hidden(micro.ids, in: micro.context, on: tape)
        let loss = model.loss(
            hidden, targets: micro.targets, weights: micro.weights, normalizer: 1, on: tape)
        return Double(loss.loss.value.read()[0])
    }
}
