import Tensors

/// Confidence intervals by drawing the measured items again, with replacement (Efron, "Bootstrap
/// methods: another look at the jackknife", 1979): the 2.5th and 97.5th percentile of what the
/// statistic comes to.
///
/// The draws follow from the seed and the name alone, so that the same items give the same interval.
/// Two models that were asked the same items are drawn alike: the differences of their draws give
/// the paired interval of their difference.
public struct Bootstrap: Sendable {
    /// How often the items are drawn again.
    public static let resamples = 1000
    /// The share of draws that lie within an interval.
    public static let confidence = 0.95

    private let seed: UInt64
    private let name: String

    /// - Parameter name: of what is measured; other names draw otherwise.
    public init(seed: UInt64, name: String) {
        self.seed = seed
        self.name = name
    }

    /// What a statistic of items in groups comes to, each group drawn within itself.
    ///
    /// - Parameters:
    ///   - counts: items in each group.
    ///   - statistic: of the indices drawn in each group.
    /// - Returns: nothing for fewer than two items, which say nothing of their spread.
    public func draws(ofGroups counts: [Int], statistic: ([[Int]]) -> Double) -> [Double] {
        guard counts.reduce(0, +) >= 2, !counts.contains(0) else { return [] }
        var random = RandomStream(seed: seed, name: "bootstrap \(name)")
        var drawn = counts.map { [Int](repeating: 0, count: $0) }
        return (0..<Bootstrap.resamples).map { _ in
            for group in drawn.indices {
                let count = Double(counts[group])
                for item in drawn[group].indices {
                    drawn[group][item] = min(Int(random.uniform() * count), counts[group] - 1)
                }
            }
            return statistic(drawn)
        }
    }

    /// What the mean of some items comes to.
    public func draws(ofMean items: [Double]) -> [Double] {
        draws(ofGroups: [items.count]) { drawn in
            drawn[0].reduce(0) { $0 + items[$1] } / Double(items.count)
        }
    }

    /// The interval that most draws lie in; those that are not finite are left out.
    ///
    /// - Returns: nil where there are too few.
    public static func interval(of draws: [Double]) -> ClosedRange<Double>? {
        let sorted = draws.filter(\.isFinite).sorted()
        guard sorted.count >= resamples / 2 else { return nil }
        let tail = (1 - confidence) / 2
        return percentile(tail, of: sorted)...percentile(1 - tail, of: sorted)
    }

    /// Between the two nearest ranks, in proportion.
    private static func percentile(_ share: Double, of sorted: [Double]) -> Double {
        let place = share * Double(sorted.count - 1)
        let below = Int(place)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }
}
