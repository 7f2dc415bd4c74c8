import Autograd
import Layers
import Tensors
import Testing
import Transformers

/// Every rule of the table against central differences, on the reference backend in double.
@Suite struct FiniteDifferenceTests {
    @Test(arguments: [false, true], [false, true])
    func gradientsOfAWholeDecoderMatch(tied: Bool, recompute: Bool) throws {
        let sizes = ModelConfiguration(
            vocabularySize: 11, hiddenSize: 6, intermediateSize: 5, layerCount: 2, headCount: 2,
            keyValueHeadCount: 1, headSize: 4, maximumPositions: 16, normEpsilon: 1e-5,
            tiesEmbeddings: tied, initializerRange: 0.4)
        let model = Decoder(sizes, precision: .f64, on: ReferenceBackend.shared)
        var random = RandomStream(seed: 3, name: "weights")
        for parameter in model.parameters.all {
            let values = (0..<parameter.value.count).map { _ in 0.5 * random.normal() }
            values.withUnsafeBytes { parameter.value.writeBytes(from: $0) }
        }
        let gradients = try #require(model.parameters.makeGradients())
        let tape = Tape(gradients: gradients)
        tape.backward(from: loss(of: model, on: tape, recompute: recompute).loss)
        for parameter in model.parameters.all {
            let ours = gradients[parameter.slot].readDoubles()
            let start = parameter.value.readDoubles()
            // A sample of elements keeps the quadratic cost down; it differs by parameter.
            let stride = max(1, start.count / 12)
            var difference = 0.0
            var norm = 0.0
            for index in Swift.stride(from: 0, to: start.count, by: stride) {
                func shifted(_ by: Double) -> Double {
                    var values = start
                    values[index] += by
                    values.withUnsafeBytes { parameter.value.writeBytes(from: $0) }
                    return loss(of: model, on: Tape(gradients: nil), recompute: false)
                        .loss.value.readDoubles()[0]
                }
                let step = 1e-5
                let expected = (shifted(step) - shifted(-step)) / (2 * step)
                difference += (ours[index] - expected) * (ours[index] - expected)
                norm += expected * expected
            }
            start.withUnsafeBytes { parameter.value.writeBytes(from: $0) }
            let error = (difference / max(norm, 1e-30)).squareRoot()
            #expect(error < 1e-6, "\(parameter.name): relative error \(error)")
        }
    }

    /// Two rows; the first holds two documents.
    private func loss(of model: Decoder, on tape: Tape, recompute: Bool) -> TracedLoss {
        let backend = model.backend
        let ids: [Int32] = [1, 5, 2, 7, 3, 9, 4, 4, 0, 10]
        let targets: [Int32] = [5, 2, 7, 3, 9, 1, 4, 0, 10, 6]
        let positions: [Int32] = [0, 1, 0, 1, 2, 0, 1, 2, 3, 4]
        let starts: [Int32] = [0, 0, 2, 2, 2, 0, 0, 0, 0, 0]
        let weights: [Double] = [1, 0, 1, 0.5, 1, 1, 1, 0, 2, 1]
        let context = SequenceContext(
            batch: 2, time: 5, positions: Tensor(positions, shape: [10], on: backend),
            table: model.rotary,
            memory: .rows(starts: Tensor(starts, shape: [10], on: backend)))
        let hidden = model.hidden(
            Tensor(ids, shape: [10], on: backend), in: context, recompute: recompute, on: tape)
        return model.loss(
            hidden, targets: Tensor(targets, shape: [10], on: backend),
            weights: Tensor(weights, shape: [10], on: backend), normalizer: 8.5, on: tape)
    }
}
