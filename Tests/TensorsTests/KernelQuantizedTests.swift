import CKernels
import TestSupport
import Testing

@testable import Tensors

/// Products with 8-bit weights against their slow twin: a product with the integers, then scaled.
@Suite struct KernelQuantizedTests {
    private let backend = CPUBackend.shared

    /// Integers and scales by their definition.
    private func twin(_ weight: [Float], rows: Int, columns: Int)
        -> (integers: [Float], scales: [Float])
    {
        var integers: [Float] = []
        var scales: [Float] = []
        for row in 0..<rows {
            let numbers = weight[row * columns..<(row + 1) * columns]
            let scale = (numbers.map(\.magnitude).max() ?? 0) / 127
            scales.append(scale)
            integers += numbers.map {
                scale > 0 ? max(-127, min(127, ($0 / scale).rounded(.toNearestOrEven))) : 0
            }
        }
        return (integers, scales)
    }

    private func product(_ a: Tensor, _ b: Tensor, kind: ElementKind = .f32) -> Tensor {
        ComputeThread.shared.run {
            nj_force_products(NJ_PRODUCTS_OWN)
            defer { nj_force_products(NJ_PRODUCTS_BEST) }
            return backend.matmul(
                a, b, transposeA: false, transposeB: true, kind: kind, into: nil,
                accumulate: false)
        }
    }

    @Test(arguments: [(1, 1), (16, 40), (67, 130), (200, 513), (64, 1100)])
    func productsEqualScaledProductsWithIntegersBitForBit(n: Int, k: Int) {
        var random = SplitMix64(seed: UInt64(n))
        let weight = random.sample([n, k]).tensor(on: backend)
        let (integers, scales) = twin(weight.read(), rows: n, columns: k)
        let whole = Tensor(integers, shape: [n, k], on: backend)
        let rounded = backend.quantized(weight)
        for m in [1, 2, 3, 4, 5, 6, 7, 13, 32, 97, 130, 200] {
            let a = random.sample([m, k]).tensor(on: backend)
            let expected = product(a, whole).read().enumerated().map { $1 * scales[$0 % n] }
            #expect(product(a, rounded).read() == expected, "\(m) x \(k) x \(n)")
            let half = backend.cast(Tensor(expected, shape: [m, n], on: backend), to: .bf16)
            #expect(product(a, rounded, kind: .bf16).read() == half.read(), "\(m) rows of bf16")
        }
    }

    @Test func accumulatingAddsTheScaledProduct() {
        var random = SplitMix64(seed: 5)
        for m in [1, 3, 40] {
            let a = random.sample([m, 70]).tensor(on: backend)
            let weight = backend.quantized(random.sample([33, 70]).tensor(on: backend))
            let before = random.sample([m, 33]).tensor(on: backend)
            let after = backend.cast(before, to: .f32)
            _ = backend.matmul(
                a, weight, transposeA: false, transposeB: true, kind: .f32, into: after,
                accumulate: true)
            expectEqualBits(after, backend.add(before, product(a, weight)), "\(m) rows")
        }
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() {
        var random = SplitMix64(seed: 6)
        for (m, n, k) in [(1, 700, 300), (37, 150, 900), (300, 96, 128)] {
            let a = random.sample([m, k]).tensor(on: backend)
            let weight = random.sample([n, k]).tensor(on: backend)
            expectSameOnOneAndManyThreads("\(m) x \(k) x \(n)") {
                [product(a, backend.quantized(weight))]
            }
        }
    }

    /// Damage shows in the outputs that it reaches and nowhere else.
    @Test func weightsThatAreNotFiniteGiveNoNumber() {
        for bad in [Float.nan, .infinity, -.infinity] {
            var numbers = [Float](repeating: 0.5, count: 20 * 8)
            numbers[3 * 8 + 5] = bad
            let weight = backend.quantized(Tensor(numbers, shape: [20, 8], on: backend))
            let ones = Tensor([Float](repeating: 1, count: 8), shape: [1, 8], on: backend)
            let out = product(ones, weight).read()
            for (row, number) in out.enumerated() { #expect(number.isNaN == (row == 3)) }
        }
    }

    @Test func tinyWeightsStayInRange() {
        let tiny = Float.leastNonzeroMagnitude
        let numbers = [0, tiny, 190 * tiny, -190 * tiny, 64 * tiny, -tiny, 0, 0]
        let weight = backend.quantized(Tensor(numbers, shape: [1, 8], on: backend))
        let (integers, scales) = twin(numbers, rows: 1, columns: 8)
        for (place, integer) in integers.enumerated() {
            var one = [Float](repeating: 0, count: 8)
            one[place] = 1
            let out = product(Tensor(one, shape: [1, 8], on: backend), weight).read()
            #expect(out == [integer * scales[0]])
        }
    }
}
