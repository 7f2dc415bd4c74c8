import Autograd
import Corpora
import Foundation
import Layers
import Optimizers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import Training

/// NEFTune against its definition (Jain and others, 2023, algorithm 1).
@Suite struct EmbeddingNoiseTests {
    private func batch(_ index: Int = 1) throws -> Batch {
        let texts = (0..<24).map { String(repeating: "\($0) ", count: 1 + $0 % 5) }
        let source = try MemoryTokens(name: "a", texts: texts, tokenizer: ByteTokenizer())
        let loader = try BatchLoader(
            mix: Mix(source), packing: Packing(policy: .whole, length: 16, end: nil), rows: 6,
            seed: 3, prefetch: 0)
        var batch = try loader.next()
        for _ in 1..<index { batch = try loader.next() }
        return batch
    }

    @Test func theNoiseIsUniformAndScaledByTheDocumentsOwnLength() throws {
        let (alpha, width) = (5.0, 64)
        let batch = try batch()
        let values = EmbeddingNoise(alpha: alpha, seed: 1)
            .values(for: batch, firstRow: 0, width: width)
        #expect(values.count == batch.rows * batch.length * width)
        var isTouched = [Bool](repeating: false, count: batch.rows * batch.length)
        for piece in batch.pieces {
            let bound = alpha / Double(piece.columns.count * width).squareRoot()
            let first = piece.row * batch.length + piece.columns.lowerBound
            for place in first..<first + piece.columns.count { isTouched[place] = true }
            let own = values[first * width..<(first + piece.columns.count) * width].map(Double.init)
            #expect(own.allSatisfy { abs($0) <= bound * 1.000001 })
            let count = Double(own.count)
            let mean = own.reduce(0, +) / count
            let variance = own.reduce(0) { $0 + $1 * $1 } / count
            // A uniform draw from -1 to 1 has variance 1/3; five standard errors of each.
            #expect(abs(mean) < 5 * bound / (3 * count).squareRoot())
            #expect(
                abs(variance / (bound * bound) - 1.0 / 3) < 5 * (4.0 / 45 / count).squareRoot())
        }
        for place in isTouched.indices where !isTouched[place] {
            #expect(values[place * width..<(place + 1) * width].allSatisfy { $0 == 0 })
        }
    }

    @Test func itIsAFunctionOfSeedBatchAndPlace() throws {
        let batch = try batch()
        let noise = EmbeddingNoise(alpha: 5, seed: 1)
        let whole = noise.values(for: batch, firstRow: 0, width: 8)
        #expect(whole == noise.values(for: batch, firstRow: 0, width: 8))
        for micro in [1, 2, 3] {
            var parts: [Float] = []
            for (index, part) in batch.split(rowsEach: micro).enumerated() {
                parts += noise.values(for: part, firstRow: index * micro, width: 8)
            }
            #expect(parts == whole)
        }
        let other = EmbeddingNoise(alpha: 5, seed: 2)
        #expect(other.values(for: batch, firstRow: 0, width: 8) != whole)
        let later = try self.batch(2)
        #expect(
            noise.values(for: later, firstRow: 0, width: 8)[..<8].map(abs)
                != whole[..<8].map(abs))
    }

    /// A model whose embeddings are the noisy ones gives the same loss and the same gradients.
    @Test func theNoiseIsAddedToTheEmbeddings() throws {
        let backend = ReferenceBackend.shared
        let sizes = ModelConfiguration(
            vocabularySize: 32, hiddenSize: 8, intermediateSize: 12, layerCount: 1, headCount: 2,
            keyValueHeadCount: 1, headSize: 4, maximumPositions: 64, tiesEmbeddings: false)
        // Every place has an id of its own, so a row of the table is the embedding of one place.
        let source = try MemoryTokens(
            name: "a",
            runs: (0..<2).map { TokenRun(document: $0, ids: (0..<12).map { Int32($0) }) })
        let loader = try BatchLoader(
            mix: Mix(source), packing: Packing(policy: .whole, length: 12, end: nil), rows: 1,
            seed: 3, prefetch: 0)
        let batch = try loader.next()
        let noise = EmbeddingNoise(alpha: 5, seed: 9)
        func loss(noisyTable: Bool) throws -> (loss: Double, gradient: [Float]) {
            let model = Decoder(sizes, precision: .f32, positions: 16, on: backend)
            model.initialize(seed: 4)
            if noisyTable {
                let table = try #require(
                    model.parameters.all.first { $0.role == .embedding })
                var values = table.value.read()
                let drawn = noise.values(for: batch, firstRow: 0, width: 8)
                for (place, id) in batch.inputs.enumerated() {
                    for column in 0..<8 {
                        values[Int(id) * 8 + column] += drawn[place * 8 + column]
                    }
                }
                values.withUnsafeBytes { table.value.writeBytes(from: $0) }
                model.parameters.refresh()
            }
            let gradients = try #require(model.parameters.makeGradients())
            let step = TrainStep(
                model: model,
                optimizer: OptimizerConfiguration.sgd(SGDConfiguration())
                    .makeOptimizer(), gradients: gradients, microRows: 1, clip: nil,
                recomputes: false, noise: noisyTable ? nil : noise)
            let loss = try #require(step.accumulate(batch))
            return (loss, model.parameters.all.flatMap { gradients[$0.slot].read() })
        }
        let (added, table) = (try loss(noisyTable: false), try loss(noisyTable: true))
        #expect(abs(added.loss - table.loss) < 1e-6)
        let difference = zip(added.gradient, table.gradient).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-6)
    }
}
