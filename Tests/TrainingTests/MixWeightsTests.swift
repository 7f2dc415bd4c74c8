import Corpora
import TestSupport
import Testing

@testable import Training

@Suite struct MixWeightsTests {
    private func weights(
        _ shares: [WeightedSource.Share], isStrict: Bool = false
    ) throws -> (weights: [Double], remarks: [String]) {
        let found = try MixWeights(shares, isStrict: isStrict)
        return (found.weights, found.remarks)
    }

    @Test func replaySharesWhatIsLeftOver() throws {
        let mix = try weights([.percent(60), .replay(50), .replay(30), .replay(20), .replay(0)])
        #expect(mix.weights == [60, 20, 12, 8, 0] && mix.remarks.isEmpty)
        #expect(try weights([.percent(100), .replay(50), .replay(50)]).weights == [100, 0, 0])
        #expect(try weights([.percent(0), .replay(100)]).weights == [0, 100])
        #expect(try weights([.weight(2), .weight(3)]).weights == [2, 3])
        // Thirds in two places add up near enough.
        let thirds = try weights([.replay(33.33), .replay(33.33), .replay(33.33)])
        #expect(thirds.remarks.isEmpty)
    }

    @Test(arguments: [
        ([WeightedSource.Share.percent(60), .percent(60)], "add up to 120"),
        ([.percent(60), .percent(30)], "no replay shares the rest"),
        ([.percent(60), .replay(50), .replay(20)], "replay add up to 70"),
        ([.percent(70), .percent(40), .replay(100)], "nothing is left for replay"),
    ])
    func sumsAreTakenInProportionOrRefused(
        shares: [WeightedSource.Share], sentence: String
    ) throws {
        let taken = try weights(shares)
        #expect(taken.remarks.count == 1 && taken.remarks[0].contains(sentence), "\(taken)")
        let error = #expect(throws: TrainingError.self) {
            _ = try MixWeights(shares, isStrict: true)
        }
        #expect(error?.message.contains("strict") == true)
    }

    @Test(arguments: [
        [WeightedSource.Share.percent(60), .replay(0)], [.percent(0)],
        [.percent(0), .percent(0)],
    ])
    func aMixOfNothingIsRefused(shares: [WeightedSource.Share]) {
        #expect(throws: TrainingError.self) { _ = try MixWeights(shares, isStrict: false) }
    }
}

extension TrainerTests {
    /// Laws of runs whose mix is said in percent.
    @Suite struct PercentMixTests {
        private func run(_ shares: [WeightedSource.Share], steps: Int = 12) throws -> TinyRun {
            let run = try TinyRun(steps: steps)
            for (index, share) in shares.enumerated() { run.configuration.data[index].share = share }
            return run
        }

        @Test func aDialTurnsThePercentageWhileItRuns() throws {
            let hooks = ClosureHooks()
            hooks.onSteer = { facts in
                facts.step != 6
                    ? [] : [DialChange(path: "data.birds.percent", value: .integer(10), origin: "test")]
            }
            let run = try run([.percent(90), .replay(100)])
            let summary = try run.train(hooks: hooks)
            let drawn = summary.drawn.map { Double($0.tokens) }
            #expect(summary.drawn.map(\.source) == ["birds", "sums"])
            // Half of the run at 90 percent, half at 10.
            #expect(abs(drawn[0] / (drawn[0] + drawn[1]) - 0.5) < 0.05)
            #expect(try run.events(["dial"]) == ["dial@6"])
        }

        @Test func aShareThatNeedsTooManyReadingsIsAnError() throws {
            let run = try run([.percent(50), .percent(50)], steps: 400)
            run.configuration.data[1].maximumEpochs = 2
            let error = #expect(throws: TrainingError.self) { try run.train() }
            #expect(error?.message.contains("\"sums\" cannot be met") == true)
            run.configuration.data[1].maximumEpochs = 1000
            run.configuration.budget = .steps(4)
            let hooks = ClosureHooks()
            hooks.onSteer = { facts in
                facts.step == 2
                    ? [DialChange(path: "steps", value: .integer(1_000_000), origin: "test")] : []
            }
            let refused = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect(refused?.code == .badDial, "\(refused!)")
        }
    }

    // MARK: - Readings

    @Test func readingsTakeTheirPartAndTheOthersShareTheRest() throws {
        let found = try MixWeights(
            [.epochs(2), .weight(3), .weight(1)], isStrict: true, readings: [0.2, 0, 0])
        #expect(found.weights.map { ($0 * 1e9).rounded() / 1e9 } == [0.2, 0.6, 0.2])
        let percents = try MixWeights(
            [.percent(50), .epochs(1), .replay(100)], isStrict: true, readings: [0, 0.1, 0])
        #expect(percents.weights.map { ($0 * 1e9).rounded() / 1e9 } == [0.45, 0.1, 0.45])
    }

    @Test func readingsAloneAreInProportion() throws {
        let found = try MixWeights([.epochs(1), .epochs(2)], isStrict: true, readings: [0.1, 0.4])
        #expect(found.weights == [0.1, 0.4])
    }

    @Test func readingsThatLeaveNothingAreRefused() {
        let error = #expect(throws: TrainingError.self) {
            _ = try MixWeights(
                [.epochs(9), .weight(1)], isStrict: false, readings: [1.25, 0])
        }
        #expect(error?.message.contains("125 percent") == true)
    }

    @Test func aRunReadsASourceAsOftenAsItSays() throws {
        let run = try TinyRun(steps: 40)
        run.configuration.data[1].share = .epochs(2)
        let summary = try run.train()
        let sums = try #require(summary.drawn.first { $0.source == "sums" })
        // Two readings, give or take a row.
        #expect(sums.epochs == 2 || sums.epochs == 1, "\(summary.drawn)")
        let again = try TinyRun(steps: 40)
        again.configuration.data[1].share = .epochs(2)
        again.configuration.mix.unit = .samples
        #expect(throws: TrainingError.self) { try again.train() }
    }
}
