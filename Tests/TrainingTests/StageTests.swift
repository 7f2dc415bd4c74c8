import Checkpoints
import Corpora
import Foundation
import Optimizers
import TestSupport
import Testing
import Training

extension TrainerTests {
    /// The stages that a run names by itself.
    @Suite(.serialized) struct StageTests {
        /// Ten steps, of which the last three decay.
        private func run(_ change: (inout RunConfiguration) -> Void = { _ in }) throws -> TinyRun {
            let run = try TinyRun(steps: 10)
            run.configuration.stage = .pre
            run.configuration.schedule = .warmupStableDecay(
                .init(warmup: .steps(2), decay: .steps(3)))
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: nil, keepLast: 1, keepBest: 0)
            change(&run.configuration)
            return run
        }

        private func stages(_ run: TinyRun) throws -> [String: String] {
            try StagePointers(run: run.path).all()
        }

        private let both = ["pre": "step-000007", "mid": "step-000010"]

        @Test func aDecayLeavesPreWhereItBeginsAndMidAtItsEnd() throws {
            let run = try run()
            let log = RunLog()
            try run.train(observer: log)
            #expect(try stages(run) == both)
            #expect(log.stages == ["pre step-000007 @7", "mid step-000010 @10"])
            #expect(try run.events(["stage"]) == ["stage@7", "stage@10"])
            // Retention keeps one, and what a stage names.
            #expect(
                try CheckpointStore(run: run.path) { _ in }.names() == [
                    "step-000007", "step-000010",
                ])
            // The last step before it was made at the full rate, and the one after the next is not.
            let rates = log.steps.map(\.learningRate)
            #expect(rates[6] == 1e-2 && rates[7] == 1e-2 && rates[8] < 1e-2)
        }

        @Test func theStagesChangeNothingOfWhatIsLearned() throws {
            let staged = try run()
            try staged.train()
            let plain = try run { $0.stage = .mid }
            try plain.train()
            #expect(try staged.weights(step: 10) == plain.weights(step: 10))
            #expect(try stages(plain) == ["mid": "step-000010"])
            let isStep = { (line: String) in line.contains("\"type\":\"step\"") }
            #expect(try staged.metrics().filter(isStep) == plain.metrics().filter(isStep))
        }

        @Test(arguments: 1...9) func aRunStoppedAnywhereNamesThemOnce(stopAfter: Int) throws {
            let whole = try run()
            try whole.train()
            let stopped = try run()
            let first = RunLog()
            first.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            try stopped.train(observer: first)
            StopSignal.reset()
            let second = RunLog()
            try stopped.train(resumes: true, observer: second)
            #expect(try stages(stopped) == both)
            #expect((first.stages + second.stages).count == 2)
            #expect(try stopped.weights(step: 10) == whole.weights(step: 10))
            #expect(try stopped.metrics() == whole.metrics())
        }

        /// A kill between the checkpoint's last rename and the writing of its name.
        @Test func aNameThatWasNotWrittenIsWrittenOnResuming() throws {
            let run = try run { $0.checkpoints.everySteps = 1 }
            try run.train()
            try run.forgetCheckpoints(after: 7)
            for stage in ["pre", "mid"] {
                try FileManager.default.removeItem(atPath: run.path + "/stages/" + stage)
            }
            let log = RunLog()
            try run.train(resumes: true, observer: log)
            #expect(try stages(run) == both)
            #expect(log.stages == ["pre step-000007 @7", "mid step-000010 @10"])
        }

        /// Of a kill after the last checkpoint, and of one before `pre` was saved.
        @Test(arguments: [5, 10]) func checkpointsThatAreGoneAreMadeAgain(last: Int) throws {
            let run = try run {
                $0.checkpoints.everySteps = 5
                $0.checkpoints.keepLast = 5
            }
            try run.train()
            try run.forgetCheckpoints(after: last)
            if last == 5 { try FileManager.default.removeItem(atPath: run.path + "/stages/pre") }
            try FileManager.default.removeItem(atPath: run.path + "/stages/mid")
            try run.train(resumes: true)
            #expect(try stages(run) == both)
            #expect(try run.events(["stage"]).suffix(1) == ["stage@10"])
        }

        @Test func aRunThatIsMadeLongerComesByPreOnceMore() throws {
            let run = try run()
            try run.train()
            run.configuration.budget = .steps(20)
            try run.train(resumes: true)
            #expect(try stages(run) == ["pre": "step-000017", "mid": "step-000020"])
        }

        @Test(arguments: [
            (Stage.post, Schedule.warmupStableDecay(.init()), ["post": "step-000010"]),
            (.mid, .warmupStableDecay(.init()), ["mid": "step-000010"]),
            (.pre, .constant(.init()), ["pre": "step-000010"]),
            (.pre, .warmupStableDecay(.init(decay: .steps(0))), ["pre": "step-000010"]),
            // A decay from the first step on has nothing before it to go back to.
            (.pre, .warmupStableDecay(.init(decay: .share(1))), ["mid": "step-000010"]),
        ]) func othersEndAsTheStageTheyAre(
            stage: Stage, schedule: Schedule, expected: [String: String]
        ) throws {
            let run = try run {
                $0.stage = stage
                $0.schedule = schedule
            }
            try run.train()
            #expect(try stages(run) == expected)
        }

        @Test func aRunThatIsStoppedHasNotReachedItsEnd() throws {
            let run = try run()
            let log = RunLog()
            log.onStep = { if $0.step == 8 { StopSignal.request() } }
            try run.train(observer: log)
            StopSignal.reset()
            #expect(try stages(run) == ["pre": "step-000007"])
        }

        @Test(arguments: [
            (0.2, 100, 80), (0.2, 5, 4), (0.2, 6, 5), (0.1, 30, 27), (0.3, 10, 7), (1.0 / 3, 9, 6),
        ]) func aShareBeginsWhereItsStepsDo(share: Double, total: Int, start: Int) throws {
            let schedule = WarmupStableDecay(decay: .share(share))
            #expect(schedule.decayStart(totalSteps: total, totalTokens: total * 10) == start)
            #expect(
                WarmupStableDecay(decay: .steps(total - start))
                    .decayStart(totalSteps: total, totalTokens: 1) == start)
            #expect(
                WarmupStableDecay(decay: .tokens((total - start) * 10))
                    .decayStart(totalSteps: total, totalTokens: total * 10) == start)
            // The step made from there is at the full rate still, those after it are not.
            func rate(_ step: Int) throws -> Double {
                try Schedule.warmupStableDecay(schedule).factor(
                    at: .init(step: step, totalSteps: total, tokens: 0, totalTokens: 0))
            }
            #expect(try rate(start - 1) == 1)
            #expect(try rate(start + 1) < 1 || start + 1 >= total)
        }
    }
}
