import Autograd
import Corpora
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Transformers

@testable import Training

/// Laws of one step: how a batch is cut does not change what is learned from it.
@Suite struct TrainStepTests {
    private func model() throws -> Decoder {
        let sizes = ModelConfiguration(
            vocabularySize: 23, hiddenSize: 8, intermediateSize: 12, layerCount: 2, headCount: 2,
            keyValueHeadCount: 1, headSize: 4, maximumPositions: 32, initializerRange: 0.3)
        let model = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        model.initialize(seed: 4)
        return model
    }

    private func loader(policy: Packing.Policy, rows: Int, length: Int) throws -> BatchLoader {
        var random = RandomStream(seed: 5, name: "documents")
        let runs = (0..<20).map { document in
            let ids = (0..<3 + document % 9).map { _ in Int32(1 + random.next() % 22) }
            return TokenRun(document: document, ids: ids)
        }
        return try BatchLoader(
            mix: Mix(MemoryTokens(name: "made up", runs: runs)),
            packing: Packing(policy: policy, length: length, end: 0), rows: rows, seed: 1,
            interleave: 1, prefetch: 0)
    }

    private func gradients(
        _ model: Decoder, _ batch: Batch, microRows: Int, recomputes: Bool = false
    )
        throws -> (loss: Double, all: [[Float]])
    {
        let gradients = try #require(model.parameters.makeGradients())
        let step = TrainStep(
            model: model, optimizer: SGD(.init()), gradients: gradients, microRows: microRows,
            clip: nil, recomputes: recomputes)
        let loss = try #require(step.accumulate(batch))
        return (loss, model.parameters.all.map { gradients[$0.slot].read() })
    }

    @Test(arguments: [1, 2, 3]) func unequalMicroBatchesGiveTheGradientsOfTheWhole(micro: Int)
        throws
    {
        let model = try model()
        let batch = try loader(policy: .pad, rows: 6, length: 12).next()
        let parts = batch.split(rowsEach: micro).map(\.lossTokenCount)
        #expect(Set(parts).count > 1, "the parts should differ in their loss tokens")
        let whole = try gradients(model, batch, microRows: 6)
        let split = try gradients(model, batch, microRows: micro)
        #expect(abs(split.loss / whole.loss - 1) < 1e-6)
        for (a, b) in zip(split.all, whole.all) {
            #expect(relativeError(a.map(Double.init), b.map(Double.init)) < 1e-6)
        }
    }

    @Test func aStoppedStepMovesNothing() throws {
        let model = try model()
        let batch = try loader(policy: .chunk, rows: 4, length: 12).next()
        let gradients = try #require(model.parameters.makeGradients())
        let step = TrainStep(
            model: model, optimizer: SGD(.init()), gradients: gradients, microRows: 1, clip: nil,
            recomputes: false)
        let before = model.parameters.all.map { $0.value.read() }
        var asked = 0
        let outcome = step.run(batch, learningRate: 0.1) {
            asked += 1
            return asked == 3
        }
        #expect(outcome == nil)
        #expect(model.parameters.all.map { $0.value.read() } == before)
        #expect(step.run(batch, learningRate: 0.1) != nil)
        #expect(model.parameters.all.map { $0.value.read() } != before)
    }

    @Test func recomputingGivesTheSameGradients() throws {
        let model = try model()
        let batch = try loader(policy: .chunk, rows: 4, length: 12).next()
        let plain = try gradients(model, batch, microRows: 4)
        let recomputed = try gradients(model, batch, microRows: 4, recomputes: true)
        #expect(plain.loss == recomputed.loss)
        #expect(plain.all == recomputed.all)
    }

    /// The same documents once packed into two rows, once in a row each.
    @Test func packedDocumentsEqualRowsOfTheirOwn() throws {
        let model = try model()
        let backend = model.backend
        let documents: [[Int32]] = [
            [3, 7, 1, 9], [5, 2], [8, 8, 4, 6, 11], [12, 1, 2, 3, 4, 5],
        ]
        func pass(rows: [[Int]], length: Int) throws -> (loss: Double, all: [[Float]]) {
            var ids = [Int32]()
            var targets = [Int32]()
            var weights = [Float]()
            var positions = [Int32]()
            var starts = [Int32]()
            for row in rows {
                var column = 0
                for index in row {
                    let document = documents[index]
                    let begin = column
                    for place in 0..<document.count - 1 {
                        ids.append(document[place])
                        targets.append(document[place + 1])
                        weights.append(1)
                        positions.append(Int32(place))
                        starts.append(Int32(begin))
                        column += 1
                    }
                }
                while column < length {
                    ids.append(0)
                    targets.append(0)
                    weights.append(0)
                    positions.append(0)
                    starts.append(Int32(column))
                    column += 1
                }
            }
            let shape: Shape = [ids.count]
            let gradients = try #require(model.parameters.makeGradients())
            let tape = Tape(gradients: gradients)
            let context = SequenceContext(
                batch: rows.count, time: length,
                positions: Tensor(positions, shape: shape, on: backend), table: model.rotary,
                memory: .rows(starts: Tensor(starts, shape: shape, on: backend)))
            let hidden = model.hidden(
                Tensor(ids, shape: shape, on: backend), in: context, on: tape)
            let loss = model.loss(
                hidden, targets: Tensor(targets, shape: shape, on: backend),
                weights: Tensor(weights, shape: shape, on: backend), normalizer: 13, on: tape)
            tape.backward(from: loss.loss)
            return (
                Double(loss.loss.value.read()[0]),
                model.parameters.all.map { gradients[$0.slot].read() }
            )
        }
        let packed = try pass(rows: [[0, 1, 2], [3]], length: 9)
        let apart = try pass(rows: [[0], [1], [2], [3]], length: 5)
        #expect(abs(packed.loss / apart.loss - 1) < 1e-5)
        for (a, b) in zip(packed.all, apart.all) {
            #expect(relativeError(a.map(Double.init), b.map(Double.init)) < 1e-5)
        }
    }
}
