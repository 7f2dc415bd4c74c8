import Corpora
import Foundation
import Optimizers
import Tensors
import TestSupport
import Tokenizers
import Training
import Transformers

/// A run small enough for the reference backend, in a folder of its own.
final class TinyRun {
    let folder: TemporaryFolder
    var configuration: RunConfiguration

    init(steps: Int = 6, backend: any Backend = ReferenceBackend.shared) throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        let texts = (0..<40).map { index in
            String(repeating: "the \(index)th swift flies \(index * 7 % 13) times. ", count: 2)
        }
        let sizes = ModelConfiguration(
            vocabularySize: 0, hiddenSize: 8, intermediateSize: 12, layerCount: 1, headCount: 2,
            keyValueHeadCount: 1, headSize: 4, maximumPositions: 64, tiesEmbeddings: true)
        configuration = RunConfiguration(
            name: "tiny", outputPath: folder.file("run").path, model: .new(sizes),
            data: [
                WeightedSource(
                    source: Source(
                        name: "birds", place: .memory(texts), split: ValidationSplit(share: 0.2))),
                WeightedSource(
                    source: Source(
                        name: "sums", place: .memory((0..<30).map { "\($0)+\($0)=\(2 * $0)" })),
                    weight: 0.5),
            ], budget: .steps(steps))
        // A run at `pre` saves where its decay begins, too; StageTests have those.
        configuration.stage = .mid
        configuration.tokenizer = .byte
        configuration.sequenceLength = 24
        configuration.batch = BatchSizes(size: 4, micro: 2)
        configuration.precision = .f32
        configuration.optimizer = .adamW(.init(learningRate: 1e-2))
        configuration.schedule = .warmupStableDecay(.init(warmup: .steps(2)))
        configuration.evaluation = EvaluationSettings(everySteps: 3, batches: 2)
        configuration.checkpoints = CheckpointSettings(everySteps: 2, keepLast: 2, keepBest: 1)
    }

    var path: String { configuration.outputPath }

    @discardableResult
    func train(
        resumes: Bool = false, observer: RunLog = RunLog(), hooks: (any RunHooks)? = nil
    ) throws -> RunSummary {
        try trainer(resumes: resumes, observer: observer, hooks: hooks).run()
    }

    func trainer(
        resumes: Bool = false, observer: RunLog = RunLog(), hooks: (any RunHooks)? = nil
    ) throws -> Trainer {
        try Trainer(
            configuration, recipe: RunRecipe(source: Array("return {}".utf8)), resumes: resumes,
            on: ReferenceBackend.shared, cacheFolder: folder.file("cache").path,
            observer: observer, hooks: hooks)
    }

    /// Leaves the run as a kill would after the checkpoint of `step` was the newest.
    func forgetCheckpoints(after step: Int) throws {
        let checkpoints = path + "/checkpoints"
        for name in try FileManager.default.contentsOfDirectory(atPath: checkpoints) {
            guard let digits = Int(name.dropFirst("step-".count)), digits > step else { continue }
            try FileManager.default.removeItem(atPath: checkpoints + "/" + name)
        }
    }

    /// The names and steps of the journal's events, those of some names only.
    func events(_ names: Set<String>) throws -> [String] {
        try RunJournal.events(run: path).filter { names.contains($0.name) }
            .map { "\($0.name)@\($0.step)" }
    }

    /// A file of a checkpoint as text.
    func text(_ name: String, step: Int) throws -> String {
        String(decoding: try data(name, step: step), as: UTF8.self)
    }

    func weights(step: Int) throws -> Data { try data("model.safetensors", step: step) }

    /// A file of a checkpoint.
    func data(_ name: String, step: Int) throws -> Data {
        let folder = "checkpoints/step-" + String(format: "%06d", step)
        return try Data(contentsOf: URL(filePath: "\(path)/\(folder)/\(name)"))
    }

    /// The metrics without the fields that depend on the clock.
    func metrics() throws -> [String] {
        try String(contentsOfFile: path + "/metrics.jsonl", encoding: .utf8)
            .split(separator: "\n").map { line in
                guard
                    var object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                        as? [String: Any]
                else { return "not an object" }
                for field in ["step_time_s", "tokens_per_second", "mfu", "hook_time_s"] {
                    object[field] = nil
                }
                let data = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
                return String(decoding: data, as: UTF8.self)
            }
    }
}

/// Keeps what a run said.
final class RunLog: RunObserver {
    var steps: [StepReport] = []
    var remarks: [String] = []
    var saved: [String] = []
    var stages: [String] = []
    /// Called after every step, as a user pressing keys would.
    var onStep: (StepReport) -> Void = { _ in }

    func stepEnds(_ report: StepReport) {
        steps.append(report)
        onStep(report)
    }
    func checkpointIsSaved(_ name: String, step: Int) { saved.append(name) }
    func stageIsReached(_ stage: Stage, checkpoint: String, step: Int) {
        stages.append("\(stage.rawValue) \(checkpoint) @\(step)")
    }
    func remark(_ sentence: String) { remarks.append(sentence) }
}
