import Autograd
import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

extension TrainerTests {
    /// Laws of runs that learn from what their model's own answers are worth.
    @Suite struct RolloutTests {
        static func source(_ name: String, _ count: Int) -> Source {
            Source(
                name: name,
                place: .memory(
                    (0..<count).map { #"{"prompt": "\#($0) + 1 =", "answer": "\#($0 + 1)"}"# }),
                format: .conversations(Source.ConversationRows(purpose: .prompts)),
                split: ValidationSplit(share: 0))
        }

        private static let reward = Reward(name: "spaces", script: "recipe", door: "rewards.spaces")

        private func run(steps: Int = 6, beta: Double = 0) throws -> TinyRun {
            let run = try TinyRun(steps: steps)
            run.configuration.method = .reinforcement
            run.configuration.rollouts = RolloutSettings(
                rewards: [Self.reward], perPrompt: 6, maximumNewTokens: 8, beta: beta)
            run.configuration.packing = .pad
            run.configuration.evaluation.everySteps = nil
            run.configuration.data = [
                WeightedSource(source: Self.source("sums", 60)),
                WeightedSource(
                    source: Source(
                        name: "replay",
                        place: .memory((0..<40).map { "the \($0)th swift flies. " }),
                        split: ValidationSplit(share: 0.2))),
            ]
            run.configuration.mix = MixSettings(unit: .samples)
            return run
        }

        /// The share of an answer's bytes that are below "a": half of them by chance.
        private func hooks() -> ClosureHooks {
            let hooks = ClosureHooks()
            hooks.onRewards = { answers in
                answers.map { answer in
                    let bytes = Array(answer.completion.utf8)
                    let low = bytes.count { $0 < UInt8(ascii: "a") }
                    return [Double(low) / Double(max(1, bytes.count))]
                }
            }
            return hooks
        }

        @Test func rewardsRiseWhileReplayIsLearned() throws {
            let run = try run(steps: 60)
            run.configuration.schedule = .constant(.init())
            run.configuration.rollouts?.textWeight = 0.2
            var seen: [RolloutAnswer] = []
            let hooks = hooks()
            let score = hooks.onRewards
            hooks.onRewards = {
                seen += $0
                return try score($0)
            }
            let log = RunLog()
            let summary = try run.train(observer: log, hooks: hooks)
            let rewards = try log.steps.map { try #require($0.rollouts).reward }
            let early = rewards[..<5].reduce(0, +) / 5
            let late = rewards[55...].reduce(0, +) / 5
            #expect(late > early + 0.2, "\(early) to \(late)")
            let replay = log.steps.compactMap { $0.lossBySource["replay"] }
            #expect(try #require(replay.last) < replay[0] - 0.5)
            // Half of the documents are prompts, each with its row and its own answers.
            #expect(seen.count == 60 * 2 * 6)
            let first = try #require(seen.first)
            #expect(first.source == "sums" && first.prompt.contains(" + 1 ="))
            let number = try #require(first.prompt.split(separator: " ").first)
            #expect(String(decoding: first.row, as: UTF8.self).contains("\"prompt\": \"\(number) +"))
            #expect(seen.allSatisfy { $0.tokens > 0 && $0.tokens <= 8 })
            let metrics = try run.metrics()
            for name in [
                "reward", "reward_std", "frac_reward_zero_std", "rewards\\/spaces\\/mean",
                "completions\\/mean_length", "completions\\/clipped_ratio", "entropy",
            ] {
                #expect(metrics.contains { $0.contains("\"\(name)\":") }, "\(name)")
            }
            #expect(!metrics.contains { $0.contains("\"kl\":") })
            #expect(summary.drawn.map(\.source) == ["sums", "replay"])
        }

        @Test(arguments: [0, 0.1], [1, 4]) func resumingIsExact(beta: Double, stopAfter: Int) throws {
            let beginning = try TinyRun(steps: 2)
            try beginning.train()
            func configured(_ run: TinyRun) throws -> TinyRun {
                run.configuration.model = .folder(beginning.path + "/checkpoints/step-000002")
                run.configuration.tokenizer = .model
                return run
            }
            let whole = try configured(run(beta: beta))
            try whole.train(hooks: hooks())
            let stopped = try configured(run(beta: beta))
            let log = RunLog()
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            try stopped.train(observer: log, hooks: hooks())
            StopSignal.reset()
            try stopped.train(resumes: true, hooks: hooks())
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
            #expect(try whole.metrics() == stopped.metrics())
        }

        /// Scripts that count their calls count the same, also where a run is stopped within a step.
        @Test func aStoppedStepAsksForItsRewardsOnce() throws {
            func counting(stopsAt: Int?) -> ClosureHooks {
                let hooks = ClosureHooks()
                var calls = 0
                hooks.onRewards = { answers in
                    calls += 1
                    if calls == stopsAt { StopSignal.request() }
                    return answers.indices.map { [Double(($0 * 7 + calls) % 5)] }
                }
                hooks.onSave = { ["calls": [UInt8(calls)]] }
                return hooks
            }
            let whole = try run()
            try whole.train(hooks: counting(stopsAt: nil))
            let stopped = try run()
            let first = counting(stopsAt: 3)
            try stopped.train(hooks: first)
            StopSignal.reset()
            #expect(first.calls.count { $0 == "rewards" } == 3)
            let second = ClosureHooks()
            second.onRewards = { answers in
                let calls = 3 + second.calls.count { $0 == "rewards" }
                return answers.indices.map { [Double(($0 * 7 + calls) % 5)] }
            }
            try stopped.train(resumes: true, hooks: second)
            // Two prompts a step are asked about one after the other.
            #expect(second.calls.count { $0 == "rewards" } == 9)
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
        }

        @Test func theMixHoldsAndPrefetchingChangesNothing() throws {
            for unit in [Mix.Unit.tokens, .samples] {
                var metrics: [[String]] = []
                for prefetch in [0, 3] {
                    let run = try run(steps: 20)
                    run.configuration.prefetch = prefetch
                    run.configuration.mix = MixSettings(unit: unit)
                    run.configuration.data[0].share = .weight(3)
                    let summary = try run.train(hooks: hooks())
                    metrics.append(try run.metrics())
                    // What is drawn are prompts, however long their answers.
                    let drawn = Dictionary(
                        uniqueKeysWithValues: summary.drawn.map { ($0.source, Double($0.tokens)) })
                    guard unit == .tokens, let sums = drawn["sums"], let replay = drawn["replay"]
                    else { continue }
                    #expect(abs(sums / (sums + replay) - 0.75) < 0.03)
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
                try run.train(observer: log, hooks: hooks())
                losses.append(log.steps.map(\.gradientNorm))
            }
            for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a / b - 1) < 1e-4) }
        }

        /// At the beginning model and reference agree; rewards lead away from it, and β holds back.
        @Test func theReferenceHoldsBack() throws {
            let beginning = try TinyRun(steps: 2)
            try beginning.train()
            var last: [Double] = []
            for beta in [1e-6, 10] {
                let run = try run(steps: 30, beta: beta)
                run.configuration.model = .folder(beginning.path + "/checkpoints/step-000002")
                run.configuration.tokenizer = .model
                run.configuration.schedule = .constant(.init())
                run.configuration.rollouts?.textWeight = 0
                let log = RunLog()
                try run.train(observer: log, hooks: hooks())
                let divergences = log.steps.compactMap { step in
                    step.rollouts?.named.first { $0.name == "kl" }?.value
                }
                #expect(abs(divergences[0]) < 1e-6)
                last.append(try #require(divergences.last))
            }
            #expect(last[1] < last[0] / 4, "\(last)")
        }

        @Test func adaptersLearnFromAnswersToo() throws {
            let beginning = try TinyRun(steps: 2)
            try beginning.train()
            let run = try run(steps: 4, beta: 0.1)
            run.configuration.model = .folder(beginning.path + "/checkpoints/step-000002")
            run.configuration.tokenizer = .model
            run.configuration.lora = LoRASettings()
            let log = RunLog()
            try run.train(observer: log, hooks: hooks())
            #expect(log.steps.allSatisfy { $0.rollouts != nil && $0.gradientNorm > 0 })
        }

        @Test func answersThatAreWorthTheSameAreNotLearnedFrom() throws {
            let run = try run(steps: 2)
            run.configuration.data.removeLast()
            run.configuration.evaluation.batches = 0
            let hooks = ClosureHooks()
            hooks.onRewards = { $0.map { _ in [0.3] } }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps.allSatisfy { $0.skipReason == .noLossTokens })
            let numbers = try #require(log.steps[0].rollouts).named
            #expect(numbers.first { $0.name == "frac_reward_zero_std" }?.value == 1)
        }

        @Test func aPromptThatAFilterLeavesOutIsNotAnswered() throws {
            let run = try run(steps: 2)
            let hooks = hooks()
            hooks.onFilter = { facts in
                var isFirst = true
                return BatchEdit(
                    weights: facts.documents.map { document in
                        guard document.source == "sums" else { return 1 }
                        defer { isFirst = false }
                        return isFirst ? 0 : 2
                    })
            }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps.allSatisfy { $0.rollouts?.count == 6 })
        }

