import CKernels

extension CPUBackend {
    public func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, kind: ElementKind,
        into: Tensor?, accumulate: Bool
    ) -> Tensor {
        let (m, k, n) = ShapeChecks.matmul(
            a, b, transposeA: transposeA, transposeB: transposeB, kind: kind, into: into,
            accumulate: accumulate)
        let c = into ?? empty([m, n], kind)
        multiply(
            a, b, transposeA: transposeA, transposeB: transposeB, into: c, accumulate: accumulate,
            m: m, n: n, k: k)
        return c
    }

    /// The product of operands whose kinds may differ.
    func multiply(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, into c: Tensor,
        accumulate: Bool, m: Int, n: Int, k: Int
    ) {
        var call = nj_gemm_call()
        (call.m, call.n, call.k) = (m, n, k)
        call.a = UnsafeRawPointer(a.address)
        call.b = UnsafeRawPointer(b.address)
        call.c = c.address
        (call.a_kind, call.b_kind, call.c_kind) = (a.computedKind, b.productKind, c.computedKind)
        call.a_arrangement = transposeA ? NJ_TRANSPOSED : NJ_PLAIN
        call.b_arrangement =
            b.layout != .rowMajor ? NJ_PACKED : transposeB ? NJ_TRANSPOSED : NJ_PLAIN
        call.accumulate = accumulate ? 1 : 0
        let role: StaticString =
            transposeA
            ? "product for a weight's gradient"
            : transposeB ? "product forward" : "product for an input's gradient"
        compute(
            role, flops: 2 * Double(m) * Double(n) * Double(k), bytes: [a, b, c].byteCount
        ) { nj_multiply(&call) }
    }

    public func packed(_ weight: Tensor) -> Tensor {
        ShapeChecks.floating(weight, in: "packed")
        ShapeChecks.require(
            weight.shape.rank == 2, "packed arranges a matrix, not \(weight.shape).")
        let (n, k, kind) = (weight.shape[0], weight.shape[1], weight.computedKind)
        return compute {
            let storage = pool.storage(byteCount: nj_packed_bytes(kind, n, k))
            nj_pack(weight.address, kind, n, k, storage.address)
            return Tensor(
                shape: weight.shape, kind: weight.kind, layout: .packed, backend: self,
                storage: storage)
        }
    }
}
