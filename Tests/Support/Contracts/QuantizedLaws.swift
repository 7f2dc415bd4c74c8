import Tensors
import Testing

extension BackendContract {
    static let quantizedLaws = [
        BackendLaw("products with 8-bit weights agree", quantizedProductsAgree),
        BackendLaw(
            "a row of a product with 8-bit weights is the same for any number of rows",
            quantizedRowsStandAlone),
    ]

    static func quantizedProductsAgree(_ backend: any Backend) {
        var random = SplitMix64(seed: 24)
        for (kind, resultKind) in [
            (ElementKind.f32, ElementKind.f32), (.bf16, .bf16), (.bf16, .f32),
        ] {
            for (k, n) in [(1, 1), (17, 3), (64, 64), (65, 130), (600, 33), (0, 5), (5, 0)] {
                let weight = random.sample([n, k])
                for m in [0, 1, 2, 3, 4, 6, 7, 33, 70] {
                    let a = random.sample([m, k], kind)
                    expectAgreement(backend, "\(m) x \(k) x \(n), \(kind) to \(resultKind)") {
                        let rounded = $0.backend.quantized($0(weight))
                        #expect(rounded.shape == weight.shape)
                        return [
                            "product": $0.backend.matmul(
                                $0(a), rounded, transposeA: false, transposeB: true,
                                kind: $0.kind(resultKind), into: nil, accumulate: false)
                        ]
                    }
                }
            }
        }
    }

    static func quantizedRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 25)
        for kind in kinds {
            for (k, n) in [(65, 37), (3, 5), (600, 130)] {
                let a = random.sample([70, k], kind).tensor(on: backend)
                let weight = backend.quantized(random.sample([n, k]).tensor(on: backend))
                let product = { (a: Tensor) in
                    backend.matmul(
                        a, weight, transposeA: false, transposeB: true, kind: kind, into: nil,
                        accumulate: false)
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
