import Checkpoints
import Corpora
import Foundation
import Optimizers
import TestSupport
import Testing
import Training
import Transformers

/// Laws of a whole run. Serialized because stop requests are the process's own.
@Suite(.serialized) struct TrainerTests {
    @Test func lossFallsAndCheckpointsAreKept() throws {
        let run = try TinyRun(steps: 12)
        let log = RunLog()
        let summary = try run.train(observer: log)
        let before = try #require(summary.heldOutBefore)
        let after = try #require(summary.heldOutAfter)
        #expect(after.loss < before.loss)
        #expect(summary.ending == .completed && summary.steps == 12)
        #expect(log.saved.count == 6)
        let kept = try FileManager.default.contentsOfDirectory(atPath: run.path + "/checkpoints")
        // The last two; the best by held-out loss is among them when loss falls to the end.
        #expect(kept.sorted().filter { !$0.hasPrefix(".") }.count <= 3)
        #expect(kept.contains("step-000012"))
    }

    @Test func sameSeedGivesSameBytes() throws {
        let (a, b) = (try TinyRun(), try TinyRun())
        try a.train()
        try b.train()
        #expect(try a.weights(step: 6) == b.weights(step: 6))
        #expect(try a.metrics() == b.metrics())
    }

    @Test(arguments: [1, 2, 3, 5]) func resumingEqualsNeverHavingStopped(stopAfter: Int) throws {
        let whole = try TinyRun()
        try whole.train()
        let stopped = try TinyRun()
        stopped.configuration.prefetch = 0
        let log = RunLog()
        log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
        let summary = try stopped.train(observer: log)
        StopSignal.reset()
        #expect(summary.ending == .interrupted && summary.steps == stopAfter)
        stopped.configuration.prefetch = 3
        try stopped.train(resumes: true)
        #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
        #expect(try whole.metrics() == stopped.metrics())
    }

    @Test(arguments: [1, 3]) func resumingIsExactWithMuon(stopAfter: Int) throws {
        func run() throws -> TinyRun {
            let run = try TinyRun()
            run.configuration.optimizer = .muon(.init(learningRate: 1e-2))
            return run
        }
        let whole = try run()
        try whole.train()
        let stopped = try run()
        let log = RunLog()
        log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
        try stopped.train(observer: log)
        StopSignal.reset()
        try stopped.train(resumes: true)
        #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
        #expect(try whole.metrics() == stopped.metrics())
        // The state is another optimizer's.
        stopped.configuration.optimizer = .adamW(.init())
        stopped.configuration.budget = .steps(8)
        #expect(throws: (any Error).self) { try stopped.train(resumes: true) }
    }

