import Tensors
import Testing

extension BackendContract {
    static let attentionBatchLaws = [
        BackendLaw("a row of attention is the same in any batch", attentionRowsStandAlone),
        BackendLaw("a token of attention is the same whatever follows it", attentionPrefixesStand),
        BackendLaw(
            "packed documents equal the same documents in rows of their own",
            packedDocumentsEqualRows),
    ]

    static func attentionRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 70)
        let side = Side(backend)
        for kind in kinds {
            for (time, documents) in [(5, false), (37, true), (66, false), (131, true)] {
                let operands = AttentionOperands(
                    &random, kind, batch: 3, time: time, heads: 4, keyValueHeads: 2, headSize: 8,
                    documents: documents)
                let whole = operands.results(side)
                for row in 0..<3 {
                    let alone = operands.results(side, row: row)
                    let range = row * time..<(row + 1) * time
                    expectEqualBits(alone.out, whole.out.rows(range), "out, row \(row)")
                    expectEqualBits(
                        alone.logSumExp, whole.logSumExp.rows(range), "logSumExp, row \(row)")
                    expectEqualBits(
                        alone.gradient, whole.gradient.rows(range), "gradient, row \(row)")
                }
            }
        }
    }

    static func attentionPrefixesStand(_ backend: any Backend) {
        var random = SplitMix64(seed: 71)
        for kind in kinds {
            let operands = AttentionOperands(
                &random, kind, batch: 1, time: 133, heads: 4, keyValueHeads: 2, headSize: 16,
                documents: true)
            let run = { (time: Int) -> (out: Tensor, logSumExp: Tensor) in
                var geometry = operands.geometry
                geometry.time = time
                return backend.attention(
                    operands.qkv.rows(0..<time).tensor(on: backend),
                    starts: operands.starts.rows(0..<time).tensor(on: backend), geometry)
            }
            let whole = run(133)
            for time in [1, 2, 15, 16, 17, 63, 64, 65, 100, 128, 132] {
                let prefix = run(time)
                expectEqualBits(prefix.out, whole.out.rows(0..<time), "out of \(time)")
                expectEqualBits(
                    prefix.logSumExp, whole.logSumExp.rows(0..<time), "logSumExp of \(time)")
            }
        }
    }

    static func packedDocumentsEqualRows(_ backend: any Backend) {
        var random = SplitMix64(seed: 72)
        let side = Side(backend)
        for time in [9, 64, 150] {
            let operands = AttentionOperands(
                &random, .f32, batch: 1, time: time, heads: 4, keyValueHeads: 2, headSize: 16,
                documents: true)
            let packed = operands.results(side)
            let starts = operands.starts.values.map { Int($0) }
            for first in Set(starts).sorted() {
                let range = first..<first + starts.count { $0 == first }
                var geometry = operands.geometry
                geometry.time = range.count
                let alone = AttentionResults(
                    backend, qkv: side(operands.qkv.rows(range)),
                    upstream: side(operands.upstream.rows(range)),
                    starts: side(Sample([Int](repeating: 0, count: range.count))), geometry)
                expectClose(packed.out.rows(range), alone.out, .f32, "out \(range)")
                expectClose(
                    packed.logSumExp.rows(range), alone.logSumExp, .f32, "logSumExp \(range)")
                expectClose(packed.gradient.rows(range), alone.gradient, .f32, "gradient \(range)")
            }
        }
    }
}
