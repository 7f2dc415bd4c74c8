import Tensors
import Testing

extension BackendContract {
    static let repetitionLaws = [
        BackendLaw("the same operation gives the same bits again", resultsRepeat)
    ]

    static func resultsRepeat(_ backend: any Backend) throws {
        let side = Side(backend)
        for kind in kinds {
            let run = { () throws -> [Tensor] in
                var random = SplitMix64(seed: 110)
                let x = side(random.sample([130, 96], kind))
                let upstream = side(random.sample([130, 96], kind))
                let weight = side(random.sample([96]))
                let ids = side(random.integers(130, in: 0..<7))

                let product = backend.matmul(
                    upstream, x, transposeA: true, transposeB: false, kind: .f32, into: nil,
                    accumulate: false)
                let ofWeight = backend.empty([96], .f32)
                backend.fill(ofWeight, with: 0)
                let (y, inverse) = backend.rmsNorm(x, weight: weight, epsilon: 1e-5)
                let ofX = backend.rmsNormBackward(
                    upstream, x: x, weight: weight, inverseRMS: inverse, weightGradient: ofWeight)
                let table = backend.empty([7, 96], .f32)
                backend.fill(table, with: 0)
                backend.scatterAdd(upstream, rows: ids, into: table)
                let attention = AttentionOperands(
                    &random, kind, batch: 2, time: 70, heads: 4, keyValueHeads: 2, headSize: 16,
                    documents: true
                ).results(side)
                let loss = LossOperands(&random, kind, tokens: 300, width: 17, vocabulary: 65)
                    .results(side)
                return [
                    product, ofWeight, y, ofX, table, attention.out, attention.gradient,
                    loss.loss, try #require(loss.hiddenGradient), try #require(loss.headGradient),
                ]
            }
            let first = try run()
            for _ in 0..<3 {
                for (index, (again, before)) in zip(try run(), first).enumerated() {
                    expectEqualBits(again, before, "\(kind), result \(index)")
                }
            }
            let squares = first.map { backend.sumOfSquares($0) }
            #expect(try run().map { backend.sumOfSquares($0) } == squares)
        }
    }
}
