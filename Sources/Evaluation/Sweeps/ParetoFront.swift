/// Two numbers of a point of a sweep.
public struct SweepOutcome: Sendable, Hashable {
    /// How well it does on the domain.
    public var domain: Double
    /// How well it does in general.
    public var general: Double

    /// Two numbers.
    public init(domain: Double, general: Double) {
        self.domain = domain
        self.general = general
    }

    var isFinite: Bool { domain.isFinite && general.isFinite }
}

/// Which way each of the two is better.
public struct SweepDirections: Sendable, Hashable {
    /// Of the domain's number.
    public var domain: MetricDirection
    /// Of the general number.
    public var general: MetricDirection

    /// Two directions.
    public init(domain: MetricDirection, general: MetricDirection) {
        self.domain = domain
        self.general = general
    }

    /// Whether `a` is better than `b` in one number, and worse in none.
    public func dominates(_ a: SweepOutcome, _ b: SweepOutcome) -> Bool {
        let isWorse =
            domain.prefers(b.domain, to: a.domain) || general.prefers(b.general, to: a.general)
        let isBetter =
            domain.prefers(a.domain, to: b.domain) || general.prefers(a.general, to: b.general)
        return isBetter && !isWorse
    }
}

/// The points of which no other one is better in one number and worse in none (V. Pareto, 1906).
public enum ParetoFront {
    /// Their indices, ascending.
    ///
    /// Of equal points all are on the front. What came to no number is not.
    public static func indices(
        of outcomes: [SweepOutcome], _ directions: SweepDirections
    ) -> [Int] {
        outcomes.indices.filter { index in
            outcomes[index].isFinite
                && !outcomes.contains {
                    $0.isFinite && directions.dominates($0, outcomes[index])
                }
        }
    }
}
