import Testing

@testable import Corpora

@Suite struct MixTests {
    private typealias Fixtures = LoaderFixtures

    @Test(arguments: [[1.0], [1, 1], [3, 2, 1], [50, 30, 15, 4, 1], [1e-3, 1, 1000]])
    func sharesHoldWithinAPieceOverTheWholeRun(weights: [Double]) throws {
        let sources = try weights.indices.map {
            try Fixtures.tokens("s\($0)", [3, 1, 57, 5 + $0, 120, 2])
        }
        let mix = try Mix(sources, weights: weights)
        let loader = try BatchLoader(
            mix: mix, packing: Fixtures.packing(32), rows: 3, seed: 9, interleave: 4, prefetch: 0)
        var counts = [Int](repeating: 0, count: weights.count)
        for _ in 0..<800 {
            for (index, count) in try loader.next().tokenCounts.enumerated() {
                counts[index] += count
            }
            let total = Double(counts.reduce(0, +))
            for (count, share) in zip(counts, mix.shares) {
                #expect(abs(Double(count) - share * total) <= 32)
            }
        }
        #expect(loader.state.tokens == 800 * 96)
        #expect(loader.state.sources.map(\.tokens) == counts)
    }

    /// Shares of documents and of tokens that count hold as those of tokens do, whatever is ahead.
    @Test(arguments: [Mix.Unit.lossTokens, .samples])
    func sharesHoldInEveryUnit(unit: Mix.Unit) throws {
        let lengths = [[3, 1, 57, 8], [120, 90, 2], [11]]
        let sources = try lengths.indices.map { try Fixtures.tokens("s\($0)", lengths[$0]) }
        let mix = try Mix(sources, weights: [3, 2, 1], unit: unit)
        func counts(prefetch: Int) throws -> [[Int]] {
            let loader = try BatchLoader(
                mix: mix, packing: Fixtures.packing(32), rows: 3, seed: 9, interleave: 4,
                prefetch: prefetch)
            var counts = [0, 0, 0]
            return try (0..<400).map { _ in
                let batch = try loader.next()
                for piece in batch.pieces {
                    let columns = piece.columns.map { piece.row * batch.length + $0 }
                    counts[piece.source] +=
                        unit == .samples
                        ? (piece.offset == 0 ? 1 : 0)
                        : columns.count { batch.lossWeights[$0] != 0 }
                }
                return counts
            }
        }
        let course = try counts(prefetch: 0)
        #expect(try counts(prefetch: 3) == course)
        for counts in course {
            let total = Double(counts.reduce(0, +))
            for (count, share) in zip(counts, mix.shares) {
                #expect(abs(Double(count) - share * total) <= (unit == .samples ? 1 : 32))
            }
        }
    }

    @Test func aSourceWithoutShareIsNeverRead() throws {
        let mix = try Mix(
            [Fixtures.tokens("a", [5]), Fixtures.tokens("b", [])], weights: [1, 0])
        let loader = try BatchLoader(
            mix: mix, packing: Fixtures.packing(8), rows: 2, seed: 0, prefetch: 0)
        for _ in 0..<10 { #expect(try loader.next().tokenCounts == [16, 0]) }
    }

    @Test func everySourceKeepsItsOwnEpochs() throws {
        let mix = try Mix(
            [Fixtures.tokens("small", [4, 4]), Fixtures.tokens("large", [800])], weights: [1, 1])
        let loader = try BatchLoader(
            mix: mix, packing: Fixtures.packing(8), rows: 2, seed: 0, prefetch: 0)
        for _ in 0..<50 { _ = try loader.next() }
        #expect(loader.state.sources[0].epoch >= 48 && loader.state.sources[1].epoch == 0)
    }

    @Test func badMixesAreRefusedByName() throws {
        let a = try Fixtures.tokens("a", [5])
        let empty = try Fixtures.tokens("empty", [])
        func refusal(_ sources: [any TokenSource], _ weights: [Double]) -> String? {
            do {
                _ = try Mix(sources, weights: weights)
                return nil
            } catch {
                return (error as? CorporaError)?.message
            }
        }
        #expect(refusal([], []) == "the mix has no source")
        #expect(refusal([a], [1, 2])?.contains("2 weights") == true)
        #expect(refusal([a, a], [1, 1])?.contains("'a' twice") == true)
        #expect(refusal([a], [-1])?.contains("'a'") == true)
        #expect(refusal([a], [.nan])?.contains("'a'") == true)
        #expect(refusal([a], [0])?.contains("sum to 0") == true)
        #expect(refusal([a, empty], [1, 1])?.contains("'empty'") == true)
    }
}
