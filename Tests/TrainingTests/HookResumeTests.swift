import Foundation
import TestSupport
import Testing
import Training

extension TrainerTests {
    /// The law of memory: however often a run is stopped, and wherever, hooks are called as in a
    /// run that never was.
    @Suite struct HookResumeTests {
        private func run() throws -> TinyRun {
            let run = try TinyRun(steps: 10)
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: 2, keepLast: 9, keepBest: 1)
            return run
        }

        private func expectEqual(_ a: TinyRun, _ b: TinyRun) throws {
            #expect(try a.weights(step: 10) == b.weights(step: 10))
            #expect(try a.text("hooks.json", step: 10) == b.text("hooks.json", step: 10))
            #expect(try a.metrics() == b.metrics())
        }

        @Test func digestHooksUseEveryAnswer() throws {
            let run = try run()
            let log = RunLog()
            try run.train(observer: log, hooks: DigestHooks())
            #expect(log.steps.contains { $0.skipReason == .verdict })
            #expect(log.steps[5].skipReason == .rollback && log.steps[5].rolledBackTo == 4)
            let paths = try RunJournal.events(run: run.path).compactMap { $0.text("path") }
            #expect(Set(paths).count >= 3, "\(paths)")
        }

        @Test(arguments: [3, 4, 5, 7, 11]) func stoppingAnywhereChangesNothing(every: Int) throws {
            let whole = try run()
            try whole.train(hooks: DigestHooks())
            let broken = try run()
            var lives = 0
            var ending = RunSummary.Ending.interrupted
            while ending != .completed, lives < 100 {
                let hooks = DigestHooks()
                var calls = 0
                hooks.onCall = {
                    calls += 1
                    if calls == every { StopSignal.request() }
                }
                broken.configuration.prefetch = lives % 3
                ending = try broken.train(resumes: lives > 0, hooks: hooks).ending
                StopSignal.reset()
                lives += 1
            }
            #expect(lives > 60 / every / 2 && lives < 100)
            try expectEqual(whole, broken)
        }

        @Test(arguments: [2, 4, 6, 8]) func goingOnFromAnEarlierCheckpointChangesNothing(
            step: Int
        ) throws {
            let whole = try run()
            try whole.train(hooks: DigestHooks())
            let killed = try run()
            try killed.train(hooks: DigestHooks())
            try killed.forgetCheckpoints(after: step)
            try killed.train(resumes: true, hooks: DigestHooks())
            try expectEqual(whole, killed)
        }

        @Test func memoryOfScriptsThatAreGoneIsTold() throws {
            let run = try TinyRun(steps: 2)
            try run.train(hooks: DigestHooks())
            run.configuration.budget = .steps(4)
            let log = RunLog()
            try run.train(resumes: true, observer: log)
            #expect(log.remarks.contains { $0.contains("digest") })
        }
    }
}
