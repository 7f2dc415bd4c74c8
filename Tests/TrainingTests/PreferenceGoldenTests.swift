import Autograd
import Checkpoints
import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import Testing
import Transformers

@testable import Training

/// Pairs of answers against PyTorch (`Scripts/goldens/preference.py`): losses, gradient norms and
/// what TRL's metrics call rewards, over five steps.
@Suite struct PreferenceGoldenTests {
    struct Golden: Decodable {
        struct Pair: Decodable {
            var prompt: [Int32]
            var chosen: [Int32]
            var rejected: [Int32]

            /// Both sides as one document.
            func run(_ index: Int) -> TokenRun {
                func weights(_ answer: [Int32]) -> [Float] {
                    Array(repeating: 0, count: prompt.count)
                        + Array(repeating: 1, count: answer.count)
                }
                return TokenRun(
                    document: index, ids: prompt + chosen + prompt + rejected,
                    lossWeights: weights(chosen) + weights(rejected),
                    second: prompt.count + chosen.count)
            }
        }
        var pairs: [Pair]
        var plain: [[String: Double]]
        var smoothed: [[String: Double]]
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/decoder/grouped").path

    static func golden() throws -> Golden {
        try JSONDecoder().decode(
            Golden.self,
            from: Data(contentsOf: URL(filePath: folder + "/preference.json")))
    }

    static func model(on backend: any Backend) throws -> Decoder {
        try ModelFolder(reference: folder) { _ in }.decoder(precision: .f32, on: backend)
    }

    static func batch(_ runs: [TokenRun], _ policy: Packing.Policy, rows: Int, length: Int) throws
        -> Batch
    {
        try BatchLoader(
            mix: Mix(MemoryTokens(name: "pairs", runs: runs)),
            packing: Packing(policy: policy, length: length, end: nil), rows: rows, seed: 1,
            interleave: 1, prefetch: 0
        ).next()
    }

    @Test(arguments: [false, true], [1, 5])
    func fiveStepsFollowPyTorch(isSmoothed: Bool, microRows: Int) throws {
        let golden = try Self.golden()
        let settings =
            isSmoothed ? Preference(beta: 0.7, labelSmoothing: 0.2) : Preference(beta: 0.1)
        for backend in [ReferenceBackend.shared as any Backend, CPUBackend.shared] {
            let model = try Self.model(on: backend)
            let reference = FrozenModel(
                path: "", identity: "", model: try Self.model(on: backend))
            let step = TrainStep(
                model: model,
                optimizer: AdamW(
                    AdamWConfiguration(
                        learningRate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
                        weightDecay: 0.1)),
                gradients: try #require(model.parameters.makeGradients()), microRows: microRows,
                clip: 1, recomputes: false,
                preference: PreferenceLoss(settings: settings, reference: reference))
            let batch = try Self.batch(
                golden.pairs.enumerated().map { $1.run($0) }, .pad, rows: 5, length: 24)
            for (index, wanted) in (isSmoothed ? golden.smoothed : golden.plain).enumerated() {
                let outcome = try #require(step.run(batch, learningRate: 3e-3))
                let norm = try #require(wanted["norm"])
                #expect(abs(outcome.loss - (wanted["loss"] ?? .nan)) < 2e-6, "loss, \(index)")
                #expect(abs(outcome.gradientNorm / norm - 1) < 2e-4, "norm, \(index)")
                for (name, value) in try #require(outcome.pairs).named {
                    let expected = try #require(wanted[name])
                    #expect(abs(value - expected) < 2e-4, "\(name), \(index)")
                }
            }
        }
    }
}
