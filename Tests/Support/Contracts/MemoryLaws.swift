import Tensors
import Testing

extension BackendContract {
    static let memoryLaws = [
        BackendLaw("uploaded bytes come back", uploadsComeBack),
        BackendLaw("rows are views that write through", rowsWriteThrough),
        BackendLaw("fill sets every element of every kind", fillSetsEveryElement),
        BackendLaw("copy copies elements in place", copyCopies),
        BackendLaw("casts round to nearest, ties to even", castsRoundToEven),
        BackendLaw("casts keep infinities, zeros and not-a-numbers", castsKeepSpecialNumbers),
    ]

    static func uploadsComeBack(_ backend: any Backend) {
        var random = SplitMix64(seed: 1)
        for kind in kinds + [.i32] {
            for count in [0, 1, 3, 64, 127] {
                let bytes = (0..<count * kind.byteCount).map { _ in UInt8(random.next() & 0x3F) }
                let tensor = backend.empty([count], kind)
                bytes.withUnsafeBytes { tensor.writeBytes(from: $0) }
                #expect(tensor.hostBytes() == bytes)
            }
        }
    }

    static func rowsWriteThrough(_ backend: any Backend) {
        let whole = Tensor([0, 1, 2, 3, 4, 5].map { Float($0) }, shape: [3, 2], on: backend)
        let middle = whole.rows(1..<2)
        #expect(middle.read() == [2, 3])
        backend.fill(middle, with: 9)
        backend.scale(whole.rows(2..<3), by: 2)
        #expect(whole.read() == [0, 1, 9, 9, 8, 10])
    }

    static func fillSetsEveryElement(_ backend: any Backend) {
        for kind in kinds + [.i32] {
            for count in [0, 1, 17, 65] {
                let tensor = backend.empty([count], kind)
                backend.fill(tensor, with: -3)
                #expect(
                    backend.cast(tensor, to: .f32).read() == [Float](repeating: -3, count: count))
            }
        }
    }

    static func copyCopies(_ backend: any Backend) {
        var random = SplitMix64(seed: 2)
        for kind in kinds {
            let source = random.sample([5, 13], kind).tensor(on: backend)
            let destination = backend.empty([65], kind)
            backend.copy(source, to: destination)
            expectEqualBits(destination.reshaped([5, 13]), source, "copy of \(kind)")
        }
    }

    static func castsRoundToEven(_ backend: any Backend) {
        // Between 1 and 1 + 2⁻⁷ lie: a tie to even below, just above it, and a tie to even above.
        let step: Float = 0x1p-7
        let inputs: [Float] = [
            1 + step / 2, 1 + step / 2 + 0x1p-20, 1 + step * 1.5, -1 - step / 2, -1 - step * 1.5,
            1 + step / 2 - 0x1p-20, 3, 0x1p-133, 0x1.8p-133, .greatestFiniteMagnitude,
        ]
        let expected: [Float] = [
            1, 1 + step, 1 + 2 * step, -1, -1 - 2 * step, 1, 3, 0x1p-133, 0x1p-132, .infinity,
        ]
        let source = Tensor(inputs, shape: [inputs.count], on: backend)
        let truth = Tensor(
            expected, shape: [expected.count], kind: .bf16, on: ReferenceBackend.shared)
        expectEqualBits(backend.cast(source, to: .bf16), truth, "ties")
        let destination = backend.empty([inputs.count], .bf16)
        backend.cast(source, into: destination)
        expectEqualBits(destination, truth, "ties, in place")

        var random = SplitMix64(seed: 3)
        for count in [1, 7, 31, 64, 129] {
            let sample = random.sample([count], scale: 100)
            let cast = backend.cast(sample.tensor(on: backend), to: .bf16)
            expectEqualBits(
                cast, Sample(sample.values, [count], .bf16).tensor(on: backend), "cast")
            expectEqualBits(
                backend.cast(backend.cast(cast, to: .f32), to: .bf16), cast, "there and back")
        }
    }

    static func castsKeepSpecialNumbers(_ backend: any Backend) {
        // The third not-a-number has its payload in the bits that bf16 lacks alone.
        let inputs: [Float] = [
            .infinity, -.infinity, 0, -0.0, .nan, Float(bitPattern: 0x7F80_0001),
            Float(bitPattern: 0xFFFF_FFFF),
        ]
        let cast = backend.cast(Tensor(inputs, shape: [inputs.count], on: backend), to: .bf16)
        let back = cast.read()
        #expect(back[0] == .infinity && back[1] == -.infinity)
        #expect(back[2].bitPattern == 0 && back[3].bitPattern == 0x8000_0000)
        #expect(back[4].isNaN && back[5].isNaN && back[6].isNaN)
    }
}
