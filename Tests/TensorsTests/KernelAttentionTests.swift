import TestSupport
import Testing

@testable import Tensors

/// Attention's tiles: the same rows whoever asks, on any team.
@Suite struct KernelAttentionTests {
    private let backend = CPUBackend.shared

    private struct Shape {
        var time: Int
        var heads: Int
        var keyValueHeads: Int
        var headSize: Int

        func geometry(batch: Int) -> AttentionGeometry {
            AttentionGeometry(
                batch: batch, time: time, heads: heads, keyValueHeads: keyValueHeads,
                headSize: headSize, scale: 1 / Float(headSize).squareRoot())
        }
    }

    private static let shapes = [
        Shape(time: 130, heads: 4, keyValueHeads: 2, headSize: 16),
        Shape(time: 67, heads: 3, keyValueHeads: 3, headSize: 10),
        Shape(time: 200, heads: 70, keyValueHeads: 1, headSize: 4),
        Shape(time: 65, heads: 2, keyValueHeads: 1, headSize: 80),
    ]

    /// Prefill in one piece, in uneven pieces, and token by token.
    @Test(arguments: shapes.indices, [ElementKind.f32, .bf16])
    func cachedRowsEqualTrainingRowsBitForBit(_ index: Int, _ kind: ElementKind) {
        let shape = Self.shapes[index]
        let (time, batch) = (shape.time, 2)
        let geometry = shape.geometry(batch: batch)
        var random = SplitMix64(seed: UInt64(index))
        let qkv = random.sample([batch * time, geometry.fusedWidth], kind).tensor(on: backend)
        let starts = Tensor(
            [Int32](repeating: 0, count: batch * time), shape: [batch * time], on: backend)
        let whole = bytes(backend.attention(qkv, starts: starts, geometry).out)

        for pieces in [[time], [1, 63, time - 64], [Int](repeating: 1, count: time)] {
            let width = geometry.keyValueHeads * geometry.headSize
            let keys = backend.empty([3, time + 5, width], kind)
            let values = backend.empty([3, time + 5, width], kind)
            let out = backend.empty([batch * time, geometry.heads * geometry.headSize], kind)
            var done = 0
            for piece in pieces where piece > 0 {
                // The rows of the batch side by side, in slots 2 and 0.
                let tokens = (0..<batch).flatMap { row in
                    (done..<done + piece).map { (row: row, position: $0) }
                }
                let some = backend.empty([tokens.count, geometry.fusedWidth], kind)
                for (i, token) in tokens.enumerated() {
                    let from = token.row * time + token.position
                    backend.copy(qkv.rows(from..<from + 1), to: some.rows(i..<i + 1))
                }
                let result = backend.cachedAttention(
                    some, keys: keys, values: values, slots: tokens.map { $0.row == 0 ? 2 : 0 },
                    positions: tokens.map { Int32($0.position) }, geometry)
                for (i, token) in tokens.enumerated() {
                    let to = token.row * time + token.position
                    backend.copy(result.rows(i..<i + 1), to: out.rows(to..<to + 1))
                }
                done += piece
            }
            #expect(bytes(out) == whole, "pieces of \(pieces.prefix(3)), \(kind)")
        }
    }

