import Autograd
import Tensors

/// What a distillation loss was made of, each a mean over the weighted tokens.
public struct LossParts: Sendable, Hashable {
    /// Nats a token, by the labels; of rows that the student wrote, by its own words.
    public var crossEntropy = 0.0
    /// Nats a token from the teacher's distribution, without T².
    public var divergence = 0.0

    /// Rows that the student wrote itself.
    public var sampledRows: Int

    /// Nothing yet.
    public init(sampledRows: Int = 0) { self.sampledRows = sampledRows }

    /// Adds the rows of a pass, in order.
    mutating func add(_ result: TracedDistillation, weights: [Float], normalizer: Double) {
        let losses = result.tokenLosses.readDoubles()
        let divergences = result.tokenDivergences.readDoubles()
        for (row, weight) in weights.enumerated() where weight != 0 {
            crossEntropy += Double(weight) * losses[row] / normalizer
            divergence += Double(weight) * divergences[row] / normalizer
        }
    }
}
