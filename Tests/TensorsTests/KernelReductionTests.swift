import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Sums over rows: the same on any team, and near their definition.
@Suite struct KernelReductionTests {
    private let backend = CPUBackend.shared

    @Test func sumsOfSquaresHaveOneOrder() {
        var random = SplitMix64(seed: 1)
        for count in [0, 1, 15, 16_383, 16_384, 16_385, 100_003] {
            let sample = random.sample([count])
            let x = sample.tensor(on: backend)
            let expected = sample.values.reduce(0) { $0 + $1 * $1 }
            #expect(abs(backend.sumOfSquares(x) - expected) <= 1e-12 * expected)
            expectSameOnOneAndManyThreads("\(count)") {
                [Tensor([backend.sumOfSquares(x)], shape: [1], on: backend)]
            }
        }
    }

    @Test func gradientsOfNormsDoNotDependOnTheNumberOfThreads() {
        var random = SplitMix64(seed: 2)
        let (rows, width) = (333, 77)
        let x = random.sample([rows, width]).tensor(on: backend)
        let upstream = random.sample([rows, width]).tensor(on: backend)
        let weight = random.sample([width]).tensor(on: backend)
        expectSameOnOneAndManyThreads {
            let (y, inverse) = backend.rmsNorm(x, weight: weight, epsilon: 1e-5)
            let ofWeight = backend.empty([width], .f32)
            backend.fill(ofWeight, with: 0)
            let ofX = backend.rmsNormBackward(
                upstream, x: x, weight: weight, inverseRMS: inverse, weightGradient: ofWeight)
            return [y, inverse, ofX, ofWeight]
        }
    }

    @Test func crossEntropyDoesNotDependOnTheNumberOfThreads() {
        var random = SplitMix64(seed: 3)
        // More than one chunk of rows, the last one short.
        let (tokens, vocabulary, width) = (1100, 97, 40)
        let hidden = random.sample([tokens, width]).tensor(on: backend)
        let head = random.sample([vocabulary, width]).tensor(on: backend)
        let targets = random.integers(tokens, in: 0..<vocabulary).tensor(on: backend)
        let shares: [Float] = (0..<tokens).map { token in
            token % 5 == 0 ? 0 : Float(token % 3 + 1)
        }
        let weights = Tensor(shares, shape: [tokens], on: backend)
        expectSameOnOneAndManyThreads {
            let result = backend.linearCrossEntropy(
                hidden: hidden, head: head, targets: targets, weights: weights, normalizer: 700,
                wantsGradients: true)
            return [result.loss, result.tokenLosses]
                + [result.hiddenGradient, result.headGradient].compactMap { $0 }
        }
    }

    @Test func columnsAndRowNormsDoNotDependOnTheNumberOfThreads() {
        var random = SplitMix64(seed: 5)
        let (rows, width) = (700, 83)
        for kind in [ElementKind.f32, .bf16] {
            let x = random.sample([rows, width], kind).tensor(on: backend)
            let part = random.sample([rows, 40], kind).tensor(on: backend)
            let other = random.sample([rows, 40], kind).tensor(on: backend)
            let factors = random.sample([40]).tensor(on: backend)
            let weight = random.sample([rows, width]).tensor(on: backend)
            expectSameOnOneAndManyThreads("\(kind)") {
                let sum = backend.empty(x.shape, kind)
                backend.copy(x, to: sum)
                backend.accumulate(part, intoColumnsFrom: 7, of: sum)
                backend.scaleColumns(of: sum, from: 11, by: factors)
                let products = backend.empty([40], .f32)
                backend.fill(products, with: 0)
                backend.addColumnProducts(part, other, to: products)
                return [
                    sum, products, backend.columns(7..<47, of: x), backend.inverseRowNorms(of: x),
                    backend.dropout(x, rate: 0.3, key: 5, first: 2),
                    backend.dequantized(backend.quantized(weight), to: kind),
                ]
            }
        }
    }

    @Test func repeatedIdsAddUpInRowOrderOnAnyTeam() {
        var random = SplitMix64(seed: 4)
        let (tokens, width) = (900, 50)
        let upstream = random.sample([tokens, width]).tensor(on: backend)
        let ids = random.integers(tokens, in: 0..<7).tensor(on: backend)
        var expected = [Float](repeating: 0, count: 7 * width)
        let (rows, values) = (ids.readIntegers(), upstream.read())
        for token in 0..<tokens {
            for column in 0..<width {
                expected[Int(rows[token]) * width + column] += values[token * width + column]
            }
        }
        expectSameOnOneAndManyThreads {
            let table = backend.empty([7, width], .f32)
            backend.fill(table, with: 0)
            backend.scatterAdd(upstream, rows: ids, into: table)
            #expect(table.read() == expected)
            return [table]
        }
    }
}
