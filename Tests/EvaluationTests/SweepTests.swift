import Corpora
import Testing
import Training

@testable import Evaluation

/// Comparing the points of a sweep, and laying them out.
@Suite struct SweepTests {
    private static let losses = SweepDirections(domain: .lower, general: .lower)

    private func outcomes(_ pairs: [(Double, Double)]) -> [SweepOutcome] {
        pairs.map { SweepOutcome(domain: $0.0, general: $0.1) }
    }

    @Test(arguments: [
        ("loss", MetricDirection.lower), ("loss/fiction", .lower), ("bits_per_byte", .lower),
        ("bits_per_byte/law", .lower), ("accuracy", .higher), ("macro_f1/level_1", .higher),
        ("score", .higher), ("lossless", .higher), ("exact_match", .higher),
    ])
    func lossesAndBitsAreBetterLower(name: String, direction: MetricDirection) {
        #expect(MetricDirection(ofValue: name) == direction)
    }

    @Test func worseningIsAShareOfTheStart() {
        #expect(MetricDirection.lower.worsening(from: 2, to: 2.5) == 0.25)
        #expect(MetricDirection.lower.worsening(from: 2, to: 1) == -0.5)
        #expect(MetricDirection.higher.worsening(from: 0.8, to: 0.4) == 0.5)
        #expect(MetricDirection.higher.worsening(from: -10, to: -12) == 0.2)
        #expect(MetricDirection.higher.worsening(from: 0, to: 0) == 0)
        #expect(MetricDirection.lower.worsening(from: 0, to: 1) == .infinity)
        #expect(MetricDirection.higher.worsening(from: 0, to: 1) == -.infinity)
        #expect(MetricDirection.lower.worsening(from: 1, to: .nan).isNaN)
    }

    // MARK: The front

    @Test func theFrontHoldsWhatNothingBeatsInBoth() {
        let points = outcomes([(1, 5), (2, 4), (2.5, 4.5), (3, 1), (3, 2), (9, 9)])
        #expect(ParetoFront.indices(of: points, Self.losses) == [0, 1, 3])
        let scores = SweepDirections(domain: .higher, general: .lower)
        #expect(ParetoFront.indices(of: points, scores) == [3, 5])
    }

    @Test func equalPointsShareTheFrontAndWhatIsNoNumberIsOffIt() {
        let points = outcomes([(1, 1), (1, 1), (.nan, 0), (0, .nan), (1, 2), (-.infinity, 0)])
        #expect(ParetoFront.indices(of: points, Self.losses) == [0, 1])
        #expect(ParetoFront.indices(of: [], Self.losses) == [])
    }

