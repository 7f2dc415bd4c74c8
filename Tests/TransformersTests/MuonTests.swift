import Autograd
import Foundation
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Transformers

/// Muon against `torch.optim.Muon` (`Scripts/goldens/muon.py`), and its own laws.
@Suite struct MuonTests {
    private struct Course: Decodable {
        var losses: [Double]
        var norms: [Double]
        var after: [String: Double]
    }

    private struct Golden: Decodable {
        /// torch's code with Newton-Schulz in f32.
        var exact: Course
        /// torch as it is, with Newton-Schulz in bf16.
        var torch: Course
    }

    private static let settings: [(name: String, configuration: MuonConfiguration)] = {
        let rest = AdamWConfiguration(learningRate: 3e-3, weightDecay: 0.1)
        return [
            ("original", MuonConfiguration(learningRate: 0.02, adamW: rest)),
            (
                "match_rms_adamw",
                MuonConfiguration(
                    learningRate: 3e-3, momentum: 0.9, nesterov: false, weightDecay: 0.05,
                    iterations: 3, rateAdjustment: .matchRMSAdamW, adamW: rest)
            ),
            (
                "spectral_unclamped",
                MuonConfiguration(
                    learningRate: 0.01, momentum: 0.9, weightDecay: 0, iterations: 4,
                    rateAdjustment: .spectralUnclamped, adamW: rest)
            ),
        ]
    }()

