import Autograd
import Conversations
import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import Testing
import Transformers

@testable import Training

extension TrainerTests {
    /// Laws of runs that learn from pairs of answers.
    @Suite struct PreferenceTests {
        /// Keeps the folders of beginnings for as long as a test runs.
        private final class Keeper {
            var runs: [TinyRun] = []
        }

        private let keeper = Keeper()

        static func source(_ name: String, _ count: Int, share: Double = 0) -> Source {
            Source(
                name: name,
                place: .memory(
                    (0..<count).map {
                        #"{"prompt": "\#($0) + 1 =", "chosen": " \#($0 + 1)", "rejected": " no idea"}"#
                    }),
                format: .conversations(Source.ConversationRows(purpose: .pairs)),
                split: ValidationSplit(share: share))
        }

        /// A trained beginning, and a run that prefers from there.
        private func run(steps: Int = 6) throws -> TinyRun {
            let beginning = try TinyRun(steps: 4)
            beginning.configuration.evaluation.everySteps = nil
            beginning.configuration.checkpoints.everySteps = nil
            beginning.configuration.sequenceLength = 64
            try beginning.train()
            keeper.runs.append(beginning)
            let run = try TinyRun(steps: steps)
            run.configuration.model = .folder(beginning.path + "/checkpoints/step-000004")
            run.configuration.tokenizer = .model
            run.configuration.method = .preference
            run.configuration.preference = Preference(beta: 0.5)
            run.configuration.packing = .whole
            run.configuration.sequenceLength = 64
            run.configuration.data = [
                WeightedSource(source: Self.source("sums", 60, share: 0.2)),
                WeightedSource(
                    source: Source(
                        name: "replay",
                        place: .memory((0..<40).map { "the \($0)th swift flies south. " }),
                        split: ValidationSplit(share: 0.2))),
            ]
            return run
        }

        @Test func whatIsChosenBecomesLikelierThanWhatIsNot() throws {
            let run = try run(steps: 40)
            run.configuration.schedule = .constant(.init())
            let heard = RunLog()
            let summary = try run.train(observer: heard)
            let first = try #require(heard.steps[0].pairs).named
            // Nothing has changed yet: every reward is 0, and a pair costs log 2.
            #expect(first.prefix(4).allSatisfy { abs($0.value) < 1e-6 })
            #expect(abs(try #require(heard.steps[0].lossBySource["sums"]) - log(2)) < 1e-5)
            let last = try #require(heard.steps.last?.pairs).named
            #expect(last.first { $0.name == "rewards/accuracies" }?.value == 1)
            #expect(try #require(heard.steps.last?.lossBySource["sums"]) < 0.4)
            // Replay is learned beside it.
            let replay = heard.steps.compactMap { $0.lossBySource["replay"] }
            #expect(try #require(replay.last) < replay[0] - 0.3)
            let held = try #require(summary.heldOutAfter)
            #expect(held.loss < 0.5 && held.pairs != nil && held.lossBySource.count == 2)
            #expect(held.loss == held.lossBySource["sums"])
            let metrics = try run.metrics()
            #expect(metrics.contains { $0.contains("\"rewards\\/margins\":") })
            #expect(metrics.contains { $0.contains("\"eval_rewards\\/accuracies\":") })
        }

        @Test(arguments: [1, 4]) func resumingIsExact(stopAfter: Int) throws {
            let whole = try run()
            try whole.train()
            let stopped = try TinyRun()
            let path = stopped.configuration.outputPath
            stopped.configuration = whole.configuration
            stopped.configuration.outputPath = path
            let log = RunLog()
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            try stopped.train(observer: log)
            StopSignal.reset()
            try stopped.train(resumes: true)
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
            #expect(try whole.metrics() == stopped.metrics())
        }

        /// The model that changes are counted from may not move under a run.
        @Test func anotherReferenceIsRefusedOnResuming() throws {
            let run = try run(steps: 6)
            let log = RunLog()
            log.onStep = { if $0.step == 3 { StopSignal.request() } }
            try run.train(observer: log)
            StopSignal.reset()
            let other = try TinyRun(steps: 2)
            other.configuration.seed = 9
            other.configuration.sequenceLength = 64
            try other.train()
            run.configuration.preference?.reference = other.path + "/checkpoints/step-000002"
            let error = #expect(throws: TrainingError.self) { try run.train(resumes: true) }
            #expect("\(error.map { "\($0)" } ?? "")".contains("its reference (known from then: "))
            run.configuration.preference?.reference = nil
            try run.train(resumes: true)
            // Its own checkpoints move.
            let own = run.path
            run.configuration.preference?.reference = own
            #expect(throws: TrainingError.self) { try run.train(resumes: true) }
        }

