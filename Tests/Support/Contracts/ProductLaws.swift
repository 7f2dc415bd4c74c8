import Tensors
import Testing

extension BackendContract {
    static let productLaws = [
        BackendLaw("matmul agrees in every arrangement and size", matmulAgrees),
        BackendLaw("matmul agrees on random shapes", matmulAgreesOnRandomShapes),
        BackendLaw("matmul writes and accumulates into a tensor", matmulWritesInto),
        BackendLaw("a row of a product is the same for any number of rows", productRowsStandAlone),
        BackendLaw("a packed weight gives the same bits", packedWeightsGiveTheSameBits),
    ]

    private static let sizes = [
        (1, 1, 1), (1, 5, 3), (2, 3, 17), (17, 65, 1), (3, 1, 64), (64, 64, 64), (5, 127, 63),
        (63, 17, 65), (65, 63, 5), (127, 64, 33), (6, 16, 16), (7, 300, 31),
    ]

    static func matmulAgrees(_ backend: any Backend) {
        for (index, (m, k, n)) in sizes.enumerated() {
            checkProduct(backend, m, k, n, seed: UInt64(100 + index))
        }
    }

    static func matmulAgreesOnRandomShapes(_ backend: any Backend) {
        var random = SplitMix64(seed: 20)
        for _ in 0..<12 {
            let size = { (random: inout SplitMix64) in random.integer(in: 1..<90) }
            checkProduct(
                backend, size(&random), size(&random), size(&random), seed: random.next())
        }
    }

    private static func checkProduct(
        _ backend: any Backend, _ m: Int, _ k: Int, _ n: Int, seed: UInt64
    ) {
        var random = SplitMix64(seed: seed)
        for (kind, resultKind) in [
            (ElementKind.f32, ElementKind.f32), (.bf16, .bf16), (.bf16, .f32),
        ] {
            for (transposeA, transposeB) in [
                (false, false), (false, true), (true, false), (true, true),
            ] {
                let a = random.sample(transposeA ? [k, m] : [m, k], kind)
                let b = random.sample(transposeB ? [n, k] : [k, n], kind)
                expectAgreement(
                    backend,
                    "\(m) x \(k) x \(n), \(kind) to \(resultKind), \(transposeA) \(transposeB)"
                ) {
                    [
                        "product": $0.backend.matmul(
                            $0(a), $0(b), transposeA: transposeA, transposeB: transposeB,
                            kind: $0.kind(resultKind), into: nil, accumulate: false)
                    ]
                }
            }
        }
    }

    static func matmulWritesInto(_ backend: any Backend) {
        var random = SplitMix64(seed: 21)
        let targets: [(ElementKind, ElementKind)] = [(.f32, .f32), (.bf16, .f32), (.bf16, .bf16)]
        for (kind, targetKind) in targets {
            for (m, k, n) in [(1, 3, 5), (17, 64, 31), (33, 7, 65), (64, 130, 16)] {
                // A weight's gradient, and a plain product: the two that training accumulates.
                for transposeA in [true, false] {
                    let a = random.sample(transposeA ? [k, m] : [m, k], kind)
                    let b = random.sample([k, n], kind)
                    let before = random.sample([m, n], targetKind, scale: 3)
                    for accumulate in [false, true] {
                        let label = "\(m) x \(k) x \(n) \(kind) into \(targetKind), \(accumulate)"
                        expectAgreement(backend, label) {
                            let target = $0(before)
                            // The target's kind wins over the one asked for.
                            let result = $0.backend.matmul(
                                $0(a), $0(b), transposeA: transposeA, transposeB: false,
                                kind: .f32, into: target, accumulate: accumulate)
                            #expect(result.address == target.address)
                            return ["target": target]
                        }
                    }
                }
            }
        }
        // A target may be a view into the middle of another tensor, whose rest stays.
        let whole = random.sample([6, 5]).tensor(on: backend)
        let before = whole.read()
        let (a, b) = (random.sample([2, 3]), random.sample([3, 5]))
        _ = backend.matmul(
            a.tensor(on: backend), b.tensor(on: backend), transposeA: false, transposeB: false,
            kind: .f32, into: whole.rows(2..<4), accumulate: false)
        let after = whole.read()
        #expect(after[..<10] == before[..<10] && after[20...] == before[20...])
        #expect(after[10..<20] != before[10..<20])
    }

    static func productRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 22)
        for kind in kinds {
            for (k, n) in [(65, 37), (3, 5), (300, 48)] {
                let a = random.sample([70, k], kind).tensor(on: backend)
                for transposeB in [true, false] {
                    let b = random.sample(transposeB ? [n, k] : [k, n], kind).tensor(on: backend)
                    let product = { (a: Tensor) in
                        backend.matmul(
                            a, b, transposeA: false, transposeB: transposeB, kind: kind,
                            into: nil, accumulate: false)
                    }
                    let whole = product(a)
                    for m in 1...70 {
                        expectEqualBits(product(a.rows(0..<m)), whole.rows(0..<m), "first \(m)")
                    }
                    for row in [1, 6, 31, 69] {
                        let range = row..<row + 1
                        expectEqualBits(product(a.rows(range)), whole.rows(range), "row \(row)")
                    }
                }
            }
        }
    }

    static func packedWeightsGiveTheSameBits(_ backend: any Backend) {
        var random = SplitMix64(seed: 23)
        for kind in kinds {
            for (k, n) in [(1, 1), (17, 3), (64, 64), (65, 127), (300, 33)] {
                let weight = random.sample([n, k], kind).tensor(on: backend)
                let packed = backend.packed(weight)
                #expect(packed.shape == weight.shape && packed.kind == kind)
                for m in [1, 2, 3, 5, 8, 16, 33, 70] {
                    let a = random.sample([m, k], kind).tensor(on: backend)
                    for resultKind in Set([kind, .f32]).sorted(by: { $0.rawValue < $1.rawValue }) {
                        let products = [weight, packed].map {
                            backend.matmul(
                                a, $0, transposeA: false, transposeB: true, kind: resultKind,
                                into: nil, accumulate: false)
                        }
                        expectEqualBits(products[1], products[0], "\(m) x \(k) x \(n) \(kind)")
                    }
                }
            }
        }
    }
}