    /// By the definition, on many small sets: on the front is what no other dominates.
    @Test func theFrontIsTheDefinition() {
        var state: UInt64 = 9
        func draw() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 60)
        }
        for _ in 0..<200 {
            let points = (0..<7).map { _ in SweepOutcome(domain: draw(), general: draw()) }
            let front = Set(ParetoFront.indices(of: points, Self.losses))
            for index in points.indices {
                let isBeaten = points.contains { other in
                    other.domain <= points[index].domain && other.general <= points[index].general
                        && other != points[index]
                }
                #expect(front.contains(index) != isBeaten)
            }
        }
    }

    // MARK: The choice

    @Test func theBestDomainWithinTheToleranceIsChosen() throws {
        let points = outcomes([(1.0, 2.2), (1.2, 2.02), (1.4, 1.98), (1.2, 2.01)])
        let choice = try #require(
            SweepChoice(among: points, start: 2, tolerance: 0.015, Self.losses))
        // Of two equal on the domain the one that keeps more.
        #expect(choice.index == 3 && choice.isWithinTolerance)
        let strict = try #require(
            SweepChoice(among: points, start: 2, tolerance: 0, Self.losses))
        #expect(strict.index == 2 && strict.isWithinTolerance)
        let loose = try #require(
            SweepChoice(among: points, start: 2, tolerance: 0.5, Self.losses))
        #expect(loose.index == 0)
    }

    @Test func whereNoneKeepsEnoughTheLeastLossIsChosen() throws {
        let points = outcomes([(1, 3), (2, 2.5), (3, 2.5), (.nan, 2)])
        let choice = try #require(
            SweepChoice(among: points, start: 2, tolerance: 0.015, Self.losses))
        #expect(choice.index == 1 && !choice.isWithinTolerance)
        #expect(
            SweepChoice(among: outcomes([(.nan, 1)]), start: 2, tolerance: 1, Self.losses) == nil)
        #expect(SweepChoice(among: [], start: 2, tolerance: 1, Self.losses) == nil)
    }

    @Test func scoresAreChosenHigher() throws {
        let directions = SweepDirections(domain: .higher, general: .higher)
        let points = outcomes([(0.9, 0.5), (0.8, 0.79), (0.7, 0.9)])
        let choice = try #require(
            SweepChoice(among: points, start: 0.8, tolerance: 0.02, directions))
        #expect(choice.index == 1 && choice.isWithinTolerance)
    }

    // MARK: Steps

    @Test(arguments: [
        (100, 0.75, 134), (100, 0.5, 200), (100, 0.25, 400), (100, 1.0, 100), (7, 0.3, 24),
        // Division alone would give one more.
        (49, 1.0 / 49, 2401), (3, 0.1, 30),
    ])
    func aFixedDomainLastsLonger(steps: Int, share: Double, expected: Int) throws {
        #expect(try SweepDesign.domain.steps(steps, share: share, largest: 1) == expected)
        #expect(try SweepDesign.total.steps(steps, share: share, largest: 1) == steps)
        // At least as much of the domain, and less than a step more.
        let given = Double(expected) * share
        #expect(given >= Double(steps) - 1e-6 && given < Double(steps) + share)
    }

    @Test func theLargestShareNeedNotBeAll() throws {
        #expect(try SweepDesign.domain.steps(60, share: 0.25, largest: 0.75) == 180)
        #expect(try SweepDesign.domain.steps(60, share: 0.75, largest: 0.75) == 60)
        #expect(throws: EvaluationError.self) {
            try SweepDesign.domain.steps(1 << 50, share: 1e-9, largest: 1)
        }
    }

    // MARK: Intervals

    @Test func severalSeedsHaveStudentsInterval() throws {
        let three = Estimate(meanOfSeeds: [1, 2, 3])
        #expect(three.value == 2)
        // 4.3027 x 1 / sqrt(3).
        #expect(abs(try #require(three.low) - (2 - 2.48414)) < 1e-4)
        #expect(abs(try #require(three.high) - (2 + 2.48414)) < 1e-4)
        let one = Estimate(meanOfSeeds: [4])
        #expect(one.value == 4 && one.low == nil && one.high == nil)
        let equal = Estimate(meanOfSeeds: [5, 5, 5, 5])
        #expect(equal.low == 5 && equal.high == 5)
    }

    /// Against the tables of any book.
    @Test(arguments: [
        (1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (10, 2.228), (15, 2.131), (30, 2.042),
        (99, 1.984),
    ])
    func quantilesAreStudents(degrees: Int, quantile: Double) {
        #expect(
            abs(StudentDistribution.quantile975(degreesOfFreedom: degrees) - quantile) < 6e-4)
    }

    @Test func aMeasureNamesAProbeAndANumber() throws {
        #expect(try SweepMeasure("general") == SweepMeasure(probe: "general"))
        let inner = try SweepMeasure("general/bits_per_byte/law")
        #expect(inner.probe == "general" && inner.value == "bits_per_byte/law")
        for text in ["", "/loss", "general/"] {
            #expect(throws: EvaluationError.self) { try SweepMeasure(text) }
        }
    }
}