        @Test func failingRewardsDoAsTheRecipeSays() throws {
            let stopped = try run(steps: 3)
            let failing = ClosureHooks()
            var calls = 0
            failing.onRewards = { answers in
                calls += 1
                if calls == 3 { throw ScriptFailure(description: "no such field") }
                return answers.map { [Double($0.tokens)] }
            }
            #expect(throws: ScriptFailure.self) { try stopped.train(hooks: failing) }
            calls = 0
            let skipped = try run(steps: 3)
            skipped.configuration.responses.script = .skip
            let log = RunLog()
            try skipped.train(observer: log, hooks: failing)
            #expect(log.steps.map(\.skipReason) == [nil, .scriptError, nil])
            #expect(try skipped.events(["script_error"]) == ["script_error@2"])
        }

        /// Too few, none of each, no number, too many of each.
        static let noRewards: [[[Double]]] = [
            [], [[1]], .init(repeating: [], count: 6), .init(repeating: [.nan], count: 6),
            .init(repeating: [1, 2], count: 6),
        ]

        @Test(arguments: noRewards) func rewardsThatAreNoneAreRefused(given: [[Double]]) throws {
            let run = try run(steps: 1)
            let hooks = ClosureHooks()
            hooks.onRewards = { _ in given }
            let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect("\(error.map { "\($0)" } ?? "")".contains("not a finite number for each of 6"))
        }

