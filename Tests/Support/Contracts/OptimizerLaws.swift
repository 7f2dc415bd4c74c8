import Foundation
import Tensors
import Testing

extension BackendContract {
    static let optimizerLaws = [
        BackendLaw("sumOfSquares sums in double precision", sumOfSquaresAgrees),
        BackendLaw("adamW agrees over several steps", adamWAgrees),
        BackendLaw("sgd agrees with and without momentum", sgdAgrees),
        BackendLaw("an optimizer step is the same in parts", optimizersWorkElementwise),
    ]

    static func sumOfSquaresAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 100)
        for kind in kinds {
            for count in [1, 2, 3, 17, 63, 64, 65, 127, 1000, 4097, 70_001] {
                let x = random.sample([count], kind, scale: 3)
                let sum = backend.sumOfSquares(x.tensor(on: backend))
                let truth = x.values.reduce(0) { $0 + $1 * $1 }
                expectClose([sum], [truth], 1e-12, "\(count) elements of \(kind)")
            }
            // Squares that no f32 holds.
            let extreme = Sample([1e-30, 1e30, 3], [3], .f32)
            let sum = backend.sumOfSquares(extreme.tensor(on: backend))
            expectClose([sum], [extreme.values.reduce(0) { $0 + $1 * $1 }], 1e-12, "extremes")
        }
    }

    static func adamWStep(_ step: Int, beta2: Double = 0.95, decay: Double = 0.1) -> AdamWStep {
        AdamWStep(
            learningRate: 0.01, beta1: 0.9, beta2: beta2, epsilon: 1e-8, weightDecay: decay,
            correction1: 1 - pow(0.9, Double(step)),
            correction2: 1 - pow(beta2, Double(step)), gradientScale: 0.5)
    }

    static func adamWAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 101)
        for count in [1, 3, 17, 64, 127, 1025] {
            let parameter = random.sample([count])
            let gradients = (0..<4).map { _ in random.sample([count], scale: 0.1) }
            let start = Sample([Double](repeating: 0, count: count), [count])
            expectAgreement(backend, "\(count) parameters") { side in
                let parameter = side(parameter)
                let (first, second) = (side(start), side(start))
                for (index, gradient) in gradients.enumerated() {
                    side.backend.adamW(
                        parameter: parameter, gradient: side(gradient), firstMoment: first,
                        secondMoment: second, adamWStep(index + 1))
                }
                return ["parameter": parameter, "first moment": first, "second moment": second]
            }
        }
    }

    static func sgdAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 102)
        for count in [1, 3, 17, 64, 127, 1025] {
            for (usesMomentum, nesterov) in [(false, false), (true, false), (true, true)] {
                let parameter = random.sample([count])
                let gradients = (0..<4).map { _ in random.sample([count]) }
                // A first step must not read what momentum held before.
                let stale = random.sample([count], scale: 100)
                expectAgreement(backend, "\(count), momentum \(usesMomentum), \(nesterov)") {
                    side in
                    let parameter = side(parameter)
                    let momentum = side(stale)
                    for (index, gradient) in gradients.enumerated() {
                        side.backend.sgd(
                            parameter: parameter, gradient: side(gradient),
                            momentum: usesMomentum ? momentum : nil,
                            SGDStep(
                                learningRate: 0.05, momentum: usesMomentum ? 0.9 : 0,
                                nesterov: nesterov, weightDecay: 0.01, gradientScale: 0.5,
                                isFirst: index == 0))
                    }
                    return ["parameter": parameter, "momentum": momentum]
                }
            }
        }
    }

    static func optimizersWorkElementwise(_ backend: any Backend) {
        var random = SplitMix64(seed: 103)
        let count = 131
        let parameter = random.sample([count])
        let gradient = random.sample([count])
        let run = { (range: Range<Int>) -> Tensor in
            let parameter = parameter.rows(range).tensor(on: backend)
            let moments = (0..<2).map { _ in
                Sample([Double](repeating: 0, count: range.count), [range.count])
                    .tensor(on: backend)
            }
            backend.adamW(
                parameter: parameter, gradient: gradient.rows(range).tensor(on: backend),
                firstMoment: moments[0], secondMoment: moments[1], adamWStep(1))
            return parameter
        }
        let whole = run(0..<count)
        for range in [0..<1, 1..<17, 17..<80, 80..<131] {
            expectEqualBits(run(range), whole.rows(range), "\(range)")
        }
    }
}
