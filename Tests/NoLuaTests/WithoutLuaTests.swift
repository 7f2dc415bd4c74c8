import Checkpoints
import Corpora
import Foundation
import Generation
import Optimizers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training
import Transformers

/// Everything below `Scripting` stands by itself: a model is trained, saved, resumed and heard
/// from Swift, in a target whose dependencies reach no Lua (`LayeringTests` proves that part).
@Suite struct WithoutLuaTests {
    @Test func aModelIsTrainedSavedResumedAndHeard() throws {
        let folder = try TemporaryFolder()
        let whole = try train("whole", steps: 8, in: folder)
        let losses = whole.losses
        #expect(whole.reached == 8 && losses.count == 2)
        #expect(try #require(losses.last) < #require(losses.first))

        // A run that ends early and goes on later ends with the bytes of one that never stopped.
        try train("halves", steps: 4, in: folder)
        let rest = try train("halves", steps: 8, in: folder, resumes: true)
        #expect(rest.beganAt == 4 && rest.reached == 8)
        #expect(try weights(of: "halves", in: folder) == weights(of: "whole", in: folder))

        let ids = try generate(from: "halves", in: folder)
        #expect(ids.count == 12)
        #expect(try generate(from: "whole", in: folder) == ids)
    }

    /// What scripts do to a run, Swift can do: everything they stand on lies below them.
    @Test func hooksInSwiftSteerARun() throws {
        let folder = try TemporaryFolder()
        let whole = Halving()
        try train("whole", steps: 8, in: folder, hooks: whole)
        #expect(whole.rates == [2e-2, 2e-2, 1e-2, 1e-2, 5e-3, 5e-3, 2.5e-3, 2.5e-3])
        try train("halves", steps: 3, in: folder, hooks: Halving())
        let rest = Halving()
        try train("halves", steps: 8, in: folder, resumes: true, hooks: rest)
        #expect(rest.rates.suffix(5) == whole.rates.suffix(5))
        #expect(try weights(of: "halves", in: folder) == weights(of: "whole", in: folder))
    }

    @discardableResult
    private func train(
        _ name: String, steps: Int, in folder: TemporaryFolder, resumes: Bool = false,
        hooks: (any RunHooks)? = nil
    ) throws -> Account {
        let sizes = ModelConfiguration(
            vocabularySize: 0, hiddenSize: 8, intermediateSize: 12, layerCount: 1, headCount: 2,
            keyValueHeadCount: 1, headSize: 4, maximumPositions: 32)
        let texts = (0..<40).map { "\($0) nightjars sing at \($0 * 5 % 12) at night" }
        var configuration = RunConfiguration(
            name: name, outputPath: folder.file(name).path, model: .new(sizes),
            data: [
                WeightedSource(
                    source: Source(
                        name: "birds", place: .memory(texts), split: ValidationSplit(share: 0.2)))
            ], budget: .steps(steps))
        configuration.tokenizer = .byte
        configuration.sequenceLength = 16
        configuration.batch = BatchSizes(size: 4, micro: 2)
        configuration.precision = .f32
        configuration.optimizer = .adamW(.init(learningRate: 2e-2))
        configuration.evaluation = EvaluationSettings(batches: 2)
        let account = Account()
        var goesOn = resumes
        // Another suite in this process may ask every run to stop; a run asked so goes on.
        while true {
            let summary = try Trainer(
                configuration, recipe: RunRecipe(), resumes: goesOn, on: ReferenceBackend.shared,
                cacheFolder: folder.file("cache").path, observer: account, hooks: hooks
            ).run()
            account.reached = summary.steps
            if summary.ending == .completed { return account }
            goesOn = true
        }
    }

    private func weights(of run: String, in folder: TemporaryFolder) throws -> Data {
        let model = try ModelFolder(reference: folder.file(run).path) { Issue.record("\($0)") }
        return try Data(
            contentsOf: URL(filePath: model.path).appending(path: ModelFolder.weightsName))
    }

    private func generate(from run: String, in folder: TemporaryFolder) throws -> [Int32] {
        let model = try ModelFolder(reference: folder.file(run).path) { Issue.record("\($0)") }
        let tokenizer = try TokenizerLoader.load(model.path)
        let engine = GenerationEngine(
            model: try model.decoder(precision: .f32, on: ReferenceBackend.shared),
            tokenizer: tokenizer, slots: 1, capacity: 32)
        _ = try engine.add(
            GenerationRequest(
                prompt: tokenizer.encode("night"), random: RandomStream(seed: 1, name: "song"),
                maximumNewTokens: 12))
        var ids: [Int32] = []
        while !engine.isIdle {
            for case .token(_, let token, _) in try engine.step() { ids.append(token.id) }
        }
        return ids
    }
}

/// Halves the learning rate every second step, from a memory of its own.
private final class Halving: RunHooks {
    /// The rate of every step seen.
    var rates: [Double] = []
    private var rate = 2e-2

    func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange] {
        guard progress.step > 0, progress.step.isMultiple(of: 2) else { return [] }
        rate /= 2
        return [DialChange(path: "optimizer.lr", value: .number(rate), origin: "halving")]
    }

    func decide(_ facts: GradientFacts) throws -> GradientVerdict {
        rates.append(facts.learningRate)
        return .keep
    }

    func saveState() throws -> [String: [UInt8]] { ["rate": Array("\(rate)".utf8)] }

    func restoreState(_ state: [String: [UInt8]]) throws {
        let text = String(decoding: state["rate"] ?? [], as: UTF8.self)
        rate = try #require(Double(text))
    }
}

/// What a run told its observer.
private final class Account: RunObserver {
    /// Steps that were made already when the run began, the first time.
    var beganAt: Int?
    var reached = 0
    /// Held-out losses, in order.
    var losses: [Double] = []

    func runBegins(_ start: RunStart) { beganAt = beganAt ?? start.step }
    func evaluationEnds(_ loss: HeldOutLoss, step: Int) { losses.append(loss.loss) }
}
