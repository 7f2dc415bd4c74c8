import CKernels
import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Rounding to bf16 and the exponential, against definitions written out.
@Suite struct KernelConversionTests {
    private let backend = CPUBackend.shared

    @Test func everyBFloat16SurvivesAsFloat32() {
        let patterns = (0...UInt16.max).map { $0 }
        let tensor = backend.empty([patterns.count], .bf16)
        patterns.withUnsafeBytes { backend.upload($0, to: tensor) }
        let wide = backend.cast(tensor, to: .f32).read()
        for (pattern, value) in zip(patterns, wide) {
            #expect(value.bitPattern == UInt32(pattern) << 16)
        }
        let back = halves(backend.cast(backend.cast(tensor, to: .f32), to: .bf16))
        for (pattern, result) in zip(patterns, back) {
            let isNaN = pattern & 0x7FFF > 0x7F80
            #expect(isNaN ? result == pattern | 0x40 : result == pattern)
        }
    }

    /// Halfway cases of both parities, neighbours, subnormals, infinities, NaNs; in every lane.
    @Test func roundingGoesToTheNearestAndToEvenOnTies() {
        var random = SplitMix64(seed: 1)
        var bits: [UInt32] = [
            0, 0x8000_0000, 0x3F80_8000, 0x3F81_8000, 0x3F80_7FFF, 0x3F80_8001, 0x7F7F_FFFF,
            0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000, 0xFFFF_FFFF, 1, 0x0000_8000,
        ]
        bits += (0..<5000).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        let tensor = Tensor(
            bits.map { Float(bitPattern: $0) }, shape: [bits.count], on: backend)
        for (pattern, result) in zip(bits, halves(backend.cast(tensor, to: .bf16))) {
            let lower = UInt16(pattern >> 16)
            let rest = pattern & 0xFFFF
            let isNaN = pattern & 0x7FFF_FFFF > 0x7F80_0000
            let up = rest > 0x8000 || (rest == 0x8000 && lower & 1 == 1)
            let expected = isNaN ? lower | 0x40 : up ? lower &+ 1 : lower
            #expect(result == expected, "\(String(pattern, radix: 16))")
        }
    }

    @Test func otherKindsConvertWithOneRounding() {
        let values = [0.0, 1, -1.5, 1 + 0x1p-8, 1 + 0x1p-8 + 0x1p-40, 1e300, 1e-300, -3.9]
        let wide = Tensor(values, shape: [values.count], on: backend)
        #expect(
            backend.cast(wide, to: .bf16).read()
                == [0, 1, -1.5, 1, 1 + 0x1p-7, .infinity, 0, -3.90625])
        let tensor = backend.cast(Tensor([Int32(7), -2], shape: [2], on: backend), to: .f32)
        #expect(backend.cast(tensor, to: .i32).readIntegers() == [7, -2])
    }

    /// With `up` one, SwiGLU is `x · sigmoid(x)`.
    @Test func theExponentialIsGoodToAFewUnitsInTheLastPlace() {
        let count = 40_001
        let gates = (0..<count).map { Float($0) / 250 - 80 }
        var rows: [Float] = []
        for gate in gates { rows += [gate, 1] }
        let result = backend.swiGLU(Tensor(rows, shape: [count, 2], on: backend)).read()
        for (gate, value) in zip(gates, result) {
            let exact = Double(gate) / (1 + exp(-Double(gate)))
            #expect(abs(Double(value) - exact) <= 4e-7 * abs(exact), "at \(gate)")
        }
    }

    @Test func everyInstructionSetGivesTheSameWithinRounding() {
        var random = SplitMix64(seed: 2)
        let x = random.sample([70, 90]).tensor(on: backend)
        let weight = random.sample([33, 90]).tensor(on: backend)
        let qkv = random.sample([70, 96]).tensor(on: backend)
        let upstream = random.sample([70, 32]).tensor(on: backend)
        let starts = random.documentStarts(batch: 1, time: 70).tensor(on: backend)
        let geometry = AttentionGeometry(
            batch: 1, time: 70, heads: 2, keyValueHeads: 2, headSize: 16, scale: 0.25)
        func results(_ isa: Int) -> [Tensor] {
            ComputeThread.shared.run {
                nj_force_isa(Int32(isa))
                defer { nj_force_isa(-1) }
                let attended = backend.attention(qkv, starts: starts, geometry)
                return [
                    backend.matmul(
                        x, weight, transposeA: false, transposeB: true, kind: .f32, into: nil,
                        accumulate: false),
                    backend.matmul(
                        x.rows(0..<1), backend.packed(weight), transposeA: false, transposeB: true,
                        kind: .f32, into: nil, accumulate: false),
                    backend.swiGLU(x), backend.cast(backend.cast(x, to: .bf16), to: .f32),
                    attended.out, attended.logSumExp,
                    backend.attentionBackward(
                        upstream, qkv: qkv, out: attended.out, logSumExp: attended.logSumExp,
                        starts: starts, geometry),
                ]
            }
        }
        let best = results(-1)
        for isa in [NJ_ISA_BASE, NJ_ISA_X86_64_V3] {
            for (index, pair) in zip(results(isa), best).enumerated() {
                expectClose(pair.0, pair.1, 2e-6, "result \(index) of \(isa)")
            }
        }
    }

    private func halves(_ tensor: Tensor) -> [UInt16] {
        bytes(tensor).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
    }
}
