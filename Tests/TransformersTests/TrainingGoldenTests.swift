import Autograd
import Layers
import Optimizers
import Tensors
import Testing
import Transformers

/// Ten steps of a tiny Llama against `transformers` and `torch.optim`.
@Suite struct TrainingGoldenTests {
    static let optimizers: [(name: String, configuration: OptimizerConfiguration)] = [
        ("adamw", .adamW(.init(learningRate: 3e-3, weightDecay: 0.1))),
        (
            "sgd",
            .sgd(.init(learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01))
        ),
    ]

    @Test(arguments: GoldenDecoder.names, optimizers.indices)
    func tenStepsFollowTransformers(_ name: String, _ index: Int) throws {
        for backend in DecoderGoldenTests.backends {
            let (kind, configuration) = TrainingGoldenTests.optimizers[index]
            let golden = try GoldenDecoder(name)
            let run = try #require(golden.runs[kind])
            let model = try golden.folder.decoder(precision: .f32, on: backend)
            let optimizer = configuration.makeOptimizer()
            let gradients = try #require(model.parameters.makeGradients())
            for step in run.losses.indices {
                gradients.reset()
                let tape = Tape(gradients: gradients)
                let loss = model.loss(try golden.step(step % 2), on: tape)
                tape.backward(from: loss.loss)
                let parameters = model.parameters.all.map {
                    OptimizedParameter(
                        name: $0.name, value: $0.value, gradient: gradients[$0.slot],
                        decays: $0.role != .norm)
                }
                let norm = GradientNorm(of: parameters, limit: 1)
                optimizer.step(
                    parameters, learningRate: configuration.learningRate,
                    gradientScale: norm.scale)
                model.parameters.refresh()
                let value = Double(loss.loss.value.read()[0])
                #expect(abs(value / run.losses[step] - 1) < 1e-4, "loss at step \(step)")
                #expect(abs(norm.norm / run.norms[step] - 1) < 1e-4, "norm at step \(step)")
            }
        }
    }
}
