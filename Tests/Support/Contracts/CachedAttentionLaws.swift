import Tensors
import Testing

extension BackendContract {
    static let cachedAttentionLaws = [
        BackendLaw("cached attention agrees and writes its places alone", cachedAttentionAgrees),
        BackendLaw("prefill, decode and any mixture equal attention", cachedEqualsAttention),
    ]

    /// Tokens of several sequences, in the order in which they are given to the cache.
    private struct Turn {
        var sequence: Int
        var position: Int
    }

    static func cachedAttentionAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 80)
        for kind in kinds {
            for (heads, keyValueHeads, headSize) in [
                (1, 1, 2), (4, 2, 8), (4, 1, 16), (2, 2, 64), (4, 2, 80),
            ] {
                let geometry = AttentionGeometry(
                    batch: 0, time: 0, heads: heads, keyValueHeads: keyValueHeads,
                    headSize: headSize, scale: Float(1 / Double(headSize).squareRoot()),
                    softCap: heads == 2 ? 1.5 : nil, window: headSize == 16 ? 5 : nil)
                let cacheShape: Shape = [3, 70, keyValueHeads * headSize]
                let keys = random.sample(cacheShape, kind)
                let values = random.sample(cacheShape, kind)
                // Two tokens of one slot, the later one first; the ends of a cache.
                let slots: [Int32] = [2, 0, 2, 1, 0]
                let positions: [Int32] = [66, 0, 65, 69, 1]
                let qkv = random.sample([slots.count, geometry.fusedWidth], kind)
                expectAgreement(
                    backend, "\(kind), \(heads) on \(keyValueHeads) of \(headSize)",
                    roundedTwice: ["out"]
                ) {
                    let (keys, values) = ($0(keys), $0(values))
                    let out = $0.backend.cachedAttention(
                        $0(qkv), keys: keys, values: values, slots: slots, positions: positions,
                        geometry)
                    return ["out": out, "keys": keys, "values": values]
                }
            }
        }
    }

    static func cachedEqualsAttention(_ backend: any Backend) {
        var random = SplitMix64(seed: 81)
        let lengths = [70, 5, 131]
        for kind in kinds {
            for (heads, keyValueHeads, headSize, softCap, window) in [
                (4, 2, 8, nil, nil), (4, 1, 16, nil, 9), (2, 2, 64, 1.5, nil), (2, 1, 80, nil, 65),
                (3, 3, 10, 2, 70),
            ] as [(Int, Int, Int, Float?, Int?)] {
                let sequences = lengths.map {
                    AttentionOperands(
                        &random, kind, batch: 1, time: $0, heads: heads,
                        keyValueHeads: keyValueHeads, headSize: headSize, softCap: softCap,
                        window: window)
                }
                let expected = sequences.map { sequence in
                    backend.attention(
                        sequence.qkv.tensor(on: backend),
                        starts: sequence.starts.tensor(on: backend), sequence.geometry
                    ).out
                }
                for (name, calls) in schedules(lengths) {
                    // Stale numbers in a cache must not matter, whatever they are.
                    let shape: Shape = [4, 140, keyValueHeads * headSize]
                    let (keys, values) = (backend.empty(shape, kind), backend.empty(shape, kind))
                    backend.fill(keys, with: 1e30)
                    backend.fill(values, with: .nan)
                    let arranged = backend.emptyCache(
                        slots: 4, capacity: 140, keyValueHeads: keyValueHeads, headSize: headSize,
                        kind: kind)
                    backend.fill(everyElement(of: arranged.keys), with: 1e30)
                    backend.fill(everyElement(of: arranged.values), with: .nan)
                    for (cache, keys, values) in [
                        ("rows", keys, values), ("arranged", arranged.keys, arranged.values),
                    ] {
                        for turns in calls {
                            check(
                                backend, turns, sequences, expected, keys, values,
                                "\(kind), \(heads) on \(keyValueHeads) of \(headSize), \(name), "
                                    + cache)
                        }
                    }
                }
            }
        }
    }

    private static func everyElement(of cache: Tensor) -> Tensor {
        Tensor(
            shape: [cache.storage.byteCount / cache.kind.byteCount], kind: cache.kind,
            backend: cache.backend, storage: cache.storage)
    }

    private static func check(
        _ backend: any Backend, _ turns: [Turn], _ sequences: [AttentionOperands],
        _ expected: [Tensor], _ keys: Tensor, _ values: Tensor, _ label: String
    ) {
        let rows = turns.flatMap {
            sequences[$0.sequence].qkv.rows($0.position..<$0.position + 1).values
        }
        let geometry = sequences[0].geometry
        let qkv = Sample(rows, [turns.count, geometry.fusedWidth], sequences[0].qkv.kind)
        // Slots in another order than sequences, and one that stays unused.
        let out = backend.cachedAttention(
            qkv.tensor(on: backend), keys: keys, values: values,
            slots: turns.map { Int32([3, 0, 2][$0.sequence]) },
            positions: turns.map { Int32($0.position) }, geometry)
        for (row, turn) in turns.enumerated() {
            expectEqualBits(
                out.rows(row..<row + 1),
                expected[turn.sequence].rows(turn.position..<turn.position + 1),
                "\(label): token \(turn.position) of sequence \(turn.sequence)")
        }
    }

    /// Ways to bring the same tokens before a cache: calls of turns.
    private static func schedules(_ lengths: [Int]) -> [(String, [[Turn]])] {
        let wholes = lengths.enumerated().map { sequence, length in
            (0..<length).map { Turn(sequence: sequence, position: $0) }
        }
        let longest = lengths.max() ?? 0
        let decode = (0..<longest).map { position in
            wholes.compactMap { position < $0.count ? $0[position] : nil }
        }
        let chunked = stride(from: 0, to: longest, by: 31).map { first in
            wholes.flatMap { $0.dropFirst(first).prefix(31) }
        }
        return [
            ("prefill one by one", wholes),
            ("prefill together", [wholes.flatMap { $0 }]),
            ("prefill backwards", [wholes.flatMap { $0 }.reversed()]),
            ("decode together", decode),
            ("chunks", chunked),
        ]
    }
}
