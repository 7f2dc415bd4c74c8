import Tensors
import Testing

extension BackendContract {
    static let normalisationLaws = [
        BackendLaw("rmsNorm agrees, forward and backward", rmsNormAgrees),
        BackendLaw(
            "rmsNorm agrees on rows of zeros, large and small numbers", rmsNormAgreesAtExtremes),
        BackendLaw("a row of rmsNorm is the same in any batch", rmsNormRowsStandAlone),
        BackendLaw("rmsNorm of heads leaves other columns alone", headNormAgrees),
    ]

    static func headNormAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 33)
        for kind in kinds {
            for (rows, width, column, count, size) in [
                (1, 8, 0, 2, 3), (5, 80, 16, 4, 16), (70, 37, 4, 3, 11), (3, 64, 0, 1, 64),
            ] {
                let x = random.sample([rows, width], kind, scale: 2)
                let weight = random.sample([size], scale: 0.3)
                let upstream = random.sample([rows, width], kind)
                let earlier = random.sample([size], scale: 2)
                let settings = RMSNormSettings(
                    epsilon: 1e-3, weightOffset: 1, heads: .init(column: column, count: count))
                expectAgreement(backend, "\(kind), \(count) heads of \(size) in \(width)") {
                    let (y, inverse) = $0.backend.rmsNorm($0(x), weight: $0(weight), settings)
                    let weightGradient = $0(earlier)
                    let gradient = $0.backend.rmsNormBackward(
                        $0(upstream), x: $0(x), weight: $0(weight), inverseRMS: inverse,
                        weightGradient: weightGradient, settings)
                    return [
                        "y": y, "inverseRMS": inverse, "gradient": gradient,
                        "weight gradient": weightGradient,
                    ]
                }
            }
        }
    }

    private static func checkNorm(
        _ backend: any Backend, _ x: Sample, _ random: inout SplitMix64, epsilon: Float,
        _ label: String
    ) {
        let width = x.shape.last
        let weight = random.sample([width], scale: 0.3, shift: 1)
        let upstream = random.sample(x.shape, x.kind)
        let earlier = random.sample([width], scale: 2)
        expectAgreement(backend, label) {
            let (y, inverse) = $0.backend.rmsNorm($0(x), weight: $0(weight), epsilon: epsilon)
            let weightGradient = $0(earlier)
            let gradient = $0.backend.rmsNormBackward(
                $0(upstream), x: $0(x), weight: $0(weight), inverseRMS: inverse,
                weightGradient: weightGradient)
            return [
                "y": y, "inverseRMS": inverse, "gradient": gradient,
                "weight gradient": weightGradient,
            ]
        }
    }

    static func rmsNormAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 30)
        for kind in kinds {
            for (rows, width) in [
                (1, 1), (2, 3), (17, 5), (1, 63), (3, 64), (130, 65), (5, 127), (65, 2), (2, 512),
            ] {
                let x = random.sample([rows, width], kind, scale: 2)
                // A row of one number has a gradient of ε alone: it must not drown in rounding.
                let epsilon: Float = width < 4 ? 0.5 : 1e-5
                checkNorm(
                    backend, x, &random, epsilon: epsilon, "\(kind) \(rows) x \(width)")
            }
        }
    }

    static func rmsNormAgreesAtExtremes(_ backend: any Backend) {
        var random = SplitMix64(seed: 31)
        for kind in kinds {
            for scale in [0, 1e-6, 1e-3, 1e4] {
                let x = random.sample([3, 33], kind, scale: scale)
                checkNorm(backend, x, &random, epsilon: 1e-6, "\(kind), numbers of \(scale)")
            }
        }
    }

    static func rmsNormRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 32)
        for kind in kinds {
            for width in [5, 37, 128] {
                let x = random.sample([70, width], kind).tensor(on: backend)
                let upstream = random.sample([70, width], kind).tensor(on: backend)
                let weight = random.sample([width]).tensor(on: backend)
                let run = { (range: Range<Int>) -> (Tensor, Tensor, Tensor) in
                    let (y, inverse) = backend.rmsNorm(
                        x.rows(range), weight: weight, epsilon: 1e-5)
                    let ofWeight = backend.empty([width], .f32)
                    backend.fill(ofWeight, with: 0)
                    let gradient = backend.rmsNormBackward(
                        upstream.rows(range), x: x.rows(range), weight: weight,
                        inverseRMS: inverse, weightGradient: ofWeight)
                    return (y, inverse, gradient)
                }
                let whole = run(0..<70)
                for range in [0..<1, 3..<4, 7..<29, 69..<70, 0..<64] {
                    let part = run(range)
                    expectEqualBits(part.0, whole.0.rows(range), "y \(range)")
                    expectEqualBits(part.1, whole.1.rows(range), "inverseRMS \(range)")
                    expectEqualBits(part.2, whole.2.rows(range), "gradient \(range)")
                }
            }
        }
    }
}
