import Tensors
import Testing

extension BackendContract {
    static let columnLaws = [
        BackendLaw("columns are taken, added to and multiplied", columnsAgree),
        BackendLaw("sums of column products agree", columnProductsAgree),
        BackendLaw("row norms agree, rows of zeros included", rowNormsAgree),
        BackendLaw("dropout agrees, whole and in pieces", dropoutAgrees),
        BackendLaw("dropout drops its share", dropoutDropsItsShare),
        BackendLaw(
            "a weight of 8 bits is written back as products read it", dequantizedAgrees),
        BackendLaw("columns, norms and dropout take nothing", columnsTakeNothing),
        BackendLaw("each gradient of the loss can be left out", lossGradientsStandAlone),
    ]

    static func columnsAgree(_ backend: any Backend) {
        var random = SplitMix64(seed: 60)
        for kind in kinds {
            for (rows, width, range) in [
                (1, 1, 0..<1), (3, 7, 2..<7), (5, 64, 0..<16), (17, 130, 33..<98), (300, 40, 8..<9),
            ] {
                let x = random.sample([rows, width], kind)
                let part = random.sample([rows, range.count], kind)
                let factors = random.sample([range.count])
                expectAgreement(backend, "\(kind) \(rows) x \(width), \(range)") {
                    let (sum, product) = ($0(x), $0(x))
                    $0.backend.accumulate($0(part), intoColumnsFrom: range.lowerBound, of: sum)
                    $0.backend.scaleColumns(
                        of: product, from: range.lowerBound, by: $0(factors))
                    return [
                        "taken": $0.backend.columns(range, of: $0(x)), "sum": sum,
                        "product": product,
                    ]
                }
            }
        }
    }

    static func columnProductsAgree(_ backend: any Backend) {
        var random = SplitMix64(seed: 61)
        for kind in kinds {
            for (rows, width) in [(1, 1), (3, 17), (64, 5), (65, 130), (200, 16)] {
                let (a, b) = (
                    random.sample([rows, width], kind), random.sample([rows, width], kind)
                )
                let earlier = random.sample([width], scale: 2)
                expectAgreement(backend, "\(kind) \(rows) x \(width)") {
                    let sums = $0(earlier)
                    $0.backend.addColumnProducts($0(a), $0(b), to: sums)
                    return ["sums": sums]
                }
            }
        }
    }

    static func rowNormsAgree(_ backend: any Backend) {
        var random = SplitMix64(seed: 62)
        for kind in kinds {
            for (rows, width) in [(1, 1), (3, 17), (64, 64), (5, 131)] {
                let x = random.sample([rows, width], kind, scale: 3)
                let padded = Sample(
                    x.values + [Double](repeating: 0, count: width), [rows + 1, width], kind)
                expectAgreement(backend, "\(kind) \(rows) x \(width)") {
                    ["norms": $0.backend.inverseRowNorms(of: $0(padded))]
                }
            }
        }
    }

    static func dropoutAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 63)
        for kind in kinds {
            let x = random.sample([37, 29], kind)
            for rate: Float in [0, 0.1, 0.5, 0.9] {
                expectAgreement(backend, "\(kind) \(rate)") {
                    ["y": $0.backend.dropout($0(x), rate: rate, key: 7, first: 11)]
                }
                let whole = backend.dropout(
                    x.tensor(on: backend), rate: rate, key: 9, first: 0)
                for rows in [0..<1, 3..<20, 36..<37] {
                    let piece = backend.dropout(
                        x.rows(rows).tensor(on: backend), rate: rate, key: 9,
                        first: rows.lowerBound * 29)
                    expectEqualBits(piece, whole.rows(rows), "\(kind) \(rate) \(rows)")
                }
            }
        }
    }

    static func dropoutDropsItsShare(_ backend: any Backend) {
        let count = 20_000
        let ones = Tensor([Float](repeating: 1, count: count), shape: [count], on: backend)
        for rate: Float in [0.05, 0.5] {
            let kept = backend.dropout(ones, rate: rate, key: 3, first: 0).read()
            let share = Double(kept.count { $0 == 0 }) / Double(count)
            #expect(abs(share - Double(rate)) < 0.02, "\(rate): \(share) were dropped")
            #expect(Set(kept).subtracting([0]).allSatisfy { abs($0 - 1 / (1 - rate)) < 1e-5 })
        }
    }

    static func dequantizedAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 64)
        for kind in kinds {
            for (rows, columns) in [(1, 1), (3, 17), (64, 64), (130, 65), (0, 5), (5, 0)] {
                let weight = random.sample([rows, columns])
                expectAgreement(backend, "\(kind) \(rows) x \(columns)") {
                    [
                        "rows": $0.backend.dequantized(
                            $0.backend.quantized($0(weight)), to: $0.kind(kind))
                    ]
                }
            }
        }
    }

    static func columnsTakeNothing(_ backend: any Backend) {
        for kind in kinds {
            for shape: Shape in [[0, 6], [3, 0], [0, 0]] {
                let x = backend.empty(shape, kind)
                let width = shape[1]
                #expect(backend.columns(0..<width, of: x).shape == shape)
                #expect(backend.columns(0..<0, of: x).shape == [shape[0], 0])
                backend.accumulate(x, intoColumnsFrom: 0, of: x)
                let factors = Tensor(
                    [Float](repeating: 2, count: width), shape: [width], on: backend)
                backend.scaleColumns(of: x, from: 0, by: factors)
                backend.addColumnProducts(x, x, to: factors)
                #expect(factors.read().allSatisfy { $0 == 2 })
                #expect(backend.inverseRowNorms(of: x).read().allSatisfy { $0 == 0 })
                #expect(backend.dropout(x, rate: 0.5, key: 1, first: 0).shape == shape)
            }
        }
    }

    static func lossGradientsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 65)
        for kind in kinds {
            let operands = LossOperands(&random, kind, tokens: 9, width: 16, vocabulary: 21)
            func results(_ gradients: LossGradients) -> LinearCrossEntropy {
                backend.linearCrossEntropy(
                    hidden: operands.hidden.tensor(on: backend),
                    head: operands.head.tensor(on: backend),
                    targets: operands.targets.tensor(on: backend),
                    weights: operands.weights.tensor(on: backend),
                    normalizer: operands.normalizer, softCap: 3, gradients: gradients)
            }
            let both = results(.all)
            let (hidden, head) = (results(.hidden), results(.head))
            #expect(hidden.headGradient == nil && head.hiddenGradient == nil)
            for (mine, all) in [
                (hidden.hiddenGradient, both.hiddenGradient),
                (head.headGradient, both.headGradient),
            ] {
                guard let mine, let all else {
                    Issue.record("\(kind): a gradient that was asked for is not there")
                    continue
                }
                expectEqualBits(mine, all, "\(kind)")
            }
        }
    }
}