    @Test(arguments: shapes.indices)
    func forwardAndBackwardDoNotDependOnTheNumberOfThreads(_ index: Int) {
        let shape = Self.shapes[index]
        let geometry = shape.geometry(batch: 1)
        var random = SplitMix64(seed: 10 + UInt64(index))
        let qkv = random.sample([shape.time, geometry.fusedWidth]).tensor(on: backend)
        let upstream = random.sample([shape.time, geometry.heads * geometry.headSize])
            .tensor(on: backend)
        let starts = random.documentStarts(batch: 1, time: shape.time).tensor(on: backend)
        expectSameOnOneAndManyThreads {
            let (out, logSumExp) = backend.attention(qkv, starts: starts, geometry)
            let gradient = backend.attentionBackward(
                upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
            return [out, logSumExp, gradient]
        }
    }

    /// Documents that begin in later blocks of keys than their tile of queries.
    @Test func documentsInLaterBlocksSeeNothingOfEarlierOnes() {
        let shape = Shape(time: 256, heads: 1, keyValueHeads: 1, headSize: 8)
        let geometry = shape.geometry(batch: 1)
        var random = SplitMix64(seed: 20)
        let sample = random.sample([256, geometry.fusedWidth])
        let lengths = [1, 63, 70, 100, 22]
        let starts = lengths.reduce(into: [Int32]()) { starts, length in
            starts += [Int32](repeating: Int32(starts.count), count: length)
        }
        let results = [CPUBackend.shared as any Backend, ReferenceBackend.shared].map {
            $0.attention(
                sample.tensor(on: $0), starts: Tensor(starts, shape: [256], on: $0), geometry
            ).out
        }
        expectClose(results[0], results[1], .f32)
    }

    /// Scores so far apart that most weights are 0, some of them below what an exponent can say.
    @Test(arguments: [ElementKind.f32, .bf16], [1, 10, 100] as [Float])
    func scoresFarApartLeaveTheLargest(_ kind: ElementKind, _ scale: Float) {
        var geometry = Shape(time: 200, heads: 2, keyValueHeads: 1, headSize: 64).geometry(batch: 1)
        geometry.scale = scale
        var random = SplitMix64(seed: 22)
        let sample = random.sample([200, geometry.fusedWidth], kind)
        let upstream = random.sample([200, 128], kind)
        let results = [CPUBackend.shared as any Backend, ReferenceBackend.shared].map {
            let qkv = sample.tensor(on: $0)
            let starts = Tensor([Int32](repeating: 0, count: 200), shape: [200], on: $0)
            let (out, logSumExp) = $0.attention(qkv, starts: starts, geometry)
            let gradient = $0.attentionBackward(
                upstream.tensor(on: $0), qkv: qkv, out: out, logSumExp: logSumExp, starts: starts,
                geometry)
            return [out, logSumExp, gradient]
        }
        let largest = results[1][1].readDoubles().max() ?? 0
        #expect(largest > Double(scale) * 5, "scores are to be far apart, the largest is \(largest)")
        // What a score of `scale` loses by rounding, its weight loses.
        let tolerance = Tolerance(kind == .f32 ? 1e-5 * (1 + Double(scale) / 4) : 8e-3)
        for (fast, slow) in zip(results[0], results[1]) {
            expectClose(fast, slow, tolerance)
        }
    }

    /// Scores that climb by 3 a block of keys: a row's level stays for one of them and rises with the next.
    @Test(arguments: [ElementKind.f32, .bf16])
    func scoresThatClimbCountFromALevelThatFollows(_ kind: ElementKind) {
        let geometry = Shape(time: 448, heads: 1, keyValueHeads: 1, headSize: 16).geometry(batch: 1)
        var random = SplitMix64(seed: 24)
        var values = random.sample([448, geometry.fusedWidth]).values
        for token in 0..<448 {
            // The first column of queries and keys, whose product the scale makes a score.
            values[token * 48] = 4
            values[token * 48 + 16] = Double(token / 16) * 0.75 / Double(geometry.scale) / 4
        }
        let sample = Sample(values, [448, geometry.fusedWidth], kind)
        let results = [CPUBackend.shared as any Backend, ReferenceBackend.shared].map {
            let starts = Tensor([Int32](repeating: 0, count: 448), shape: [448], on: $0)
            let (out, logSumExp) = $0.attention(
                sample.tensor(on: $0), starts: starts, geometry)
            return [out, logSumExp]
        }
        let levels = results[1][1].readDoubles()
        #expect(levels[447] - levels[63] > 15, "scores are to climb")
        for (fast, slow) in zip(results[0], results[1]) {
            expectClose(fast, slow, Tolerance(kind == .f32 ? 1e-5 : 8e-3))
        }
    }

    /// A token that is no number spoils every row that sees it, and none of the tiles before it.
    @Test(arguments: [ElementKind.f32, .bf16])
    func notANumberSpoilsTheRowsThatSeeIt(_ kind: ElementKind) {
        let geometry = Shape(time: 192, heads: 1, keyValueHeads: 1, headSize: 16)
            .geometry(batch: 1)
        var random = SplitMix64(seed: 23)
        let qkv = random.sample([192, geometry.fusedWidth], kind).tensor(on: backend)
        let row = Tensor(
            [Float](repeating: .nan, count: geometry.fusedWidth), shape: [1, geometry.fusedWidth],
            on: backend)
        backend.copy(kind == .f32 ? row : backend.cast(row, to: kind), to: qkv.rows(70..<71))
        let starts = Tensor([Int32](repeating: 0, count: 192), shape: [192], on: backend)
        let out = backend.attention(qkv, starts: starts, geometry).out.read()
        for token in Array(0..<64) + Array(70..<192) {
            let row = out[token * 16..<(token + 1) * 16]
            let isRight = row.allSatisfy { token < 64 ? $0.isFinite : $0.isNaN }
            #expect(isRight, "token \(token)")
        }
    }

    /// Tile by tile on the way, or all of them first where tasks share keys, and back in the gradient.
    @Test(arguments: shapes.indices, [ElementKind.f32, .bf16])
    func headsTurnInAttentionAsTheyDoByThemselves(_ index: Int, _ kind: ElementKind) {
        let shape = Self.shapes[index]
        for batch in [1, 9] {
            let (geometry, tokens) = (shape.geometry(batch: batch), batch * shape.time)
            var random = SplitMix64(seed: 30 + UInt64(index))
            let sample = random.sample([tokens, geometry.fusedWidth], kind)
            let upstream = random.sample([tokens, geometry.heads * geometry.headSize], kind)
                .tensor(on: backend)
            let starts = random.documentStarts(batch: batch, time: shape.time).tensor(on: backend)
            let rotation = Rotation(
                positions: Tensor(
                    (0..<tokens).map { Int32($0 * 7 % shape.time) }, shape: [tokens], on: backend),
                cosines: random.sample([shape.time, shape.headSize / 2]).tensor(on: backend),
                sines: random.sample([shape.time, shape.headSize / 2]).tensor(on: backend),
                headSize: shape.headSize, rotatedHeads: shape.heads + shape.keyValueHeads)
            func results(_ inside: Rotation?) -> [[UInt8]] {
                let qkv = sample.tensor(on: backend)
                if inside == nil { rotation.turn(qkv) }
                let (out, logSumExp) = backend.attention(
                    qkv, turning: inside, starts: starts, geometry)
                let gradient = backend.attentionBackward(
                    upstream, qkv: qkv, turned: inside, out: out, logSumExp: logSumExp,
                    starts: starts, geometry)
                if inside == nil { rotation.turn(gradient, inverse: true) }
                return [qkv, out, logSumExp, gradient].map(bytes)
            }
            #expect(results(rotation) == results(nil), "\(batch) rows")
        }
    }

    /// What products fetch for attention meanwhile, also of a cache that is gone, changes no number.
    @Test(arguments: [ElementKind.f32, .bf16])
    func productsAreTheSameWhateverTheyFetchMeanwhile(_ kind: ElementKind) {
        var random = SplitMix64(seed: 21)
        let a = random.sample([40, 600], kind).tensor(on: backend)
        let weight = random.sample([130, 600], kind).tensor(on: backend)
        let shape = Shape(time: 1, heads: 4, keyValueHeads: 2, headSize: 64)
        for weight in [backend.packed(weight), backend.quantized(weight)] {
            func product() -> Tensor {
                backend.matmul(
                    a, weight, transposeA: false, transposeB: true, kind: kind, into: nil,
                    accumulate: false)
            }
            let alone = bytes(product())
            func follows(_ cache: (keys: Tensor, values: Tensor)) {
                backend.cachedAttentionFollows(
                    keys: cache.keys, values: cache.values, slots: [0, 2], positions: [300, 77],
                    shape.geometry(batch: 1))
            }
            let cache = backend.emptyCache(
                slots: 3, capacity: 320, keyValueHeads: 2, headSize: 64, kind: kind)
            follows(cache)
            #expect(bytes(product()) == alone)
            follows(
                backend.emptyCache(
                    slots: 3, capacity: 320, keyValueHeads: 2, headSize: 64, kind: kind))
            #expect(bytes(product()) == alone)
        }
    }
}
