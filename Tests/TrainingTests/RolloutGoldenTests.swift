import Autograd
import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import Testing
import Transformers

@testable import Training

/// A model's own answers against PyTorch (`Scripts/goldens/rollouts.py`): advantages, and losses,
/// gradient norms and divergences over five steps.
@Suite struct RolloutGoldenTests {
    struct Golden: Decodable {
        struct Group: Decodable {
            var prompt: [Int32]
            var answers: [[Int32]]
            var rewards: [Double]
        }
        struct Course: Decodable {
            var advantages: [[Double]]
            var steps: [[String: Double]]
        }
        var groups: [Group]
        var courses: [String: Course]

        var rollouts: [Rollout] {
            groups.enumerated().flatMap { group, asked in
                asked.answers.map {
                    Rollout(
                        source: 0, document: group, epoch: 0, group: group, weight: 1,
                        ids: asked.prompt + $0, promptCount: asked.prompt.count)
                }
            }
        }
    }

    private static func settings(_ name: String) -> RolloutSettings {
        var settings = RolloutSettings(
            rewards: [Reward(name: "own", script: "recipe", door: "rewards.own")], perPrompt: 4,
            maximumNewTokens: 6)
        switch name {
        case "answers": (settings.averaging, settings.scale, settings.beta) = (.answers, .none, 0.3)
        case "longest": (settings.averaging, settings.scale, settings.beta) = (.longest, .batch, 0.05)
        default: break
        }
        return settings
    }

    @Test(arguments: ["tokens", "answers", "longest"], [1, 4])
    func fiveStepsFollowPyTorch(name: String, microRows: Int) throws {
        let golden = try JSONDecoder().decode(
            Golden.self,
            from: Data(
                contentsOf: URL(filePath: PreferenceGoldenTests.folder + "/rollouts.json")))
        let course = try #require(golden.courses[name])
        let settings = Self.settings(name)
        var rollouts = golden.rollouts
        Advantages.give(
            golden.groups.flatMap { $0.rewards.map { [$0] } }, to: &rollouts, settings)
        for (own, wanted) in zip(rollouts.map(\.advantage), course.advantages.joined()) {
            #expect(abs(own - wanted) < 1e-5)
        }
        let prompts = try PreferenceGoldenTests.batch(
            golden.groups.enumerated().map { index, group in
                TokenRun(
                    document: index, ids: group.prompt,
                    lossWeights: group.prompt.map { _ in 0 })
            }, .pad, rows: 3, length: 24)
        let learned = rollouts.indices.filter {
            rollouts[$0].advantage != 0 || settings.beta > 0
        }
        let batch = prompts.replacingPrompts({ _ in true }, by: rollouts, learned)
        for backend in [ReferenceBackend.shared as any Backend, CPUBackend.shared] {
            let model = try PreferenceGoldenTests.model(on: backend)
            let reference = FrozenModel(
                path: "", identity: "", model: try PreferenceGoldenTests.model(on: backend))
            let step = TrainStep(
                model: model,
                optimizer: AdamW(
                    AdamWConfiguration(
                        learningRate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8,
                        weightDecay: 0.1)),
                gradients: try #require(model.parameters.makeGradients()), microRows: microRows,
                clip: 1, recomputes: false,
                policy: PolicyLoss(
                    settings: settings, reference: settings.beta > 0 ? reference : nil))
            for (index, wanted) in course.steps.enumerated() {
                let measured = try #require(step.measure(batch, rollouts: rollouts))
                step.update(measured, learningRate: 3e-3)
                let norm = try #require(wanted["norm"])
                let outcome = measured.outcome
                #expect(abs(outcome.loss - (wanted["loss"] ?? .nan)) < 3e-6, "loss, \(index)")
                #expect(abs(outcome.gradientNorm / norm - 1) < 2e-4, "norm, \(index)")
                guard settings.beta > 0 else { continue }
                let divergence = try #require(outcome.policy?.meanDivergence)
                #expect(abs(divergence - (wanted["kl"] ?? .nan)) < 1e-5, "divergence, \(index)")
            }
        }
    }

    /// Answers stand in rows of their own, whole, and only what the model wrote is learned.
    @Test func answersStandInRowsOfTheirOwn() throws {
        let prompts = try PreferenceGoldenTests.batch(
            [TokenRun(document: 0, ids: [1, 2, 3], lossWeights: [0, 0, 0])], .pad, rows: 1,
            length: 8)
        let rollouts = [[4, 5], [6], [7, 8, 9, 10]].map { answer in
            Rollout(
                source: 0, document: 0, epoch: 0, group: 0, weight: 0.5,
                ids: [1, 2, 3] + answer.map(Int32.init), promptCount: 3)
        }
        let batch = prompts.replacingPrompts({ _ in true }, by: rollouts, [0, 1, 2])
        #expect(batch.rows == 2)
        #expect(batch.pieces.map(\.rollout) == [0, 1, 2])
        #expect(batch.pieces.map(\.columns) == [0..<4, 4..<7, 0..<6])
        #expect(batch.inputs[0..<7].elementsEqual([1, 2, 3, 4, 1, 2, 3]))
        #expect(batch.targets[0..<7].elementsEqual([2, 3, 4, 5, 2, 3, 6]))
        #expect(batch.lossWeights[0..<8].elementsEqual([0, 0, 0.5, 0.5, 0, 0, 0.5, 0]))
        #expect(batch.positions[0..<7].elementsEqual([0, 1, 2, 3, 0, 1, 2]))
        #expect(batch.segments[0..<8].elementsEqual([0, 0, 0, 0, 1, 1, 1, -1]))
        #expect(prompts.replacingPrompts({ _ in true }, by: rollouts, []).rows == 0)
        #expect(prompts.replacingPrompts({ _ in false }, by: rollouts, []).pieces.count == 1)
    }

    @Test func equalRewardsTellNothing() {
        for scale in RolloutSettings.Scale.allCases {
            var settings = Self.settings("tokens")
            settings.scale = scale
            var rollouts = (0..<6).map { index in
                Rollout(
                    source: 0, document: 0, epoch: 0, group: index / 3, weight: 1, ids: [1, 2],
                    promptCount: 1)
            }
            // A third of 0.3 does not come out even.
            Advantages.give(
                [[0.1], [0.1], [0.1], [1], [0], [0.5]], to: &rollouts, settings)
            #expect(rollouts[..<3].allSatisfy { $0.advantage == 0 })
            #expect(rollouts[3].advantage > 0 && rollouts[4].advantage < 0)
            #expect(rollouts[5].advantage == 0)
        }
    }
}
