import CKernels
import TestSupport
import Testing

@testable import Tensors

/// Products against their slow twin: the same sums, one multiply-add at a time.
@Suite struct KernelProductTests {
    private let backend = CPUBackend.shared

    /// What `gemm.c` promises of every element: multiply-adds over 512 steps from zero, and these
    /// partial sums in order. A step is one k, or a pair of which the second is added first.
    private func twin(
        _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposeA: Bool, transposeB: Bool,
        pairs: Bool = false
    ) -> [Float] {
        var c = [Float](repeating: 0, count: m * n)
        let each = pairs ? 2 : 1
        for row in 0..<m {
            for column in 0..<n {
                var total: Float = 0
                for first in stride(from: 0, to: k, by: 512 * each) {
                    var partial: Float = 0
                    let end = min(first + 512 * each, k)
                    for step in stride(from: first, to: end, by: each) {
                        for k0 in (step..<min(step + each, end)).reversed() {
                            partial.addProduct(
                                a[transposeA ? k0 * m + row : row * k + k0],
                                b[transposeB ? column * k + k0 : k0 * n + column])
                        }
                    }
                    total = first == 0 ? partial : total + partial
                }
                c[row * n + column] = total
            }
        }
        return c
    }

    private static let sizes = [
        (1, 1, 1), (1, 17, 3), (2, 16, 300), (3, 31, 257), (5, 64, 512), (6, 48, 7), (7, 97, 513),
        (13, 5, 11), (97, 101, 103), (100, 33, 600), (193, 15, 64), (61, 530, 40), (130, 70, 1101),
        (200, 600, 40),
    ]

