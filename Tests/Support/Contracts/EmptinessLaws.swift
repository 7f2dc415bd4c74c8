import Foundation
import Tensors
import Testing

extension BackendContract {
    static let emptinessLaws = [
        BackendLaw("elementwise operations take empty tensors", elementwiseTakesNothing),
        BackendLaw("products take empty operands", productsTakeNothing),
        BackendLaw("attention takes no tokens", attentionTakesNothing),
        BackendLaw("loss and optimizers take nothing", lossTakesNothing),
    ]

    private static func zeros(_ shape: Shape, _ kind: ElementKind, _ backend: any Backend)
        -> Tensor
    {
        let tensor = backend.empty(shape, kind)
        backend.fill(tensor, with: 0)
        return tensor
    }

    static func elementwiseTakesNothing(_ backend: any Backend) {
        for kind in kinds {
            for shape: Shape in [[0, 6], [3, 0], [0, 0]] {
                let x = zeros(shape, kind, backend)
                let half: Shape = [shape[0], shape[1] / 2]
                #expect(backend.add(x, x).shape == shape)
                backend.accumulate(x, scale: 2, into: x)
                backend.scale(x, by: 2)
                backend.copy(x, to: x)
                #expect(backend.cast(x, to: .f32).shape == shape)
                #expect(backend.swiGLU(x).shape == half)
                let upstream = zeros(half, kind, backend)
                #expect(backend.swiGLUBackward(upstream, gateUp: x).shape == shape)

                let weight = zeros([shape[1]], .f32, backend)
                let (y, inverse) = backend.rmsNorm(x, weight: weight, epsilon: 1e-5)
                #expect(y.shape == shape && inverse.shape == [shape[0]])
                let gradient = backend.rmsNormBackward(
                    x, x: x, weight: weight, inverseRMS: inverse, weightGradient: weight)
                #expect(gradient.shape == shape)
                #expect(weight.read().allSatisfy { $0 == 0 })
            }
            let table = Tensor([1, 2, 3, 4].map { Float($0) }, shape: [2, 2], on: backend)
            let ids = zeros([0], .i32, backend)
            #expect(backend.gather(table, rows: ids).shape == [0, 2])
            backend.scatterAdd(zeros([0, 2], kind, backend), rows: ids, into: table)
            #expect(table.read() == [1, 2, 3, 4])
            let angles = zeros([5, 2], .f32, backend)
            let turned = backend.rotary(
                zeros([0, 8], kind, backend), positions: ids, cosines: angles, sines: angles,
                headSize: 4, rotatedHeads: 2, inverse: false, into: nil)
            #expect(turned.shape == [0, 8])
        }
    }

    static func productsTakeNothing(_ backend: any Backend) {
        for kind in kinds {
            for (m, k, n) in [(0, 3, 5), (3, 0, 5), (3, 5, 0), (0, 0, 0)] {
                for (transposeA, transposeB) in [(false, true), (false, false), (true, false)] {
                    let a = zeros(transposeA ? [k, m] : [m, k], kind, backend)
                    let b = zeros(transposeB ? [n, k] : [k, n], kind, backend)
                    let product = backend.matmul(
                        a, b, transposeA: transposeA, transposeB: transposeB, kind: kind,
                        into: nil, accumulate: false)
                    #expect(product.shape == [m, n])
                    #expect(product.read().allSatisfy { $0 == 0 }, "a sum of nothing is 0")

                    for accumulate in [true, false] {
                        let target = backend.empty([m, n], .f32)
                        backend.fill(target, with: 7)
                        _ = backend.matmul(
                            a, b, transposeA: transposeA, transposeB: transposeB, kind: .f32,
                            into: target, accumulate: accumulate)
                        #expect(target.read().allSatisfy { $0 == (accumulate ? 7 : 0) })
                    }
                    guard transposeB else { continue }
                    let packed = backend.matmul(
                        a, backend.packed(b), transposeA: false, transposeB: true, kind: kind,
                        into: nil, accumulate: false)
                    expectEqualBits(packed, product, "packed")
                }
            }
        }
    }

    static func attentionTakesNothing(_ backend: any Backend) {
        for kind in kinds {
            for (batch, time) in [(0, 5), (3, 0), (0, 0)] {
                let geometry = AttentionGeometry(
                    batch: batch, time: time, heads: 4, keyValueHeads: 2, headSize: 8, scale: 1)
                let results = AttentionResults(
                    backend, qkv: zeros([0, 64], kind, backend),
                    upstream: zeros([0, 32], kind, backend), starts: zeros([0], .i32, backend),
                    geometry)
                #expect(results.out.shape == [0, 32] && results.logSumExp.shape == [0, 4])
                #expect(results.gradient.shape == [0, 64])
                for capacity in [0, 3] {
                    let cache = zeros([2, capacity, 16], kind, backend)
                    let out = backend.cachedAttention(
                        zeros([0, 64], kind, backend), keys: cache,
                        values: zeros([2, capacity, 16], kind, backend), slots: [],
                        positions: [], geometry)
                    #expect(out.shape == [0, 32])
                }
            }
        }
    }

    static func lossTakesNothing(_ backend: any Backend) throws {
        for kind in kinds {
            for (tokens, width, vocabulary) in [(0, 4, 5), (0, 4, 0), (3, 0, 5), (0, 0, 0)] {
                let loss = backend.linearCrossEntropy(
                    hidden: zeros([tokens, width], kind, backend),
                    head: zeros([vocabulary, width], kind, backend),
                    targets: zeros([tokens], .i32, backend),
                    weights: Tensor(
                        [Float](repeating: 1, count: tokens), shape: [tokens], on: backend),
                    normalizer: 3, wantsGradients: true)
                // Without width every word is equally likely.
                let expected = tokens == 0 ? 0 : log(Double(vocabulary))
                expectClose(loss.loss.readDoubles(), [expected], .f32)
                #expect(loss.tokenLosses.shape == [tokens])
                #expect(try #require(loss.hiddenGradient).shape == [tokens, width])
                let ofHead = try #require(loss.headGradient)
                #expect(ofHead.shape == [vocabulary, width])
                #expect(ofHead.read().allSatisfy { $0 == 0 })
            }
            #expect(backend.sumOfSquares(zeros([0], kind, backend)) == 0)
        }
        let nothing = zeros([0], .f32, backend)
        backend.adamW(
            parameter: nothing, gradient: nothing, firstMoment: nothing, secondMoment: nothing,
            adamWStep(1))
        backend.sgd(
            parameter: nothing, gradient: nothing, momentum: nil,
            SGDStep(
                learningRate: 1, momentum: 0, nesterov: false, weightDecay: 0, gradientScale: 1,
                isFirst: true))
    }
}
