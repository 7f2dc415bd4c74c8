import Tensors
import Testing

extension BackendContract {
    static let attentionLaws = [
        BackendLaw("attention agrees for every head size and sharing of keys", attentionAgrees),
        BackendLaw("attention agrees at odd lengths", attentionAgreesAtOddLengths),
        BackendLaw("attention agrees on packed documents", attentionAgreesOnDocuments),
        BackendLaw("attention agrees with capped scores", attentionAgreesWithCaps),
        BackendLaw("attention's probabilities sum to one at extreme scores", attentionSumsToOne),
    ]

    /// What attention gives, forward and backward.
    struct AttentionResults {
        let out: Tensor
        let logSumExp: Tensor
        let gradient: Tensor

        init(
            _ backend: any Backend, qkv: Tensor, upstream: Tensor, starts: Tensor,
            _ geometry: AttentionGeometry
        ) {
            (out, logSumExp) = backend.attention(qkv, starts: starts, geometry)
            gradient = backend.attentionBackward(
                upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
        }
    }

    /// Random operands of one attention.
    struct AttentionOperands {
        let geometry: AttentionGeometry
        let qkv: Sample
        let upstream: Sample
        let starts: Sample

        init(
            _ random: inout SplitMix64, _ kind: ElementKind, batch: Int, time: Int, heads: Int,
            keyValueHeads: Int, headSize: Int, documents: Bool = false, softCap: Float? = nil,
            window: Int? = nil
        ) {
            geometry = AttentionGeometry(
                batch: batch, time: time, heads: heads, keyValueHeads: keyValueHeads,
                headSize: headSize, scale: Float(1 / Double(headSize).squareRoot()),
                softCap: softCap, window: window)
            let tokens = batch * time
            qkv = random.sample([tokens, geometry.fusedWidth], kind)
            upstream = random.sample([tokens, heads * headSize], kind)
            starts =
                documents
                ? random.documentStarts(batch: batch, time: time)
                : Sample((0..<tokens).map { max(0, $0 % time + 1 - (window ?? time)) })
        }

        func results(_ side: Side) -> AttentionResults {
            AttentionResults(
                side.backend, qkv: side(qkv), upstream: side(upstream), starts: side(starts),
                geometry)
        }

        /// One row of the batch, by itself.
        func results(_ side: Side, row: Int) -> AttentionResults {
            var single = geometry
            single.batch = 1
            let range = row * geometry.time..<(row + 1) * geometry.time
            return AttentionResults(
                side.backend, qkv: side(qkv.rows(range)), upstream: side(upstream.rows(range)),
                starts: side(starts.rows(range)), single)
        }
    }

    private static func check(_ backend: any Backend, _ operands: AttentionOperands) {
        let geometry = operands.geometry
        let label = """
            \(operands.qkv.kind), \(geometry.batch) x \(geometry.time), \(geometry.heads) heads \
            on \(geometry.keyValueHeads) of \(geometry.headSize)
            """
        // The gradient of bf16 stands on the rounded result.
        let loose: Set<String> = operands.qkv.kind == .bf16 ? ["gradient"] : []
        expectAgreement(
            backend, label, passingThroughBFloat16: loose, roundedTwice: ["out"]
        ) {
            let results = operands.results($0)
            return [
                "out": results.out, "logSumExp": results.logSumExp, "gradient": results.gradient,
            ]
        }
    }

    static func attentionAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 60)
        for kind in kinds {
            for headSize in [2, 8, 16, 64, 80] {
                for (heads, keyValueHeads) in [(2, 2), (4, 2), (4, 1)] {
                    check(
                        backend,
                        AttentionOperands(
                            &random, kind, batch: 2, time: 19, heads: heads,
                            keyValueHeads: keyValueHeads, headSize: headSize))
                }
            }
        }
    }

    static func attentionAgreesWithCaps(_ backend: any Backend) {
        var random = SplitMix64(seed: 64)
        for kind in kinds {
            for (time, softCap) in [(5, 0.5), (19, 2), (70, 1), (130, 50)] as [(Int, Float)] {
                check(
                    backend,
                    AttentionOperands(
                        &random, kind, batch: 2, time: time, heads: 4, keyValueHeads: 2,
                        headSize: 16, documents: time < 20, softCap: softCap, window: 33))
            }
        }
    }

    static func attentionAgreesAtOddLengths(_ backend: any Backend) {
        var random = SplitMix64(seed: 61)
        for kind in kinds {
            for time in [1, 2, 3, 5, 17, 63, 64, 65, 127, 130] {
                check(
                    backend,
                    AttentionOperands(
                        &random, kind, batch: time < 20 ? 3 : 1, time: time, heads: 2,
                        keyValueHeads: 1, headSize: 16))
            }
        }
    }

    static func attentionAgreesOnDocuments(_ backend: any Backend) {
        var random = SplitMix64(seed: 62)
        for kind in kinds {
            for time in [2, 7, 33, 64, 129, 200] {
                check(
                    backend,
                    AttentionOperands(
                        &random, kind, batch: 2, time: time, heads: 2, keyValueHeads: 2,
                        headSize: 8, documents: true))
            }
        }
    }

    static func attentionSumsToOne(_ backend: any Backend) {
        var random = SplitMix64(seed: 63)
        let (time, size) = (70, 8)
        let geometry = AttentionGeometry(
            batch: 1, time: time, heads: 1, keyValueHeads: 1, headSize: size, scale: 1)
        for kind in kinds {
            let numbers = random.sample([time, 3 * size], kind, scale: 100)
            let qkv = Sample(
                numbers.values.enumerated().map { $0 % (3 * size) < 2 * size ? $1 : 1 },
                numbers.shape, kind)
            let starts = Tensor([Int32](repeating: 0, count: time), shape: [time], on: backend)
            let (out, logSumExp) = backend.attention(
                qkv.tensor(on: backend), starts: starts, geometry)
            expectClose(out.readDoubles(), out.readDoubles().map { _ in 1 }, 1e-5)
            #expect(logSumExp.read().allSatisfy { $0.isFinite })
        }
    }
}