    private static func golden(_ name: String) throws -> [String: Golden] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/decoder/\(name)/muon.json")
        return try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: path))
    }

    private static func optimized(_ parameter: Parameter, _ gradient: Tensor)
        -> OptimizedParameter
    {
        OptimizedParameter(
            name: parameter.name, value: parameter.value, gradient: gradient,
            decays: !parameter.role.isVector,
            hiddenRows: parameter.role == .matrix ? parameter.parts.map(\.rows) : [])
    }

    /// The fused products of the model meet the separate matrices of torch here.
    @Test(arguments: GoldenDecoder.names, settings.indices)
    func tenStepsFollowTorch(_ name: String, _ index: Int) throws {
        let (kind, configuration) = MuonTests.settings[index]
        let wanted = try #require(MuonTests.golden(name)[kind])
        for backend in DecoderGoldenTests.backends {
            let golden = try GoldenDecoder(name)
            let model = try golden.folder.decoder(precision: .f32, on: backend)
            let optimizer = Muon(configuration)
            let gradients = try #require(model.parameters.makeGradients())
            for step in wanted.exact.losses.indices {
                gradients.reset()
                let tape = Tape(gradients: gradients)
                let loss = model.loss(try golden.step(step % 2), on: tape)
                tape.backward(from: loss.loss)
                let parameters = model.parameters.all.map {
                    MuonTests.optimized($0, gradients[$0.slot])
                }
                let norm = GradientNorm(of: parameters, limit: 1)
                optimizer.step(
                    parameters, learningRate: configuration.learningRate,
                    gradientScale: norm.scale)
                model.parameters.refresh()
                let value = Double(loss.loss.value.read()[0])
                #expect(abs(value / wanted.exact.losses[step] - 1) < 2e-5, "loss, \(step)")
                #expect(abs(norm.norm / wanted.exact.norms[step] - 1) < 1e-4, "norm, \(step)")
                #expect(abs(value / wanted.torch.losses[step] - 1) < 3e-4, "torch, \(step)")
            }
            for (name, tensor) in model.parameters.publicTensors {
                let norm = tensor.backend.sumOfSquares(tensor).squareRoot()
                let expected = try #require(wanted.exact.after[name])
                #expect(abs(norm / expected - 1) < 1e-4, "\(name)")
            }
        }
    }

    /// Three matrices under one another move as three matrices do.
    @Test func partsMoveAsSeparateMatrices() throws {
        for backend in DecoderGoldenTests.backends {
            var random = SplitMix64(seed: 5)
            let (rows, width) = ([24, 8, 17], 16)
            let value = random.sample([49, width])
            let gradients = (0..<3).map { _ in random.sample([49, width]) }
            let fused = value.tensor(on: backend)
            let whole = Muon(MuonConfiguration(learningRate: 0.02))
            let apart = Muon(MuonConfiguration(learningRate: 0.02))
            var first = 0
            let ranges = rows.map { count in
                defer { first += count }
                return first..<first + count
            }
            let separate = ranges.map { value.rows($0).tensor(on: backend) }
            for gradient in gradients {
                whole.step(
                    [
                        OptimizedParameter(
                            name: "qkv", value: fused, gradient: gradient.tensor(on: backend),
                            decays: true, hiddenRows: rows)
                    ], learningRate: 0.02, gradientScale: 0.7)
                apart.step(
                    zip(ranges, separate).map { range, value in
                        OptimizedParameter(
                            name: "\(range)", value: value,
                            gradient: gradient.rows(range).tensor(on: backend), decays: true,
                            hiddenRows: [range.count])
                    }, learningRate: 0.02, gradientScale: 0.7)
            }
            for (range, value) in zip(ranges, separate) {
                #expect(fused.rows(range).read() == value.read(), "\(range)")
            }
            #expect(fused.read() != value.tensor(on: backend).read())
        }
    }

    @Test func itsUpdateIsNearlyOrthogonal() throws {
        for (rows, columns) in [(8, 8), (24, 6), (5, 40)] {
            var random = SplitMix64(seed: 9)
            let backend = ReferenceBackend.shared
            let start = Sample([Double](repeating: 0, count: rows * columns), [rows, columns])
            let value = start.tensor(on: backend)
            let muon = Muon(MuonConfiguration(learningRate: 1, weightDecay: 0))
            muon.step(
                [
                    OptimizedParameter(
                        name: "w", value: value,
                        gradient: random.sample([rows, columns]).tensor(on: backend), decays: true,
                        hiddenRows: [rows])
                ], learningRate: 1, gradientScale: 1)
            // The sum of squared singular values, each of them from 0.6 to 1.3 or so.
            let least = Double(min(rows, columns))
            let adjusted = max(1, Double(rows) / Double(columns))
            let mean = backend.sumOfSquares(value) / least / adjusted
            #expect(mean > 0.4 && mean < 1.6, "\(rows) x \(columns): \(mean)")
        }
    }

    @Test func aGradientOfZerosMovesNothing() throws {
        let backend = CPUBackend.shared
        let zeros = Sample([Double](repeating: 0, count: 64), [8, 8])
        let value = zeros.tensor(on: backend)
        Muon(MuonConfiguration()).step(
            [
                OptimizedParameter(
                    name: "w", value: value, gradient: zeros.tensor(on: backend), decays: true,
                    hiddenRows: [8])
            ], learningRate: 1, gradientScale: 1)
        #expect(value.read().allSatisfy { $0 == 0 })
    }

    /// Only matrices of blocks have one moment; state out then in changes nothing.
    @Test func stateOutThenInChangesNothing() throws {
        let golden = try GoldenDecoder("grouped")
        let models = try (0..<2).map { _ in
            try golden.folder.decoder(precision: .f32, on: CPUBackend.shared)
        }
        var random = SplitMix64(seed: 3)
        let steps = (0..<4).map { _ in
            models[0].parameters.all.map {
                random.sample($0.value.shape).tensor(on: CPUBackend.shared)
            }
        }
        let first = Muon(MuonConfiguration())
        func move(_ optimizer: Muon, _ model: Decoder, _ index: Int) {
            optimizer.step(
                zip(model.parameters.all, steps[index]).map { MuonTests.optimized($0, $1) },
                learningRate: 0.01, gradientScale: 1)
        }
        for index in 0..<2 {
            move(first, models[0], index)
            move(Muon(MuonConfiguration()), models[1], index)
        }
        for (from, to) in zip(models[0].parameters.all, models[1].parameters.all) {
            to.value.backend.copy(from.value, to: to.value)
        }
        let parameters = models[1].parameters.all.map { MuonTests.optimized($0, $0.value) }
        let saved = Dictionary(uniqueKeysWithValues: first.state.map { ($0.name, $0.tensor) })
        #expect(first.stateLayout(for: parameters).map(\.name) == first.state.map(\.name))
        let second = Muon(MuonConfiguration())
        try second.restore(for: parameters, stepCount: first.stepCount) { name, tensor in
            tensor.backend.copy(try #require(saved[name]), to: tensor)
        }
        for index in 2..<4 {
            move(first, models[0], index)
            move(second, models[1], index)
        }
        for (a, b) in zip(models[0].parameters.all, models[1].parameters.all) {
            #expect(a.value.read() == b.value.read(), "\(a.name)")
        }
        let elements = first.state.reduce(0) { $0 + $1.tensor.count }
        let census = Census(models[0].configuration)
        #expect(
            OptimizerConfiguration.muon(MuonConfiguration()).stateBytes(
                parameters: census.parameters, hidden: census.hiddenParameters) == 4 * elements)
    }
}
