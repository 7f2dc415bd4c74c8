import Autograd
import Layers
import Tensors
import Testing
import Transformers

/// Gradients of adapters against central differences, on the reference backend in double.
@Suite struct AdapterGradientTests {
    private struct Case {
        let model: Decoder
        let gradients: Gradients
        let draws: DropoutDraws?
    }

    private static let sizes = ModelConfiguration(
        vocabularySize: 11, hiddenSize: 6, intermediateSize: 5, layerCount: 2, headCount: 2,
        keyValueHeadCount: 1, headSize: 4, maximumPositions: 16, normEpsilon: 1e-5,
        tiesEmbeddings: true, initializerRange: 0.4)

    private func make(dora: Bool, dropout: Double, targets: AdapterTargets) throws -> Case {
        let backend = ReferenceBackend.shared
        let base = Decoder(Self.sizes, precision: .f64, frozen: .f32, on: backend)
        var random = RandomStream(seed: 3, name: "weights")
        for parameter in base.parameters.all {
            parameter.load { part in
                (0..<part.rows * parameter.shape.dimensions.dropFirst().reduce(1, *)).map { _ in
                    Float(0.5 * random.normal())
                }
            }
        }
        let adapter = try Adapter(
            AdapterConfiguration(
                rank: 2, alpha: 3, dropout: dropout, targets: targets, hasMagnitudes: dora),
            of: Self.sizes, precision: .f64, on: backend)
        let model = base.adapted(by: adapter, seed: 1)
        for parameter in model.trained.all {
            parameter.load { _ in
                (0..<parameter.shape.count).map { _ in Float(0.3 + 0.5 * random.normal()) }
            }
        }
        model.refresh()
        return Case(
            model: model, gradients: try #require(model.trained.makeGradients()),
            draws: dropout > 0 ? DropoutDraws(seed: 4, batch: 2, firstToken: 20) : nil)
    }

    /// Lengths of rows stand still while a number is moved: no gradient flows through them.
    @Test(arguments: [false, true], [0, 0.4])
    func gradientsMatch(dora: Bool, dropout: Double) throws {
        for (targets, recompute) in [
            (AdapterTargets.allLinear, false), (.names(["k_proj", "up_proj"]), true),
        ] {
            let made = try make(dora: dora, dropout: dropout, targets: targets)
            let (model, gradients) = (made.model, made.gradients)
            let tape = Tape(gradients: gradients, draws: made.draws)
            tape.backward(from: loss(of: model, on: tape, recompute: recompute).loss)
            for parameter in model.trained.all {
                let ours = gradients[parameter.slot].readDoubles()
                let start = parameter.value.readDoubles()
                var difference = 0.0
                var norm = 0.0
                for index in stride(from: 0, to: start.count, by: max(1, start.count / 8)) {
                    func shifted(_ by: Double) -> Double {
                        var values = start
                        values[index] += by
                        values.withUnsafeBytes { parameter.value.writeBytes(from: $0) }
                        let tape = Tape(gradients: nil, draws: made.draws)
                        return loss(of: model, on: tape, recompute: false)
                            .loss.value.readDoubles()[0]
                    }
                    // Of the fourth order: some of these gradients are small beside the loss.
                    let step = 1e-3
                    let near = shifted(step) - shifted(-step)
                    let far = shifted(2 * step) - shifted(-2 * step)
                    let expected = (8 * near - far) / (12 * step)
                    difference += (ours[index] - expected) * (ours[index] - expected)
                    norm += expected * expected
                }
                start.withUnsafeBytes { parameter.value.writeBytes(from: $0) }
                let error = (difference / max(norm, 1e-30)).squareRoot()
                #expect(error < 1e-6, "\(parameter.name): relative error \(error)")
            }
        }
    }

    @Test func dropoutChangesTheLossInTrainingAlone() throws {
        let made = try make(dora: false, dropout: 0.5, targets: .allLinear)
        func value(_ draws: DropoutDraws?) -> Double {
            loss(of: made.model, on: Tape(gradients: nil, draws: draws), recompute: false)
                .loss.value.readDoubles()[0]
        }
        let plain = try make(dora: false, dropout: 0, targets: .allLinear)
        let whole = loss(of: plain.model, on: Tape(gradients: nil), recompute: false)
        #expect(value(nil) == whole.loss.value.readDoubles()[0])
        let first = DropoutDraws(seed: 1, batch: 1, firstToken: 0)
        #expect(value(first) == value(first) && value(first) != value(nil))
        #expect(value(DropoutDraws(seed: 1, batch: 2, firstToken: 0)) != value(first))
        #expect(value(DropoutDraws(seed: 2, batch: 1, firstToken: 0)) != value(first))
    }

    private func loss(of model: Decoder, on tape: Tape, recompute: Bool) -> TracedLoss {
        let backend = model.backend
        let ids: [Int32] = [1, 5, 2, 7, 3, 9, 4, 4, 0, 10]
        let targets: [Int32] = [5, 2, 7, 3, 9, 1, 4, 0, 10, 6]
        let context = SequenceContext(
            batch: 2, time: 5,
            positions: Tensor([0, 1, 0, 1, 2, 0, 1, 2, 3, 4] as [Int32], shape: [10], on: backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor(
                    [0, 0, 2, 2, 2, 0, 0, 0, 0, 0] as [Int32], shape: [10], on: backend)))
        let hidden = model.hidden(
            Tensor(ids, shape: [10], on: backend), in: context, recompute: recompute, on: tape)
        return model.loss(
            hidden, targets: Tensor(targets, shape: [10], on: backend),
            weights: Tensor(
                [1, 0, 1, 0.5, 1, 1, 1, 0, 2, 1] as [Double], shape: [10], on: backend),
            normalizer: 8.5, on: tape)
    }
}
