import Testing
import Training

@testable import Evaluation

/// Intervals and scores.
@Suite struct StatisticsTests {
    @Test func anIntervalHoldsTheMeanAndNarrowsWithItems() throws {
        func items(_ count: Int) -> [Double] { (0..<count).map { Double($0 % 10) } }
        let bootstrap = Bootstrap(seed: 1, name: "a")
        let few = try #require(Bootstrap.interval(of: bootstrap.draws(ofMean: items(50))))
        let many = try #require(Bootstrap.interval(of: bootstrap.draws(ofMean: items(5000))))
        #expect(few.contains(4.5) && many.contains(4.5))
        let (wide, narrow) = (
            few.upperBound - few.lowerBound, many.upperBound - many.lowerBound
        )
        // The normal approximation: 2 x 1.96 x 2.872 / sqrt(n).
        #expect(abs(wide / (2 * 1.96 * 2.8723 / 50.0.squareRoot()) - 1) < 0.12)
        #expect(abs(narrow / (2 * 1.96 * 2.8723 / 5000.0.squareRoot()) - 1) < 0.12)
    }

    @Test func drawsFollowFromSeedAndName() {
        let items = (0..<40).map { Double($0 * $0 % 17) }
        func interval(_ seed: UInt64, _ name: String) -> ClosedRange<Double>? {
            Bootstrap.interval(of: Bootstrap(seed: seed, name: name).draws(ofMean: items))
        }
        #expect(interval(3, "a") == interval(3, "a"))
        #expect(interval(3, "a") != interval(4, "a"))
        #expect(interval(3, "a") != interval(3, "b"))
    }

    @Test func oneItemSaysNothing() {
        let bootstrap = Bootstrap(seed: 0, name: "a")
        #expect(bootstrap.draws(ofMean: [1]).isEmpty && bootstrap.draws(ofMean: []).isEmpty)
        #expect(bootstrap.draws(ofGroups: [4, 0]) { _ in 1 }.isEmpty)
        #expect(Bootstrap.interval(of: []) == nil)
    }

    @Test func groupsAreDrawnWithinThemselves() throws {
        // Two groups whose means never move: any mixing of groups would show.
        let values = [[1.0, 1, 1], [5.0, 5]]
        let draws = Bootstrap(seed: 0, name: "a").draws(ofGroups: [3, 2]) { drawn in
            (0..<2).reduce(0.0) { sum, group in
                sum + drawn[group].reduce(0.0) { $0 + values[group][$1] }
                    / Double(drawn[group].count)
            } / 2
        }
        #expect(draws.count == Bootstrap.resamples && draws.allSatisfy { $0 == 3 })
    }

    @Test func aPairedIntervalIsNarrowerThanItsParts() throws {
        // Items differ much from each other, and little between the models.
        let hard = (0..<200).map { Double($0 % 20) }
        let bootstrap = Bootstrap(seed: 1, name: "a")
        let one = ProbeResult.Value(mean: "loss", of: hard, bootstrap)
        let other = ProbeResult.Value(
            mean: "loss", of: hard.enumerated().map { $1 - 0.1 - Double($0 % 2) * 0.02 }, bootstrap)
        let difference = one.difference(from: other)
        let (low, high) = (try #require(difference.low), try #require(difference.high))
        #expect(abs(difference.value - 0.11) < 1e-9 && low <= 0.11 && high >= 0.11)
        let (least, most) = (try #require(one.low), try #require(one.high))
        #expect(high - low < 0.01 && most - least > 1)
    }

    /// Figures of scikit-learn 1.7, `f1_score(average="macro")` and `accuracy_score`.
    @Test func scoresAreScikitLearns() {
        func score(_ right: [Int], _ predicted: [Int]) -> ClassificationScore {
            ClassificationScore(
                right: right, predicted: predicted, classes: 6, items: right.indices)
        }
        let mixed = score([0, 1, 2, 0, 1, 2], [0, 2, 1, 0, 0, 1])
        #expect(abs(mixed.macroF1 - 0.26666666666666666) < 1e-12)
        #expect(abs(mixed.accuracy - 1.0 / 3) < 1e-12)
        // A class that is only predicted counts, one that never occurs does not.
        let extra = score([0, 0, 1, 1], [0, 3, 1, 1])
        #expect(abs(extra.macroF1 - (2.0 / 3 + 1 + 0) / 3) < 1e-12)
        #expect(score([4, 4], [4, 4]).macroF1 == 1)
    }

    @Test func anItemMayCountTwice() {
        let score = ClassificationScore(
            right: [0, 1], predicted: [0, 0], classes: 2, items: [0, 0, 1])
        #expect(abs(score.accuracy - 2.0 / 3) < 1e-12)
    }
}
