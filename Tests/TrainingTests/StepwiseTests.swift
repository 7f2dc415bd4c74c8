import Foundation
import Optimizers
import TestSupport
import Testing
import Training

extension TrainerTests {
    /// Laws of a run that a program drives.
    @Suite struct StepwiseTests {
        @Test func stepByStepEqualsTheLoop() throws {
            let (whole, steps, halves) = (try TinyRun(), try TinyRun(), try TinyRun())
            try whole.train()
            let trainer = try steps.trainer()
            try trainer.begin()
            var reports: [StepReport] = []
            while trainer.isActive { reports.append(try #require(try trainer.step())) }
            #expect(try trainer.finish().ending == .completed)
            #expect(reports.map(\.step) == Array(1...6))
            let other = try halves.trainer()
            try other.begin()
            while other.isActive {
                let forward = try #require(try other.forwardBackward())
                let report = try other.optimStep()
                #expect(forward.step == report.step && forward.loss == report.loss)
                #expect(forward.learningRate == report.learningRate)
            }
            _ = try other.finish()
            for run in [steps, halves] {
                #expect(try run.weights(step: 6) == whole.weights(step: 6))
                #expect(try run.metrics() == whole.metrics())
            }
        }

        @Test func aProgramMayChooseTheRate() throws {
            let run = try TinyRun(steps: 3)
            run.configuration.checkpoints = .init(everySteps: 1, keepLast: 9)
            let trainer = try run.trainer()
            try trainer.begin()
            for rate in [0, 0.125, 0.25] {
                _ = try trainer.forwardBackward()
                #expect(try trainer.optimStep(learningRate: rate).learningRate == rate)
            }
            #expect(throws: TrainingError.self) { try trainer.optimStep(learningRate: -1) }
            _ = try trainer.finish()
            #expect(try run.weights(step: 1) != run.weights(step: 2))
        }

        @Test func callsOutOfOrderAreRefusedWithASentence() throws {
            let run = try TinyRun(steps: 3)
            let trainer = try run.trainer()
            func refusal(_ call: () throws -> Void) -> String? {
                do {
                    try call()
                    return nil
                } catch let error as TrainingError {
                    #expect(error.code == .misuse)
                    return error.message
                } catch {
                    return nil
                }
            }
            #expect(!trainer.isActive)
            #expect(refusal { _ = try trainer.step() }?.contains("begin first") == true)
            try trainer.begin()
            #expect(refusal { try trainer.begin() }?.contains("begun already") == true)
            #expect(refusal { _ = try trainer.optimStep() }?.contains("forwardBackward") == true)
            _ = try trainer.forwardBackward()
            let halfMade = "half made"
            #expect(refusal { _ = try trainer.forwardBackward() }?.contains(halfMade) == true)
            #expect(refusal { _ = try trainer.save() }?.contains(halfMade) == true)
            #expect(refusal { _ = try trainer.evaluate() }?.contains(halfMade) == true)
            #expect(refusal { try trainer.setDials([]) }?.contains(halfMade) == true)
            _ = try trainer.optimStep()
            #expect(try trainer.finish().ending == .stopped)
            #expect(refusal { _ = try trainer.step() }?.contains("is over") == true)
            #expect(!trainer.isActive)
        }

        @Test func aRunThatAProgramEndsGoesOnLater() throws {
            let (whole, run) = (try TinyRun(), try TinyRun())
            try whole.train()
            let trainer = try run.trainer()
            try trainer.begin()
            for _ in 0..<3 { _ = try trainer.step() }
            // Half a step is lost, and done again.
            _ = try trainer.forwardBackward()
            let summary = try trainer.finish()
            #expect(summary.ending == .stopped && summary.reason != nil && summary.steps == 3)
            _ = withExtendedLifetime(trainer) {
                #expect(throws: (any Error).self) { try run.train(resumes: true) }
            }
        }

        @Test func halfAStepIsDoneAgain() throws {
            let (whole, run) = (try TinyRun(), try TinyRun())
            try whole.train()
            try {
                let trainer = try run.trainer()
                try trainer.begin()
                for _ in 0..<3 { _ = try trainer.step() }
                _ = try trainer.forwardBackward()
                _ = try trainer.finish()
            }()
            try run.train(resumes: true)
            #expect(try whole.weights(step: 6) == run.weights(step: 6))
        }

        @Test func aStageNamesTheCheckpointOfTheMoment() throws {
            let run = try TinyRun(steps: 4)
            run.configuration.checkpoints.everySteps = nil
            let trainer = try run.trainer()
            try trainer.begin()
            _ = try trainer.step()
            #expect(try trainer.save(stage: "mid") == "step-000001")
            while trainer.isActive { _ = try trainer.step() }
            _ = try trainer.finish()
            let stage = try String(contentsOfFile: run.path + "/stages/mid", encoding: .utf8)
            #expect(stage == "step-000001\n")
            #expect(throws: (any Error).self) { try trainer.save(stage: "step-1") }
        }

        @Test func aProgramMayGoBackAndTurnDials() throws {
            let run = try TinyRun(steps: 8)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 9, keepBest: 0)
            run.configuration.schedule = .constant(.init())
            let trainer = try run.trainer()
            try trainer.begin()
            #expect(throws: TrainingError.self) { try trainer.rollback() }
            for _ in 0..<5 { _ = try trainer.step() }
            _ = try trainer.forwardBackward()
            let report = try trainer.rollback(reason: "test")
            #expect(report.target == 4 && report.step == 5 && report.count == 1)
            try trainer.setDials([
                DialChange(path: "optimizer.lr", value: .number(0), origin: "program")
            ])
            #expect(trainer.dialValues.first?.value == .number(0))
            let next = try #require(try trainer.step())
            #expect(next.step == 6 && next.learningRate == 0)
            _ = try trainer.finish()
            #expect(try run.weights(step: 6) == run.weights(step: 4))
        }

        @Test func evaluatingChangesNothingButWhatIsKnown() throws {
            let (plain, asked) = (try TinyRun(steps: 4), try TinyRun(steps: 4))
            try plain.train()
            let trainer = try asked.trainer()
            try trainer.begin()
            while trainer.isActive {
                _ = try trainer.step()
                let loss = try #require(try trainer.evaluate())
                let bySource = loss.lossBySource
                #expect(bySource.keys.sorted() == ["birds", "sums"])
                #expect(try #require(bySource.values.min()) <= loss.loss)
                #expect(try #require(bySource.values.max()) >= loss.loss)
            }
            _ = try trainer.finish()
            #expect(try plain.weights(step: 4) == asked.weights(step: 4))
        }

        @Test func severalRunsStandSideBySide() throws {
            let alone = try TinyRun()
            try alone.train()
            let runs = try (0..<3).map { _ in try TinyRun() }
            let trainers = try runs.map { try $0.trainer() }
            for trainer in trainers { try trainer.begin() }
            while trainers[0].isActive {
                for trainer in trainers { _ = try trainer.step() }
            }
            for trainer in trainers { _ = try trainer.finish() }
            for run in runs { #expect(try run.weights(step: 6) == alone.weights(step: 6)) }
        }

        @Test func aStoppedStepLeavesTheProgramWhereItWas() throws {
            let (whole, run) = (try TinyRun(), try TinyRun())
            try whole.train()
            let hooks = ClosureHooks()
            hooks.onMoment = { moment in
                if case .stepStart(3) = moment { StopSignal.request() }
            }
            let trainer = try run.trainer(hooks: hooks)
            try trainer.begin()
            while trainer.isActive { _ = try trainer.step() }
            #expect(trainer.stepsMade == 2)
            // The program decides to go on all the same.
            StopSignal.reset()
            while trainer.isActive { _ = try trainer.step() }
            _ = try trainer.finish()
            #expect(try whole.weights(step: 6) == run.weights(step: 6))
        }
    }
}
