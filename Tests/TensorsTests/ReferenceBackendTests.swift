import Tensors
import TestSupport
import Testing

@Suite struct ReferenceBackendTests {
    private let backend = ReferenceBackend.shared

    @Test(arguments: BackendContract.laws)
    func holds(_ law: BackendLaw) throws {
        try law.check(backend)
    }

    /// f64 operands leave nothing but PyTorch's own float64 rounding between the two.
    @Test(arguments: OperationGolden.all)
    func equalsPyTorchInDoublePrecision(_ golden: OperationGolden) throws {
        try golden.check(backend, in: .f64)
    }

    @Test func newMemoryHoldsNoPlausibleNumber() {
        for kind in [ElementKind.f32, .bf16, .f64] {
            #expect(backend.empty([5], kind).readDoubles().allSatisfy { $0.isNaN })
        }
    }

    @Test func doublesRoundOnceToBFloat16() {
        // Above a tie by less than an f32 shows: rounding to f32 first would make it a tie.
        let barely = 1 + 0x1p-8 + 0x1p-40
        let below = 1 + 0x1.8p-7 - 0x1p-40
        let inputs: [Double] = [barely, -barely, 0x1.01p0, below, 1e300, -1e-300, .nan]
        let expected: [Double] = [0x1.02p0, -0x1.02p0, 1, 0x1.02p0, .infinity, 0]
        let tensor = Tensor(inputs, shape: [inputs.count], on: backend)
        let rounded = backend.cast(tensor, to: .bf16).readDoubles()
        #expect(Array(rounded.dropLast()) == expected)
        #expect(rounded[6].isNaN)
    }

    @Test func mixedUpShapesTrapWithASentence() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let backend = ReferenceBackend.shared
            let (a, b) = (backend.empty([2, 3], .f32), backend.empty([4, 5], .f32))
            _ = backend.matmul(
                a, b, transposeA: false, transposeB: true, kind: .f32, into: nil,
                accumulate: false)
        }
        expect(result, says: "inner sizes 3 and 5")
    }

    @Test func idsOutsideTheTableTrapWithASentence() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let backend = ReferenceBackend.shared
            let table = backend.empty([2, 3], .f32)
            _ = backend.gather(table, rows: Tensor([2 as Int32], shape: [1], on: backend))
        }
        expect(result, says: "Id 2 lies outside a table of 2 rows.")
    }

    private func expect(_ result: ExitTest.Result?, says sentence: String) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(sentence))
    }
}
