import Foundation

extension ReferenceBackend {
    /// With `p = softmax(hidden · headᵀ)` and `f = weight / normalizer`:
    /// `nll = log Σ exp(logits) - logits[target]`, `d logits = f · (p - onehot(target))`.
    public func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float?, gradients: LossGradients
    ) -> LinearCrossEntropy {
        let (tokens, vocabulary, width) = ShapeChecks.linearCrossEntropy(
            hidden: hidden, head: head, targets: targets, weights: weights)
        let states = values(of: hidden)
        let classes = values(of: head)
        let rowWeights = values(of: weights)
        let rowTargets = integers(of: targets)
        var loss = 0.0
        var tokenLosses = [Double](repeating: 0, count: tokens)
        var ofHidden = [Double](repeating: 0, count: hidden.count)
        var ofHead = [Double](repeating: 0, count: head.count)
        for token in 0..<tokens where rowWeights[token] != 0 {
            let target = rowTargets[token]
            ShapeChecks.require(
                target >= 0 && target < vocabulary,
                "Target \(target) lies outside a vocabulary of \(vocabulary).")
            let state = states[token * width..<(token + 1) * width]
            var logits = (0..<vocabulary).map {
                state.dot(classes[$0 * width..<($0 + 1) * width])
            }
            let cap = softCap.map(Double.init)
            if let cap { logits = logits.map { cap * tanh($0 / cap) } }
            let largest = logits.max() ?? 0
            let powers = logits.map { exp($0 - largest) }
            let denominator = powers.reduce(0, +)
            tokenLosses[token] = largest + log(denominator) - logits[target]
            let factor = rowWeights[token] / normalizer
            loss += rowWeights[token] * tokenLosses[token]
            guard !gradients.isEmpty else { continue }
            for word in 0..<vocabulary {
                var ofLogit = factor * (powers[word] / denominator - (word == target ? 1 : 0))
                if let cap { ofLogit *= 1 - logits[word] * logits[word] / (cap * cap) }
                for column in 0..<width {
                    ofHidden[token * width + column] += ofLogit * classes[word * width + column]
                    ofHead[word * width + column] += ofLogit * states[token * width + column]
                }
            }
        }
        let statistics = ShapeChecks.accumulationKind(beside: hidden.kind)
        // Rows of no weight add nothing, so that a batch without targets has a loss of 0.
        return LinearCrossEntropy(
            loss: tensor([loss == 0 ? 0 : loss / normalizer], [1], statistics),
            tokenLosses: tensor(tokenLosses, [tokens], statistics),
            hiddenGradient: gradients.contains(.hidden)
                ? tensor(ofHidden, hidden.shape, hidden.kind) : nil,
            headGradient: gradients.contains(.head)
                ? tensor(ofHead, head.shape, statistics) : nil)
    }
}