    @Test(arguments: sizes)
    func ownProductsEqualTheirTwinBitForBit(_ m: Int, _ n: Int, _ k: Int) {
        var random = SplitMix64(seed: UInt64(m * 7919 + n * 31 + k))
        let a = random.sample([m * k]).tensor(on: backend)
        let b = random.sample([k * n]).tensor(on: backend)
        for (transposeA, transposeB) in [
            (false, false), (false, true), (true, false), (true, true),
        ] {
            let c = withOwnProducts {
                backend.matmul(
                    a.reshaped(transposeA ? [k, m] : [m, k]),
                    b.reshaped(transposeB ? [n, k] : [k, n]), transposeA: transposeA,
                    transposeB: transposeB, kind: .f32, into: nil, accumulate: false)
            }
            let expected = twin(
                a.read(), b.read(), m: m, n: n, k: k, transposeA: transposeA,
                transposeB: transposeB)
            #expect(
                !hasFusedMultiplyAdd || c.read() == expected,
                "\(m) x \(k) x \(n), \(transposeA) \(transposeB)")
            expectClose(c, Tensor(expected, shape: [m, n], on: backend), .f32)
        }
    }

    /// bf16 in its machine's own products or widened, and an f32 operand rounded beside one of bf16
    /// where the machine has such products.
    @Test(arguments: sizes + [(3, 20, 1025), (30, 40, 1300)])
    func productsOfBFloat16EqualTheirTwinBitForBit(_ m: Int, _ n: Int, _ k: Int) {
        var random = SplitMix64(seed: UInt64(m * 7919 + n * 31 + k + 1))
        let pairs = nj_isa() == NJ_ISA_X86_64_V4_BF16
        for (kindA, kindB) in [(ElementKind.bf16, ElementKind.bf16), (.f32, .bf16), (.bf16, .f32)] {
            let a = random.sample([m * k], kindA).tensor(on: backend)
            let b = random.sample([k * n], kindB).tensor(on: backend)
            func numbers(_ tensor: Tensor) -> [Float] {
                pairs
                    ? backend.cast(backend.cast(tensor, to: .bf16), to: .f32).read()
                    : backend.cast(tensor, to: .f32).read()
            }
            for (transposeA, transposeB) in [
                (false, false), (false, true), (true, false), (true, true),
            ] {
                let c = backend.empty([m, n], .f32)
                var call = nj_gemm_call()
                (call.m, call.n, call.k) = (m, n, k)
                (call.a, call.b, call.c) = (
                    UnsafeRawPointer(a.address), UnsafeRawPointer(b.address), c.address
                )
                (call.a_kind, call.b_kind) = (kindA.kernelKind, kindB.kernelKind)
                call.a_arrangement = transposeA ? NJ_TRANSPOSED : NJ_PLAIN
                call.b_arrangement = transposeB ? NJ_TRANSPOSED : NJ_PLAIN
                ComputeThread.shared.run { nj_gemm(&call) }
                let expected = twin(
                    numbers(a), numbers(b), m: m, n: n, k: k, transposeA: transposeA,
                    transposeB: transposeB, pairs: pairs)
                #expect(
                    !hasFusedMultiplyAdd || c.read() == expected,
                    "\(m) x \(k) x \(n), \(kindA) \(kindB) \(transposeA) \(transposeB)")
                expectClose(c, Tensor(expected, shape: [m, n], on: backend), .f32)
                let rounded = backend.empty([m, n], .bf16)
                (call.c, call.c_kind) = (rounded.address, NJ_BF16)
                ComputeThread.shared.run { nj_gemm(&call) }
                #expect(
                    backend.cast(rounded, to: .f32).read()
                        == backend.cast(backend.cast(c, to: .bf16), to: .f32).read(),
                    "\(m) x \(k) x \(n), \(kindA) \(kindB) \(transposeA) \(transposeB) as bf16")
            }
        }
    }

    /// Sums about the smallest normal number, where roundings differ in what becomes zero.
    @Test func sumsOfTheSmallestNumbersRoundAsTheyAreCast() {
        var random = SplitMix64(seed: 3)
        let (m, n, k) = (40, 70, 6)
        for exponent in -66...(-60) {
            let size = Float(sign: .plus, exponent: exponent, significand: 1)
            func numbers(_ count: Int) -> Tensor {
                let values = random.sample([count]).tensor(on: backend).read().map { $0 * size }
                return backend.cast(Tensor(values, shape: [count], on: backend), to: .bf16)
            }
            let (a, b) = (numbers(m * k).reshaped([m, k]), numbers(n * k).reshaped([n, k]))
            func product(_ kind: ElementKind) -> Tensor {
                withOwnProducts {
                    backend.matmul(
                        a, b, transposeA: false, transposeB: true, kind: kind, into: nil,
                        accumulate: false)
                }
            }
            let rounded = backend.cast(product(.bf16), to: .f32).read()
            let expected = backend.cast(backend.cast(product(.f32), to: .bf16), to: .f32).read()
            #expect(rounded.contains { $0 != 0 } || exponent < -64)
            #expect(
                rounded.map(\.bitPattern) == expected.map(\.bitPattern), "2^\(2 * exponent)")
        }
    }

    @Test func rowsAreTheSameForEveryCountOfRows() {
        var random = SplitMix64(seed: 1)
        let (most, k, n) = (300, 331, 67)
        for kind in [ElementKind.f32, .bf16] {
            let x = random.sample([most, k], kind).tensor(on: backend)
            let weight = random.sample([n, k], kind).tensor(on: backend)
            let packed = backend.packed(weight)
            let all = multiply(x, weight).read()
            for m in 1...most {
                let rows = x.rows(most - m..<most)
                let expected = Array(all[(most - m) * n..<most * n])
                #expect(multiply(rows, weight).read() == expected, "\(m) rows of \(kind)")
                #expect(multiply(rows, packed).read() == expected, "\(m) rows of \(kind), packed")
            }
        }
    }

    @Test func resultsDoNotDependOnTheNumberOfThreads() {
        var random = SplitMix64(seed: 2)
        for (m, n, k) in [
            (1, 700, 300), (37, 150, 900), (500, 96, 128), (200, 1100, 64), (300, 200, 1300),
        ] {
            let a = random.sample([m, k]).tensor(on: backend)
            let b = random.sample([n, k]).tensor(on: backend)
            expectSameOnOneAndManyThreads("\(m) x \(k) x \(n)") { [multiply(a, b)] }
        }
    }

    @Test func accumulatingAddsToWhatIsThere() {
        var random = SplitMix64(seed: 3)
        for (m, n, k) in [(1, 20, 600), (4, 33, 10), (50, 40, 300), (9, 9, 0)] {
            for kind in [ElementKind.f32, .bf16] {
                let a = random.sample([m, k]).tensor(on: backend)
                let b = random.sample([n, k]).tensor(on: backend)
                let before = random.sample([m, n], kind).tensor(on: backend)
                let after = backend.empty([m, n], kind)
                backend.copy(before, to: after)
                _ = backend.matmul(
                    a, b, transposeA: false, transposeB: true, kind: kind, into: after,
                    accumulate: true)
                let expected = backend.add(backend.cast(before, to: .f32), multiply(a, b))
                expectClose(
                    backend.cast(after, to: .f32), expected, kind == .f32 ? .f32 : .bf16,
                    "\(m) x \(k) x \(n) in \(kind)")
            }
        }
    }

    @Test func emptyProductsTouchNothing() {
        for (m, n, k) in [(0, 3, 4), (3, 0, 4), (3, 4, 0), (0, 0, 0)] {
            let c = multiply(backend.empty([m, k], .f32), backend.empty([n, k], .f32))
            #expect(c.read() == [Float](repeating: 0, count: m * n))
            #expect(backend.packed(backend.empty([n, k], .bf16)).shape == [n, k])
        }
    }

    @Test func everyArrangementOfTheLibraryAgreesWithOurs() {
        var random = SplitMix64(seed: 4)
        for (m, n, k) in [(1, 64, 64), (7, 33, 65), (128, 96, 300), (2, 3, 1)] {
            let a = random.sample([m * k]).tensor(on: backend)
            let b = random.sample([k * n]).tensor(on: backend)
            let before = random.sample([m, n]).tensor(on: backend)
            for (transposeA, transposeB) in [
                (false, false), (false, true), (true, false), (true, true),
            ] {
                for accumulates in [false, true] {
                    func product() -> Tensor {
                        let c = backend.empty([m, n], .f32)
                        backend.copy(before, to: c)
                        return backend.matmul(
                            a.reshaped(transposeA ? [k, m] : [m, k]),
                            b.reshaped(transposeB ? [n, k] : [k, n]), transposeA: transposeA,
                            transposeB: transposeB, kind: .f32, into: c, accumulate: accumulates)
                    }
                    expectClose(
                        with(NJ_PRODUCTS_ONEDNN, product), with(NJ_PRODUCTS_OWN, product), .f32,
                        "\(m) x \(k) x \(n), \(transposeA) \(transposeB) \(accumulates)")
                }
            }
        }
    }

    private func multiply(_ x: Tensor, _ weight: Tensor) -> Tensor {
        backend.matmul(
            x, weight, transposeA: false, transposeB: true, kind: x.kind, into: nil,
            accumulate: false)
    }

    private func withOwnProducts(_ body: () -> Tensor) -> Tensor { with(NJ_PRODUCTS_OWN, body) }

    /// One implementation for the length of a call, in which nothing else computes.
    private func with(_ products: nj_products, _ body: () -> Tensor) -> Tensor {
        ComputeThread.shared.run {
            nj_force_products(products)
            defer { nj_force_products(NJ_PRODUCTS_BEST) }
            return body()
        }
    }

    private var hasFusedMultiplyAdd: Bool {
        #if arch(x86_64)
            nj_isa() != NJ_ISA_BASE
        #else
            true
        #endif
    }
}
