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
    /// Nats a token; where pairs of answers are held out, nats a pair, of them alone.
    public let loss: Double
    /// Bits a byte of text: comparable between tokenizers.
    public let bitsPerByte: Double
    public let tokens: Int
    /// Nats a token, or a pair, by source.
    public let lossBySource: [String: Double]
    /// What held-out pairs of answers come to; nil where there are none.
    public let pairs: PairNumbers?

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
    ///   - preference: how pairs of answers are scored, where there are any.
    ///   - isStopped: asked before each pass; the result is nil where it was stopped.
    /// - Throws: `CorporaError` where the text cannot be read.
    init?(
        of model: Decoder, over sets: [EvaluationSet], microRows: Int,
        preference: PreferenceLoss? = nil, isStopped: () -> Bool = { false }
    ) throws {
        var hasStopped = false
        var sum = 0.0
        var tokens = 0.0
        var bytes = 0
        var pairs = PairNumbers()
        var lossBySource: [String: Double] = [:]
        for set in sets {
            var ownSum = 0.0
            var ownTokens = 0.0
            var ownPairs = PairNumbers()
            try set.forEachBatch { batch in
                for part in batch.split(rowsEach: microRows) where part.lossWeightSum > 0 {
                    hasStopped = hasStopped || isStopped()
                    if hasStopped { return }
                    if let preference, part.pieces.contains(where: { $0.second != nil }) {
                        let micro = MicroBatch(part, for: model)
                        let tape = Tape(gradients: nil)
                        let hidden = model.hidden(micro.ids, in: micro.context, on: tape).value
                        let scored = preference.scores(of: part, micro, hidden: hidden, by: model)
                        for pair in scored.pairs {
                            ownPairs.add(pair)
                            pairs.add(pair)
                        }
                        continue
                    }
                    ownSum += HeldOutLoss.sum(of: model, over: MicroBatch(part, for: model))
                    ownTokens += part.lossWeightSum
                }
            }
            if ownPairs.count > 0 {
                lossBySource[set.source.name] = ownPairs.meanLoss
                continue
            }
            sum += ownSum
            tokens += ownTokens
            bytes += set.byteCount
            if ownTokens > 0 { lossBySource[set.source.name] = ownSum / ownTokens }
        }
        if hasStopped { return nil }
        self.pairs = pairs.count > 0 ? pairs : nil
        loss = pairs.count > 0 ? pairs.meanLoss : tokens > 0 ? sum / tokens : .nan
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
