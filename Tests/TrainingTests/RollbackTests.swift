import Foundation
import TestSupport
import Testing
import Training

extension TrainerTests {
    /// Laws of going back: weights return, data does not.
    @Suite struct RollbackTests {
        private func run(steps: Int = 8) throws -> TinyRun {
            let run = try TinyRun(steps: steps)
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: 2, keepLast: 20, keepBest: 0)
            return run
        }

        private func goingBack(at steps: Set<Int>) -> ClosureHooks {
            let hooks = ClosureHooks()
            hooks.onDecide = { steps.contains($0.step) ? .rollback(reason: "spike") : .keep }
            return hooks
        }

        @Test func weightsReturnAndStepsGoOn() throws {
            let run = try run()
            let log = RunLog()
            let hooks = goingBack(at: [6])
            let summary = try run.train(observer: log, hooks: hooks)
            #expect(summary.steps == 8 && log.steps.map(\.step) == Array(1...8))
            #expect(log.steps[5].rolledBackTo == 4 && log.steps[5].skipReason == .rollback)
            // Step 6 ends with the weights and moments of step 4, and other data.
            #expect(try run.weights(step: 6) == run.weights(step: 4))
            #expect(
                try run.data("optimizer.safetensors", step: 6)
                    == run.data("optimizer.safetensors", step: 4))
            #expect(log.steps[5].totalTokens > log.steps[4].totalTokens)
            #expect(try run.events(["rollback"]) == ["rollback@6"])
            #expect(hooks.calls.contains("rollback"))
            #expect(log.remarks.contains { $0.contains("weights of step 4") })
        }

        @Test func withoutACheckpointTheStepIsLeftOutAndSaysSo() throws {
            let run = try run(steps: 3)
            let log = RunLog()
            try run.train(observer: log, hooks: goingBack(at: [1]))
            #expect(log.steps[0].skipReason == .verdict && log.steps[0].rolledBackTo == nil)
            #expect(log.remarks.contains { $0.contains("no checkpoint yet") })
        }

        @Test func oneTooManyEndsTheRunAndResumingDoesNotForget() throws {
            let run = try run()
            run.configuration.recovery.maximumRollbacks = 2
            let hooks = goingBack(at: [4, 5, 6])
            let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect(error?.code == .tooManyRollbacks && error?.isUserMistake == false)
            let again = #expect(throws: TrainingError.self) {
                try run.train(resumes: true, hooks: hooks)
            }
            #expect(again?.code == .tooManyRollbacks)
            run.configuration.recovery.maximumRollbacks = 3
            #expect(try run.train(resumes: true, hooks: hooks).steps == 8)
        }

        @Test func retentionKeepsTheCheckpointToGoBackTo() throws {
            let run = try run(steps: 8)
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: 4, keepLast: 1, keepBest: 0)
            // Saves of stops in between are newer, and no target.
            for stop in [5, 6, 7] {
                let log = RunLog()
                log.onStep = { if $0.step == stop { StopSignal.request() } }
                try run.train(resumes: stop > 5, observer: log)
                StopSignal.reset()
            }
            let log = RunLog()
            try run.train(resumes: true, observer: log, hooks: goingBack(at: [8]))
            #expect(log.steps.last?.rolledBackTo == 4)
        }

        @Test func aDamagedTargetIsPassedOver() throws {
            let run = try run(steps: 6)
            let hooks = goingBack(at: [6])
            let path = run.path
            hooks.onMoment = { moment in
                guard case .stepEnd(let report) = moment, report.step == 5 else { return }
                let file = path + "/checkpoints/step-000004/model.safetensors"
                // It is written by another thread.
                while !FileManager.default.fileExists(atPath: file) { usleep(500) }
                guard var bytes = FileManager.default.contents(atPath: file) else { return }
                bytes[bytes.count - 3] ^= 8
                try? bytes.write(to: URL(filePath: file))
            }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps[5].rolledBackTo == 2)
        }

        @Test func stepsLeftOutFromTheFirstOnCanBeGoneOnFrom() throws {
            let run = try run(steps: 4)
            let hooks = ClosureHooks()
            hooks.onDecide = { $0.step <= 2 ? .skip(reason: "cold") : .keep }
            let whole = try self.run(steps: 4)
            try whole.train(hooks: hooks)
            try run.train(hooks: hooks)
            try run.forgetCheckpoints(after: 2)
            try run.train(resumes: true, hooks: hooks)
            #expect(try run.weights(step: 4) == whole.weights(step: 4))
        }
    }
}