        /// Each is finite, and what they come to is not.
        @Test(arguments: [1e308, -1e300]) func rewardsBeyondCountingAreRefused(weight: Double) throws {
            let run = try run(steps: 1)
            run.configuration.rollouts?.rewards[0].weight = weight
            let hooks = ClosureHooks()
            hooks.onRewards = { answers in answers.indices.map { [Double($0) * 100] } }
            let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect("\(error.map { "\($0)" } ?? "")".contains("more than can be counted"))
        }

        /// What was given for other answers, or by other rewards, is not taken for these.
        @Test(arguments: [true, false]) func keptRewardsAreOfTheirAnswers(isNewReward: Bool) throws {
            let run = try run(steps: 2)
            let hooks = ClosureHooks()
            hooks.onRewards = { answers in
                StopSignal.request()
                return answers.indices.map { [Double($0)] }
            }
            try run.train(hooks: hooks)
            StopSignal.reset()
            if isNewReward {
                run.configuration.rollouts?.rewards.append(
                    Reward(name: "more", script: "recipe", door: "rewards.more"))
            } else {
                run.configuration.rollouts?.maximumNewTokens = 4
            }
            let again = ClosureHooks()
            again.onRewards = { answers in
                answers.map { Array(repeating: Double($0.tokens), count: isNewReward ? 2 : 1) }
            }
            let log = RunLog()
            try run.train(resumes: true, observer: log, hooks: again)
            #expect(again.calls.count { $0 == "rewards" } == 4)
            let longest = try log.steps.map { try #require($0.rollouts).reward }.max()
            #expect(try #require(longest) <= (isNewReward ? 16 : 4))
        }

        /// Rewards see whole rows, so that a row that changed is other data.
        @Test func rowsThatChangedAreRefusedOnResuming() throws {
            let run = try run(steps: 4)
            let path = try run.folder.write(
                #"{"prompt": "a b", "answer": "4"}"# + "\n", to: "rows.jsonl").path
            run.configuration.data[0].source.place = .files([path])
            let log = RunLog()
            log.onStep = { if $0.step == 2 { StopSignal.request() } }
            try run.train(observer: log, hooks: hooks())
            StopSignal.reset()
            _ = try run.folder.write(
                #"{"prompt": "a b", "answer": "-4"}"# + "\n", to: "rows.jsonl")
            let error = #expect(throws: (any Error).self) {
                try run.train(resumes: true, hooks: hooks())
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("sums"))
        }

        @Test func answersAreKeptWithWhatTheyAreWorth() throws {
            let run = try run(steps: 4)
            let log = RunLog()
            log.onStep = { if $0.step == 2 { StopSignal.request() } }
            try run.train(observer: log, hooks: hooks())
            StopSignal.reset()
            // What a killed run wrote beyond its checkpoint is written again.
            let path = run.path + "/samples.jsonl"
            let two = try String(contentsOfFile: path, encoding: .utf8)
            let torn = two + #"{"step":3,"source":"sums"}"# + "\n" + #"{"step":4,"so"#
            try Data(torn.utf8).write(to: URL(filePath: path))
            try run.train(resumes: true, hooks: hooks())
            let all = try String(contentsOfFile: path, encoding: .utf8)
            #expect(all.hasPrefix(two) && all.split(separator: "\n").count == 4 * 2 * 6)
            let third = try RolloutJournal.samples(run: run.path, step: 3)
            #expect(third.count == 12 && third.allSatisfy { $0.source == "sums" })
            #expect(Set(third.map(\.place)).count == 2)
            #expect(third.contains { $0.advantage > 0 } && third.contains { $0.advantage < 0 })
        }

        @Test func textThatCountsNothingIsNotRead() throws {
            let run = try run(steps: 2)
            run.configuration.rollouts?.textWeight = 0
            let log = RunLog()
            try run.train(observer: log, hooks: hooks())
            #expect(log.steps.allSatisfy { $0.lossBySource["replay"] == nil })
        }

        @Test func whatDoesNotFitIsRefused() throws {
            func refusal(_ change: (TinyRun) -> Void) throws -> String {
                let run = try run(steps: 1, beta: 0)
                change(run)
                let error = #expect(throws: (any Error).self) { try run.train(hooks: hooks()) }
                return error.map { "\($0)" } ?? ""
            }
            #expect(
                try refusal { $0.configuration.data.removeFirst() }
                    .contains("no source holds any; use nj.data.prompts"))
            #expect(
                try refusal { $0.configuration.method = .supervised }
                    .contains("sums holds prompts without answers, which method = \"sft\""))
            #expect(
                try refusal { $0.configuration.packing = .chunk }.contains("packing = \"chunk\""))
            #expect(
                try refusal { $0.configuration.mix.unit = .lossTokens }
                    .contains("prompts have none"))
            #expect(
                try refusal { $0.configuration.rollouts?.beta = 0.1 }
                    .contains("model.init has learned nothing"))
            #expect(
                try refusal { $0.configuration.evaluation.sets = [Self.source("held", 3)] }
                    .contains("held is a validation set of prompts"))
            // No prompt leaves an answer that long any room.
            #expect(
                try refusal { $0.configuration.rollouts?.maximumNewTokens = 22 }
                    .contains("of which 22 are for the answer"))
        }
    }
}
