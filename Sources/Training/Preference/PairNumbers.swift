/// What the pairs of a step came to; metrics carry it under TRL's names.
public struct PairNumbers: Sendable, Hashable {
    /// Pairs that count.
    public private(set) var count = 0.0
    private var loss = 0.0
    private var chosenReward = 0.0
    private var rejectedReward = 0.0
    private var right = 0.0
    private var chosenLikelihood = 0.0
    private var rejectedLikelihood = 0.0

    /// None yet.
    init() {}

    mutating func add(_ pair: ScoredPair) {
        count += pair.weight
        loss += pair.weight * pair.loss.value
        chosenReward += pair.weight * pair.loss.chosen
        rejectedReward += pair.weight * pair.loss.rejected
        right += pair.loss.chosen > pair.loss.rejected ? pair.weight : 0
        chosenLikelihood += pair.weight * pair.likelihoods.chosen
        rejectedLikelihood += pair.weight * pair.likelihoods.rejected
    }

    /// The mean loss, in nats a pair.
    public var meanLoss: Double { loss / count }

    /// The share of pairs in which the chosen answer has the larger reward.
    public var accuracy: Double { right / count }

    /// Means over the pairs: rewards of both sides, how far they lie apart, the share in which the
    /// chosen answer has the larger one, and log-likelihoods of whole answers.
    public var named: [(name: String, value: Double)] {
        [
            ("rewards/chosen", chosenReward / count), ("rewards/rejected", rejectedReward / count),
            ("rewards/margins", (chosenReward - rejectedReward) / count),
            ("rewards/accuracies", accuracy), ("logps/chosen", chosenLikelihood / count),
            ("logps/rejected", rejectedLikelihood / count),
        ]
    }
}
