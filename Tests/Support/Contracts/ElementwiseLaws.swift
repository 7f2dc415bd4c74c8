import Tensors
import Testing

extension BackendContract {
    static let elementwiseLaws = [
        BackendLaw("add agrees with the reference", addAgrees),
        BackendLaw("accumulate adds in place, across kinds", accumulateAgrees),
        BackendLaw("scale multiplies in place", scaleAgrees),
        BackendLaw("glu agrees, forward and backward", gluAgrees),
        BackendLaw("glu stays finite at extreme gates", gluStaysFinite),
        BackendLaw("a row of glu is the same in any batch", gluRowsStandAlone),
        BackendLaw("a bias is added, and its gradient sums rows", biasAgrees),
        BackendLaw("softCap agrees from small numbers to large", softCapAgrees),
    ]

    private static let activations: [Activation] = [.silu, .geluTanh]

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

    static func gluAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 13)
        for (kind, activation) in kindsAndActivations {
            for (rows, width) in [(1, 1), (2, 3), (5, 17), (3, 63), (17, 64), (2, 65), (1, 127)] {
                let gateUp = random.sample([rows, 2 * width], kind, scale: 3)
                let upstream = random.sample([rows, width], kind)
                expectAgreement(backend, "\(kind) \(activation) \(rows) x \(width)") {
                    [
                        "y": $0.backend.glu($0(gateUp), activation),
                        "gradient": $0.backend.gluBackward(
                            $0(upstream), gateUp: $0(gateUp), activation),
                    ]
                }
                let place = gateUp.tensor(on: backend)
                let above = upstream.tensor(on: backend)
                let apart = backend.gluBackward(above, gateUp: place, activation)
                _ = backend.gluBackward(above, gateUp: place, activation, into: place)
                expectEqualBits(place, apart, "\(kind) \(activation) in place")
            }
        }
    }

    private static var kindsAndActivations: [(ElementKind, Activation)] {
        kinds.flatMap { kind in activations.map { (kind, $0) } }
    }

    static func gluStaysFinite(_ backend: any Backend) {
        for (kind, activation) in kindsAndActivations {
            let gates: [Double] = [-1000, -104, -88, -20, 0, 20, 88, 104, 1000]
            let gateUp = Sample(gates + gates.map { _ in 1.5 }, [1, 2 * gates.count], kind)
            let upstream = Sample(gates.map { _ in 1 }, [1, gates.count], kind)
            expectAgreement(backend, "\(kind) \(activation)") {
                [
                    "y": $0.backend.glu($0(gateUp), activation),
                    "gradient": $0.backend.gluBackward(
                        $0(upstream), gateUp: $0(gateUp), activation),
                ]
            }
        }
    }

    static func gluRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 14)
        for (kind, activation) in kindsAndActivations {
            let (rows, width) = (19, 37)
            let gateUp = random.sample([rows, 2 * width], kind, scale: 2).tensor(on: backend)
            let upstream = random.sample([rows, width], kind).tensor(on: backend)
            let whole = backend.glu(gateUp, activation)
            let gradient = backend.gluBackward(upstream, gateUp: gateUp, activation)
            for range in [0..<1, 3..<4, 5..<12, 18..<19] {
                expectEqualBits(
                    backend.glu(gateUp.rows(range), activation), whole.rows(range), "\(range)")
                expectEqualBits(
                    backend.gluBackward(
                        upstream.rows(range), gateUp: gateUp.rows(range), activation),
                    gradient.rows(range), "gradient \(range)")
            }
        }
    }

    static func biasAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 15)
        for kind in kinds {
            for (rows, width) in [(1, 1), (2, 3), (17, 5), (3, 64), (130, 65), (65, 2), (2, 512)] {
                let x = random.sample([rows, width], kind)
                let bias = random.sample([width])
                let earlier = random.sample([width], scale: 2)
                expectAgreement(backend, "\(kind) \(rows) x \(width)") {
                    let (sum, gradient) = ($0(x), $0(earlier))
                    $0.backend.addBias($0(bias), to: sum)
                    $0.backend.addRows(of: $0(x), to: gradient)
                    return ["sum": sum, "gradient": gradient]
                }
            }
        }
    }

    static func softCapAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 16)
        for scale in [1e-6, 1e-2, 1, 30, 1000] {
            for shape in shapes {
                let x = random.sample(shape, scale: scale)
                expectAgreement(backend, "\(scale) \(shape)") {
                    let x = $0(x)
                    $0.backend.softCap(x, at: 30)
                    return ["x": x]
                }
            }
        }
    }
}
