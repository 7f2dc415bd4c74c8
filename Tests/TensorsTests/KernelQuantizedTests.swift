import CKernels
import TestSupport
import Testing

@testable import Tensors

/// Products with 8-bit weights against their slow twin: a product of integers in f32, then scaled.
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

    /// Runs with one instruction set alone.
    private func only<Result: Sendable>(_ isa: Int, _ body: () -> Result) -> Result {
        ComputeThread.shared.run {
            nj_force_isa(Int32(isa))
            defer { nj_force_isa(-1) }
            return body()
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
            let rows = twin(a.read(), rows: m, columns: k)
            let integersOfA = Tensor(rows.integers, shape: [m, k], on: backend)
            let expected = product(integersOfA, whole).read().enumerated().map {
                $1 * scales[$0 % n] * rows.scales[$0 / n]
            }
            for isa in [NJ_ISA_BASE, NJ_ISA_X86_64_V3, NJ_ISA_X86_64_V4, NJ_ISA_X86_64_V4_BF16] {
                let found = only(isa) { product(a, rounded).read() }
                #expect(found == expected, "\(m) x \(k) x \(n), instruction set \(isa)")
            }
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

    /// Bytes, whose instruction takes one side without a sign, and f32 add up the same numbers.
    @Test func extremeIntegersAreAddedUpExactly() {
        for k in [511, 512, 513, 2049] {
            let ones = [Float](repeating: 1, count: k)
            let a = Tensor(ones + ones.map { -$0 }, shape: [2, k], on: backend)
            for sign in [Float(1), -1] {
                let weight = [Float](repeating: sign, count: 17 * k)
                let rounded = backend.quantized(Tensor(weight, shape: [17, k], on: backend))
                let scale = Float(1) / 127
                let whole = sign * 127 * 127 * Float(k)
                let expected = [whole, -whole].flatMap {
                    [Float](repeating: $0 * scale * scale, count: 17)
                }
                for isa in [NJ_ISA_BASE, NJ_ISA_X86_64_V4_BF16] {
                    #expect(only(isa) { product(a, rounded).read() } == expected, "\(k) of \(sign)")
                }
            }
        }
    }

    @Test func rowsThatAreNotFiniteGiveNoNumberAndOthersDo() {
        var random = SplitMix64(seed: 8)
        let weight = backend.quantized(random.sample([40, 70]).tensor(on: backend))
        for bad in [Float.nan, .infinity, -.infinity] {
            for rows in [2, 40] {
                var numbers = [Float](repeating: 0.25, count: rows * 70)
                numbers[70 + 33] = bad
                let out = product(Tensor(numbers, shape: [rows, 70], on: backend), weight).read()
                for (place, number) in out.enumerated() {
                    #expect(number.isNaN == (place / 40 == 1))
                }
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
            // The 1 becomes 127 times a 127th.
            #expect(out == [127 * integer * scales[0] * (1 / 127)])
        }
    }
}
