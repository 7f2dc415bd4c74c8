import Tensors
import Testing

extension BackendContract {
    static let elementwiseLaws = [
        BackendLaw("add agrees with the reference", addAgrees),
        BackendLaw("accumulate adds in place, across kinds", accumulateAgrees),
        BackendLaw("scale multiplies in place", scaleAgrees),
        BackendLaw("swiGLU agrees, forward and backward", swiGLUAgrees),
        BackendLaw("swiGLU stays finite at extreme gates", swiGLUStaysFinite),
        BackendLaw("a row of swiGLU is the same in any batch", swiGLURowsStandAlone),
    ]

    private static let shapes: [Shape] = [
        [1], [3], [2, 17], [5, 63], [1, 64], [3, 65], [7, 127], [2, 3, 5],
    ]

    static func addAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 10)
        for kind in kinds {
            for shape in shapes {
                let (a, b) = (random.sample(shape, kind), random.sample(shape, kind))
                expectAgreement(backend, "\(kind) \(shape)") {
                    ["sum": $0.backend.add($0(a), $0(b))]
                }
            }
        }
    }

    static func accumulateAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 11)
        for kind in kinds {
            for other in kinds {
                for shape in shapes {
                    let (x, target) = (random.sample(shape, other), random.sample(shape, kind))
                    expectAgreement(backend, "\(other) into \(kind) \(shape)") {
                        let target = $0(target)
                        $0.backend.accumulate($0(x), scale: -1.75, into: target)
                        return ["target": target]
                    }
                }
            }
        }
    }

    static func scaleAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 12)
        for kind in kinds {
            for shape in shapes {
                let x = random.sample(shape, kind)
                expectAgreement(backend, "\(kind) \(shape)") {
                    let x = $0(x)
                    $0.backend.scale(x, by: 0.3)
                    return ["x": x]
                }
            }
        }
    }

    static func swiGLUAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 13)
        for kind in kinds {
            for (rows, width) in [(1, 1), (2, 3), (5, 17), (3, 63), (17, 64), (2, 65), (1, 127)] {
                let gateUp = random.sample([rows, 2 * width], kind, scale: 3)
                let upstream = random.sample([rows, width], kind)
                expectAgreement(backend, "\(kind) \(rows) x \(width)") {
                    [
                        "y": $0.backend.swiGLU($0(gateUp)),
                        "gradient": $0.backend.swiGLUBackward($0(upstream), gateUp: $0(gateUp)),
                    ]
                }
            }
        }
    }

    static func swiGLUStaysFinite(_ backend: any Backend) {
        for kind in kinds {
            let gates: [Double] = [-1000, -104, -88, -20, 0, 20, 88, 104, 1000]
            let gateUp = Sample(gates + gates.map { _ in 1.5 }, [1, 2 * gates.count], kind)
            let upstream = Sample(gates.map { _ in 1 }, [1, gates.count], kind)
            expectAgreement(backend, "\(kind)") {
                [
                    "y": $0.backend.swiGLU($0(gateUp)),
                    "gradient": $0.backend.swiGLUBackward($0(upstream), gateUp: $0(gateUp)),
                ]
            }
        }
    }

    static func swiGLURowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 14)
        for kind in kinds {
            let (rows, width) = (19, 37)
            let gateUp = random.sample([rows, 2 * width], kind, scale: 2).tensor(on: backend)
            let upstream = random.sample([rows, width], kind).tensor(on: backend)
            let whole = backend.swiGLU(gateUp)
            let gradient = backend.swiGLUBackward(upstream, gateUp: gateUp)
            for range in [0..<1, 3..<4, 5..<12, 18..<19] {
                expectEqualBits(backend.swiGLU(gateUp.rows(range)), whole.rows(range), "\(range)")
                expectEqualBits(
                    backend.swiGLUBackward(upstream.rows(range), gateUp: gateUp.rows(range)),
                    gradient.rows(range), "gradient \(range)")
            }
        }
    }
}