        @Test func theMixHoldsAndPrefetchingChangesNothing() throws {
            for unit in [Mix.Unit.tokens, .lossTokens, .samples] {
                var metrics: [[String]] = []
                for prefetch in [0, 3] {
                    let run = try run(steps: 30)
                    run.configuration.prefetch = prefetch
                    run.configuration.mix = MixSettings(unit: unit)
                    run.configuration.data[0].share = .weight(3)
                    let log = RunLog()
                    try run.train(observer: log)
                    metrics.append(try run.metrics())
                    guard unit == .tokens else { continue }
                    let drawn = log.steps.reduce(into: [String: Int]()) {
                        $0.merge($1.tokensBySource) { $0 + $1 }
                    }
                    let sums = Double(drawn["sums"] ?? 0)
                    let share = sums / (sums + Double(drawn["replay"] ?? 0))
                    #expect(abs(share - 0.75) < 0.02)
                }
                #expect(metrics[0] == metrics[1])
            }
        }

        @Test func theSizeOfMicroBatchesChangesRoundingAlone() throws {
            var losses: [[Double]] = []
            for micro in [1, 4] {
                let run = try run(steps: 3)
                run.configuration.batch = BatchSizes(size: 4, micro: micro)
                let log = RunLog()
                try run.train(observer: log)
                losses.append(log.steps.map(\.loss))
            }
            for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a / b - 1) < 1e-5) }
        }

        /// The loss is the pairs' own and the weighted mean of the text's.
        @Test(arguments: [0, 0.25, 1]) func whatTextCountsIsSaid(weight: Double) throws {
            let run = try run(steps: 2)
            run.configuration.preference?.textWeight = weight
            let log = RunLog()
            try run.train(observer: log)
            for step in log.steps {
                let pairs = step.lossBySource["sums"] ?? 0
                let text = step.lossBySource["replay"] ?? 0
                #expect(abs(step.loss - pairs - weight * text) < 1e-5)
            }
        }

        @Test func adaptersPreferToo() throws {
            let run = try run(steps: 4)
            run.configuration.lora = LoRASettings()
            let log = RunLog()
            try run.train(observer: log)
            let pairs = try #require(log.steps[0].pairs).named
            #expect(pairs.prefix(4).allSatisfy { abs($0.value) < 1e-6 })
            #expect(log.steps[3].loss < log.steps[0].loss)
        }

        @Test func whatDoesNotFitIsRefused() throws {
            func refusal(_ change: (TinyRun) -> Void) throws -> String {
                let run = try run(steps: 1)
                change(run)
                let error = #expect(throws: TrainingError.self) { try run.train() }
                return error.map { "\($0)" } ?? ""
            }
            #expect(
                try refusal { $0.configuration.data.removeFirst() }
                    .contains("no source holds any; use nj.data.preference"))
            #expect(
                try refusal { $0.configuration.method = .supervised }
                    .contains("sums compares answers, which method = \"sft\" does not learn from"))
            #expect(
                try refusal { $0.configuration.method = .languageModelling }
                    .contains("use method = \"dpo\""))
            #expect(
                try refusal { $0.configuration.packing = .chunk }.contains("packing = \"chunk\""))
            let fresh = try TinyRun(steps: 1)
            let other = try refusal { run in
                run.configuration.model = fresh.configuration.model
                run.configuration.tokenizer = .byte
            }
            #expect(other.contains("model.init has learned nothing"))
        }
    }
}

/// A pair's loss by itself.
@Suite struct PairLossTests {
    /// Ends of the scale stay finite, and the pull is the slope.
    @Test(arguments: [-1e4, -30, -1, 0, 0.5, 40, 1e4], [0, 0.1])
    func thePullIsTheSlope(difference: Double, smoothing: Double) {
        let settings = Preference(beta: 0.3, labelSmoothing: smoothing)
        func loss(_ chosen: Double) -> PairLoss {
            PairLoss(
                model: (chosen: chosen, rejected: -3), reference: (chosen: -5, rejected: -4),
                settings)
        }
        let here = loss(difference)
        #expect(here.value.isFinite && here.pull.isFinite)
        let step = 1e-4
        let slope = (loss(difference + step).value - loss(difference - step).value) / (2 * step)
        #expect(abs(here.pull + slope) < 1e-6)
    }
}
