import Conversations
import Corpora
import Foundation
import Optimizers
import Tensors
import Testing
import Training
import Transformers

extension TrainerTests {
    /// Laws of learning from a teacher.
    @Suite struct DistillationTests {
        /// Keeps the folders of teachers for as long as a test runs.
        private final class Keeper {
            var teachers: [TinyRun] = []
        }

        private let keeper = Keeper()

        /// A trained teacher, and a run of a smaller student.
        private func pair(
            steps: Int = 6, _ change: (inout Distillation) -> Void = { _ in }
        ) throws -> (teacher: TinyRun, student: TinyRun) {
            let teacher = try TinyRun(steps: 20)
            teacher.configuration.evaluation.everySteps = nil
            teacher.configuration.checkpoints.everySteps = nil
            try teacher.train()
            keeper.teachers.append(teacher)
            let student = try TinyRun(steps: steps)
            student.configuration.method = .distillation
            var distillation = Distillation(
                teacher: teacher.path + "/checkpoints/step-000020", topK: 16)
            change(&distillation)
            student.configuration.distillation = distillation
            return (teacher, student)
        }

        @Test func theDivergenceFalls() throws {
            let (_, student) = try pair(steps: 30) { $0.temperature = 2 }
            student.configuration.schedule = .constant(.init())
            let log = RunLog()
            try student.train(observer: log)
            let parts = log.steps.compactMap(\.lossParts)
            #expect(parts.count == 30)
            #expect(parts[29].divergence < 0.5 * parts[0].divergence)
            #expect(parts[29].crossEntropy < parts[0].crossEntropy)
            for (step, part) in zip(log.steps, parts) {
                // The loss carries the temperature's square, the metric does not.
                #expect(abs(step.loss / (4 * part.divergence) - 1) < 1e-5)
            }
            let metrics = try student.metrics()
            #expect(metrics.contains { $0.contains("\"kl\":") })
            #expect(metrics.contains { $0.contains("\"cross_entropy\":") })
        }

        @Test func aStudentThatIsItsTeacherHasNothingToLearn() throws {
            let (teacher, student) = try pair(steps: 1)
            student.configuration.model = .folder(teacher.path + "/checkpoints/step-000020")
            let log = RunLog()
            try student.train(observer: log)
            #expect(abs(log.steps[0].loss) < 1e-6 && log.steps[0].gradientNorm < 1e-4)
            #expect(try #require(log.steps[0].lossParts).crossEntropy > 1)
        }

        @Test func labelsAloneAreTheUsualLoss() throws {
            let (_, student) = try pair(steps: 3) { $0.alpha = 1 }
            let usual = try TinyRun(steps: 3)
            let (own, other) = (RunLog(), RunLog())
            try student.train(observer: own)
            try usual.train(observer: other)
            for (a, b) in zip(own.steps, other.steps) {
                #expect(abs(a.loss / b.loss - 1) < 1e-5)
                #expect(abs(a.gradientNorm / b.gradientNorm - 1) < 1e-4)
            }
        }

        @Test(arguments: [1, 4]) func resumingIsExact(stopAfter: Int) throws {
            let (teacher, whole) = try pair { $0.alpha = 0.25 }
            try whole.train()
            let stopped = try TinyRun()
            stopped.configuration.method = .distillation
            stopped.configuration.distillation = whole.configuration.distillation
            let log = RunLog()
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            try stopped.train(observer: log)
            StopSignal.reset()
            try stopped.train(resumes: true)
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
            #expect(try whole.metrics() == stopped.metrics())
            #expect(try stopped.text("manifest.json", step: 6).contains(teacher.path))
        }

        @Test func theSizeOfMicroBatchesChangesRoundingAlone() throws {
            var losses: [[Double]] = []
            for micro in [1, 4] {
                let (_, student) = try pair(steps: 3)
                student.configuration.batch = BatchSizes(size: 4, micro: micro)
                let log = RunLog()
                try student.train(observer: log)
                losses.append(log.steps.map(\.loss))
            }
            for (a, b) in zip(losses[0], losses[1]) { #expect(abs(a / b - 1) < 1e-5) }
        }

        @Test func onlyAnswersAreLearnedFromConversations() throws {
            let teacher = try SupervisedRun.make(steps: 8)
            try teacher.train()
            let student = try SupervisedRun.make(steps: 4)
            student.configuration.method = .distillation
            student.configuration.neftuneAlpha = nil
            student.configuration.distillation = Distillation(
                teacher: teacher.path + "/checkpoints/step-000008")
            let log = RunLog()
            try student.train(observer: log)
            #expect(log.steps.allSatisfy { $0.lossTokens < $0.tokens && $0.lossTokens > 0 })
            #expect(log.steps.allSatisfy { ($0.lossParts?.divergence ?? 0) > 0 })
            student.configuration.packing = .chunk
            #expect(throws: TrainingError.self) { try student.train(resumes: true) }
        }

        /// Some rows are the student's own, and the run is the same however it is cut.
        @Test func rowsOfTheStudentsOwnAreRepeated() throws {
            let (_, whole) = try pair {
                $0.onPolicy = 0.5
                $0.alpha = 0.5
            }
            let log = RunLog()
            try whole.train(observer: log)
            let counts = log.steps.compactMap { $0.lossParts?.sampledRows }
            #expect(counts.count == 6 && counts.reduce(0, +) > 4 && counts.reduce(0, +) < 20)
            let stopped = try TinyRun()
            stopped.configuration.method = .distillation
            stopped.configuration.distillation = whole.configuration.distillation
            let other = RunLog()
            other.onStep = { if $0.step == 3 { StopSignal.request() } }
            try stopped.train(observer: other)
            StopSignal.reset()
            try stopped.train(resumes: true)
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
            #expect(try whole.metrics() == stopped.metrics())
        }

        @Test func aStudentThatWritesAllItself() throws {
            let (teacher, student) = try pair(steps: 2) {
                $0.onPolicy = 1
                // Labels would count for nothing: the rows have none.
                $0.alpha = 1
            }
            student.configuration.model = .folder(teacher.path + "/checkpoints/step-000020")
            let log = RunLog()
            try student.train(observer: log)
            #expect(log.steps[0].lossParts?.sampledRows == 4)
            // It is its teacher, so nothing is to be learned of its own words either.
            #expect(abs(log.steps[0].loss) < 1e-6 && log.steps[0].lossTokens > 0)
            #expect(log.steps[0].lossTokens < log.steps[0].tokens)
        }

        @Test func aTeacherOfFewerPositionsIsRefused() throws {
            let (_, student) = try pair()
            student.configuration.sequenceLength = 100
            student.configuration.model = .new(
                ModelConfiguration(
                    vocabularySize: 0, hiddenSize: 8, intermediateSize: 12, layerCount: 1,
                    headCount: 2, keyValueHeadCount: 1, headSize: 4, maximumPositions: 128))
            let error = #expect(throws: TrainingError.self) { try student.train() }
            #expect(error?.message.contains("64 positions") == true)
            student.configuration.distillation = Distillation(teacher: "/nowhere")
            #expect(throws: (any Error).self) { try student.train() }
        }
    }
}
