import Foundation

extension ReferenceBackend {
    public func topProbabilities(
        _ logits: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> TopProbabilities {
        let (rows, vocabulary) = ShapeChecks.topProbabilities(
            logits, among: limit, count: count, temperature: temperature)
        let all = values(of: logits)
        var ids: [Int32] = []
        var probabilities: [Double] = []
        for row in 0..<rows {
            let own = Array(all[row * vocabulary..<(row + 1) * vocabulary])
            let chosen = (0..<limit).sorted { own[$0] != own[$1] ? own[$0] > own[$1] : $0 < $1 }
                .prefix(count)
            let largest = own.max() ?? 0
            let powers = own.map { exp(($0 - largest) / temperature) }
            let total = powers.reduce(0, +)
            ids += chosen.map(Int32.init)
            probabilities += chosen.map { powers[$0] / total }
            let others = Set(0..<vocabulary).subtracting(chosen).sorted()
            probabilities.append(others.reduce(0) { $0 + powers[$1] } / total)
        }
        return TopProbabilities(
            ids: Tensor(ids, shape: [rows, count], on: self),
            probabilities: tensor(
                probabilities, [rows, count + 1], ShapeChecks.accumulationKind(beside: logits.kind))
        )
    }

    /// With `p = softmax(hidden · headᵀ / T)` and `f = weight / normalizer`, the others' share of
    /// each distribution written `q̄` and `p̄`: `d logit = f · (α · (p₁ - onehot) + (1 - α) · T · g)`
    /// where `g = p - q` for the teacher's tokens and `p · (1 - q̄ / p̄)` for the others.
    public func linearDistillation(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, softCap: Float?, wantsGradients: Bool
    ) -> LinearDistillation {
        let (tokens, vocabulary, width) = ShapeChecks.linearDistillation(
            hidden: hidden, head: head, targets: targets, weights: weights, teacher: teacher,
            settings: settings)
        let states = values(of: hidden)
        let classes = values(of: head)
        let rowWeights = values(of: weights)
        let rowTargets = integers(of: targets)
        let chosenCount = teacher.ids.shape[1]
        let chosenIds = integers(of: teacher.ids)
        let wanted = values(of: teacher.probabilities)
        let (alpha, temperature) = (settings.alpha, settings.temperature)
        var loss = 0.0
        var tokenLosses = [Double](repeating: 0, count: tokens)
        var divergences = [Double](repeating: 0, count: tokens)
        var ofHidden = [Double](repeating: 0, count: wantsGradients ? hidden.count : 0)
        var ofHead = [Double](repeating: 0, count: wantsGradients ? head.count : 0)
        for token in 0..<tokens where rowWeights[token] != 0 {
            let target = rowTargets[token]
            let state = states[token * width..<(token + 1) * width]
            let cap = softCap.map(Double.init)
            var logits = (0..<vocabulary).map {
                state.dot(classes[$0 * width..<($0 + 1) * width])
            }
            if let cap { logits = logits.map { cap * tanh($0 / cap) } }
            let largest = logits.max() ?? 0
            func softmax(_ temperature: Double) -> [Double] {
                let powers = logits.map { exp(($0 - largest) / temperature) }
                let total = powers.reduce(0, +)
                return powers.map { $0 / total }
            }
            let plain = softmax(1)
            let student = softmax(temperature)
            tokenLosses[token] = -log(plain[target])
            let ids = chosenIds[token * chosenCount..<(token + 1) * chosenCount].map { $0 }
            let q = Array(
                wanted[token * (chosenCount + 1)..<(token + 1) * (chosenCount + 1)])
            let isChosen = Set(ids)
            let others = (0..<vocabulary).filter { !isChosen.contains($0) }
            let rest = others.isEmpty ? 0 : q[chosenCount]
            let studentRest = max(
                others.reduce(0) { $0 + student[$1] }, .leastNormalMagnitude)
            for (index, id) in ids.enumerated() where q[index] > 0 {
                divergences[token] += q[index] * log(q[index] / student[id])
            }
            if rest > 0 { divergences[token] += rest * log(rest / studentRest) }
            let factor = rowWeights[token] / normalizer
            loss +=
                rowWeights[token]
                * (alpha * tokenLosses[token]
                    + (1 - alpha) * temperature * temperature * divergences[token])
            guard wantsGradients else { continue }
            var ofLogits = student.map { $0 * (1 - rest / studentRest) }
            for (index, id) in ids.enumerated() { ofLogits[id] = student[id] - q[index] }
            for word in 0..<vocabulary {
                var ofLogit =
                    factor
                    * (alpha * (plain[word] - (word == target ? 1 : 0))
                        + (1 - alpha) * temperature * ofLogits[word])
                if let cap { ofLogit *= 1 - logits[word] * logits[word] / (cap * cap) }
                for column in 0..<width {
                    ofHidden[token * width + column] += ofLogit * classes[word * width + column]
                    ofHead[word * width + column] += ofLogit * states[token * width + column]
                }
            }
        }
        let statistics = ShapeChecks.accumulationKind(beside: hidden.kind)
        return LinearDistillation(
            loss: tensor([loss == 0 ? 0 : loss / normalizer], [1], statistics),
            tokenLosses: tensor(tokenLosses, [tokens], statistics),
            tokenDivergences: tensor(divergences, [tokens], statistics),
            hiddenGradient: wantsGradients ? tensor(ofHidden, hidden.shape, hidden.kind) : nil,
            headGradient: wantsGradients ? tensor(ofHead, head.shape, statistics) : nil)
    }
}