    @Test func anExistingRunIsRefusedWithoutResume() throws {
        let run = try TinyRun(steps: 2)
        try run.train()
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.message.contains("--resume") == true)
    }

    @Test func resumingWithNothingThereStartsAtZeroAndSaysSo() throws {
        let run = try TinyRun(steps: 2)
        let log = RunLog()
        let summary = try run.train(resumes: true, observer: log)
        #expect(summary.steps == 2)
        #expect(log.remarks.contains { $0.contains("starting at step 0") })
    }

    @Test func resumingAFinishedRunDoesNothing() throws {
        let run = try TinyRun(steps: 4)
        try run.train()
        let weights = try run.weights(step: 4)
        let log = RunLog()
        let summary = try run.train(resumes: true, observer: log)
        #expect(summary.steps == 4 && log.steps.isEmpty)
        #expect(try run.weights(step: 4) == weights)
    }

    @Test func aRunThatFailedBeforeItBeganIsNotInTheWay() throws {
        let run = try TinyRun(steps: 2)
        let data = run.configuration.data
        run.configuration.data = [
            WeightedSource(source: Source(name: "gone", place: .files(["/nowhere/text.txt"])))
        ]
        #expect(throws: (any Error).self) { try run.train() }
        run.configuration.data = data
        #expect(try run.train().steps == 2)
    }

    @Test func aFolderThatIsNoRunIsRefused() throws {
        let run = try TinyRun(steps: 2)
        try FileManager.default.createDirectory(
            atPath: run.path, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(filePath: run.path).appending(path: "notes.txt"))
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.message.contains("notes.txt") == true)
    }

    @Test func aFlippedByteMakesTheOlderCheckpointCount() throws {
        let run = try TinyRun(steps: 4)
        try run.train()
        let damaged = URL(filePath: run.path)
            .appending(path: "checkpoints/step-000004/model.safetensors")
        var bytes = try Data(contentsOf: damaged)
        bytes[bytes.count - 5] ^= 0x40
        try bytes.write(to: damaged)
        let log = RunLog()
        let summary = try run.train(resumes: true, observer: log)
        #expect(summary.steps == 4)
        #expect(log.steps.map(\.step) == [4] || log.steps.map(\.step) == [3, 4])
        #expect(log.remarks.contains { $0.contains("model.safetensors") })
    }

    @Test func aSeedChangedOnResumingIsRefused() throws {
        let run = try TinyRun(steps: 2)
        try run.train()
        run.configuration.seed = 9
        run.configuration.budget = .steps(4)
        let error = #expect(throws: TrainingError.self) { try run.train(resumes: true) }
        #expect(error?.message.contains("seed") == true)
    }

    @Test func aLossThatIsNotFiniteStopsAndNamesDocuments() throws {
        let run = try TinyRun(steps: 4)
        run.configuration.schedule = .custom(Explosion(atStep: 1))
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.code == .nonFinite)
        #expect(
            error?.message.contains("birds:") == true || error?.message.contains("sums:") == true)
    }

    @Test func aModelThatIsBrokenFromTheStartIsNamed() throws {
        let base = try TinyRun(steps: 2)
        try base.train()
        let path = base.path + "/checkpoints/step-000002"
        let whole = try SafetensorsFile(path: path + "/model.safetensors")
        let writer = try SafetensorsWriter(
            tensors: whole.entries.map {
                TensorDeclaration(name: $0.name, type: $0.type, shape: $0.shape)
            })
        let folder = base.folder.file("broken").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try writer.write(toFile: folder + "/model.safetensors") { tensor, sink in
            var bytes = try whole.read(tensor.name)
            if tensor.name == "model.norm.weight" {
                bytes.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F])
            }
            try sink.append(bytes)
        }
        for name in ["config.json", "tokenizer.json"] {
            try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(folder)/\(name)")
        }
        let run = try TinyRun(steps: 2)
        run.configuration.model = .folder(folder)
        run.configuration.tokenizer = .model
        let error = #expect(throws: ModelError.self) { try run.train() }
        #expect(
            error?.message.contains("model.norm.weight holds numbers that are not finite") == true,
            "\(error as Any)")
    }

    @Test func aSequenceLongerThanTheModelIsRefused() throws {
        let run = try TinyRun()
        run.configuration.sequenceLength = 65
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.message.contains("max_position_embeddings") == true)
    }

    @Test func aBatchThatTheMicroBatchDoesNotDivideIsRefused() throws {
        let run = try TinyRun()
        run.configuration.batch = BatchSizes(size: 4, micro: 3)
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.message.contains("batch.micro") == true)
    }

    @Test func aTokenizerLargerThanTheModelIsRefused() throws {
        let run = try TinyRun()
        guard case .new(var sizes) = run.configuration.model else { return }
        sizes.vocabularySize = 100
        run.configuration.model = .new(sizes)
        let error = #expect(throws: TrainingError.self) { try run.train() }
        #expect(error?.message.contains("vocab_size") == true)
    }
}

/// A rate that throws the weights out of range.
private struct Explosion: CustomSchedule {
    let atStep: Int

    func factor(at position: SchedulePosition) -> Double {
        position.step == atStep ? 1e38 : 1
    }
}
