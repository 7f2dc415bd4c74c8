/// What the tokens that a step learned from its own answers came to.
struct PolicyNumbers: Equatable {
    private var tokens = 0.0
    private var surprise = 0.0
    private var divergence = 0.0

    mutating func add(_ loss: Double, _ divergence: Double) {
        tokens += 1
        surprise += loss
        self.divergence += divergence
    }

    mutating func add(_ other: PolicyNumbers) {
        tokens += other.tokens
        surprise += other.surprise
        divergence += other.divergence
    }

    /// Nats a token: the mean surprise at what was drawn, which is the entropy on average; nil where
    /// nothing was learned.
    var entropy: Double? { tokens > 0 ? surprise / tokens : nil }
    /// From the reference, in nats a token.
    var meanDivergence: Double? { tokens > 0 ? divergence / tokens : nil }
}

/// What the answers of a step came to; metrics carry it under TRL's names.
public struct RolloutNumbers: Sendable, Hashable {
    /// The mean reward of an answer.
    public let reward: Double
    /// Answers.
    public let count: Int
    private let fields: [(name: String, value: Double)]

    /// - Parameter hasReference: whether a divergence was measured.
    init(
        _ rollouts: [Rollout], _ settings: RolloutSettings, _ policy: PolicyNumbers?,
        hasReference: Bool
    ) {
        let groups = Advantages.groups(of: rollouts).map { group in
            Spread(rollouts[group].map(\.reward))
        }
        let lengths = rollouts.map { Double($0.answerCount) }
        reward = Spread(rollouts.map(\.reward)).mean
        count = rollouts.count
        var fields: [(name: String, value: Double)] = [
            ("reward", reward), ("reward_std", Spread(groups.map(\.deviation)).mean),
            ("frac_reward_zero_std", Spread(groups.map { $0.differs ? 0 : 1 }).mean),
        ]
        for (index, reward) in settings.rewards.enumerated() {
            let spread = Spread(rollouts.map { $0.rewards[index] })
            fields += [
                ("rewards/\(reward.name)/mean", spread.mean),
                ("rewards/\(reward.name)/std", spread.deviation),
            ]
        }
        fields += [
            ("completions/mean_length", Spread(lengths).mean),
            ("completions/min_length", lengths.min() ?? 0),
            ("completions/max_length", lengths.max() ?? 0),
            (
                "completions/clipped_ratio",
                Spread(rollouts.map { $0.isFinished ? 0 : 1 }).mean
            ),
        ]
        if let entropy = policy?.entropy { fields.append(("entropy", entropy)) }
        if hasReference, let divergence = policy?.meanDivergence {
            fields.append(("kl", divergence))
        }
        self.fields = fields
    }

    /// Means over the answers: rewards, their spread within a group and the share of groups without
    /// any, each reward by its name; the answers' tokens and the share that was cut off; and, over
    /// the tokens that were learned, entropy and divergence from the reference.
    public var named: [(name: String, value: Double)] { fields }

    public static func == (one: RolloutNumbers, other: RolloutNumbers) -> Bool {
        one.count == other.count && one.fields.elementsEqual(other.fields, by: ==)
    }

    public func hash(into hasher: inout Hasher) {
        for field in fields {
            hasher.combine(field.name)
            hasher.combine(field.value)
        }
    }
}
