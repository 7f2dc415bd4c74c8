/// The point of a sweep that is to be trained on.
public struct SweepChoice: Sendable, Hashable {
    /// Its index among the outcomes.
    public let index: Int
    /// Whether it keeps the general number within the tolerance; else no point does, and this is the
    /// one that loses least of it.
    public let isWithinTolerance: Bool

    /// The best on the domain among those that keep the general number within the tolerance of the
    /// start; where none does, the one that loses least.
    ///
    /// Of equals the better in the other number is taken, then the first.
    ///
    /// - Parameters:
    ///   - start: the general number before any training.
    ///   - tolerance: the share of `start` that may be lost.
    /// - Returns: nil where no point came to numbers.
    public init?(
        among outcomes: [SweepOutcome], start: Double, tolerance: Double,
        _ directions: SweepDirections
    ) {
        let finite = outcomes.indices.filter { outcomes[$0].isFinite }
        let kept = finite.filter {
            directions.general.worsening(from: start, to: outcomes[$0].general) <= tolerance
        }
        func best(
            of indices: [Int], by isBetter: (SweepOutcome, SweepOutcome) -> Bool
        ) -> Int? {
            indices.dropFirst().reduce(indices.first) { best, index in
                best.map { isBetter(outcomes[index], outcomes[$0]) ? index : $0 }
            }
        }
        func domainFirst(_ a: SweepOutcome, _ b: SweepOutcome) -> Bool {
            directions.domain.prefers(a.domain, to: b.domain)
                || (a.domain == b.domain
                    && directions.general.prefers(a.general, to: b.general))
        }
        func generalFirst(_ a: SweepOutcome, _ b: SweepOutcome) -> Bool {
            directions.general.prefers(a.general, to: b.general)
                || (a.general == b.general
                    && directions.domain.prefers(a.domain, to: b.domain))
        }
        if let index = best(of: kept, by: domainFirst) {
            self.index = index
            isWithinTolerance = true
        } else if let index = best(of: finite, by: generalFirst) {
            self.index = index
            isWithinTolerance = false
        } else {
            return nil
        }
    }
}
