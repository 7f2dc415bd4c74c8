/// What answers are worth beside the others to the same prompt.
///
/// An answer's advantage is its reward less the mean of its group's, divided as
/// `RolloutSettings.Scale` says; standard deviations are those of samples (n − 1).
enum Advantages {
    /// Keeps a group whose rewards differ by rounding alone from counting; the value is TRL's.
    private static let epsilon = 1e-4

    /// Gives every rollout its reward and its advantage.
    ///
    /// - Parameter rewards: for each rollout one number a reward of the recipe.
    static func give(
        _ rewards: [[Double]], to rollouts: inout [Rollout], _ settings: RolloutSettings
    ) {
        for (index, own) in rewards.enumerated() {
            rollouts[index].rewards = own
            rollouts[index].reward = zip(own, settings.rewards).reduce(0) {
                $0 + $1.0 * $1.1.weight
            }
        }
        let all = Spread(rollouts.map(\.reward))
        for group in groups(of: rollouts) {
            let spread = Spread(rollouts[group].map(\.reward))
            // Equal rewards tell nothing, whatever their mean is rounded to.
            guard spread.differs else { continue }
            let divisor =
                switch settings.scale {
                case .group: spread.deviation + epsilon
                case .batch: all.deviation + epsilon
                case .none: 1.0
                }
            for index in group {
                rollouts[index].advantage = (rollouts[index].reward - spread.mean) / divisor
            }
        }
    }

    /// The rollouts of each prompt.
    static func groups(of rollouts: [Rollout]) -> [Range<Int>] {
        var groups: [Range<Int>] = []
        var first = 0
        for index in rollouts.indices
        where index + 1 == rollouts.count || rollouts[index + 1].group != rollouts[first].group {
            groups.append(first..<index + 1)
            first = index + 1
        }
        return groups
    }
}

/// Mean and spread of some numbers.
struct Spread {
    let mean: Double
    /// Of a sample; 0 for a single number.
    let deviation: Double
    /// Whether any two are different.
    let differs: Bool

    init(_ values: [Double]) {
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        self.mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
        differs = values.contains { $0 != values[0] }
    }
}
