import Foundation
import Testing

@testable import Corpora

/// Sources whose every id tells document and place, so that a batch can be read back.
enum LoaderFixtures {
    /// Documents of the given lengths; the id of token t of document d is 1000 d + t + base.
    static func tokens(_ name: String, _ lengths: [Int], base: Int32 = 0) throws -> MemoryTokens {
        try MemoryTokens(
            name: name,
            runs: lengths.enumerated().map { index, length in
                TokenRun(
                    document: index,
                    ids: (0..<length).map { Int32(1000 * index + $0) + base })
            })
    }

    static let end: Int32 = 999_999
    static let beginning: Int32 = 999_998
    static let padding: Int32 = 999_997

    static func packing(
        _ length: Int, policy: Packing.Policy = .chunk, begins: Bool = false, ends: Bool = true
    ) throws -> Packing {
        try Packing(
            policy: policy, length: length, beginning: begins ? beginning : nil,
            end: ends ? end : nil, padding: padding)
    }

    static func smallMix() throws -> Mix {
        try Mix(
            [
                tokens("a", [3, 1, 17, 5, 2]), tokens("b", [40, 1], base: 100_000),
                tokens("c", [7, 7, 7], base: 200_000),
            ], weights: [3, 2, 1])
    }
}

@Suite struct BatchLoaderTests {
    private typealias Fixtures = LoaderFixtures

    private func loader(
        prefetch: Int = 0, rows: Int = 2, interleave: Int = 3, from state: LoaderState? = nil,
        seed: UInt64 = 42, mix: Mix? = nil
    ) throws -> BatchLoader {
        try BatchLoader(
            mix: mix ?? Fixtures.smallMix(), packing: Fixtures.packing(8, begins: true),
            rows: rows, seed: seed, interleave: interleave, prefetch: prefetch, from: state)
    }

    private func take(_ count: Int, _ loader: BatchLoader) throws -> [Batch] {
        try (0..<count).map { _ in try loader.next() }
    }

    @Test func resumesFromEveryPosition() throws {
        let unbroken = try take(60, loader())
        for stop in 0..<60 {
            // Through JSON, as a checkpoint stores it.
            let state =
                try stop == 0
                ? nil
                : JSONDecoder().decode(
                    LoaderState.self, from: JSONEncoder().encode(unbroken[stop - 1].stateAfter))
            let resumed = try take(60 - stop, loader(prefetch: stop % 3, from: state))
            #expect(resumed == Array(unbroken[stop...]))
        }
    }

    @Test(arguments: [1, 2, 3, 16])
    func anyPrefetchDepthGivesTheSameBatches(depth: Int) throws {
        #expect(try take(50, loader(prefetch: depth)) == take(50, loader()))
    }

    @Test func discardingWhatWasPrefetchedChangesNothing() throws {
        let loader = try loader(prefetch: 4)
        var batches: [Batch] = []
        for step in 0..<40 {
            batches.append(try loader.next())
            if step % 3 == 0 { loader.discardPrefetched() }
            #expect(loader.state == batches[step].stateAfter)
        }
        #expect(try batches == take(40, self.loader()))
    }

    @Test func newWeightsHoldFromTheNextBatchOnAtAnyDepth() throws {
        func run(_ depth: Int) throws -> [Batch] {
            let loader = try loader(prefetch: depth)
            var batches = try take(10, loader)
            try loader.setWeights([0, 0, 1])
            batches += try take(10, loader)
            return batches
        }
        let batches = try run(0)
        #expect(batches[..<10].contains { $0.tokenCounts[0] > 0 })
        #expect(batches[10...].allSatisfy { $0.tokenCounts == [0, 0, 16] })
        #expect(try run(3) == batches)
    }

    @Test func theStateStaysSmall() throws {
        let loader = try loader()
        var sizes: [Int] = []
        for _ in 0..<2000 {
            let state = try loader.next().stateAfter
            #expect(state.sources.allSatisfy { $0.open.count <= 3 })
            sizes.append(try JSONEncoder().encode(state).count)
        }
        #expect(sizes[1999] < sizes[10] + 100)
    }

    @Test func anotherSeedGivesAnotherOrderAndAnotherSourceDoesNot() throws {
        let long = try Fixtures.tokens("a", (0..<50).map { $0 % 7 + 1 })
        func documents(_ mix: Mix, seed: UInt64) throws -> [Int] {
            let batches = try take(20, loader(interleave: 1, seed: seed, mix: mix))
            let all = batches.flatMap(\.pieces).filter { $0.source == 0 && $0.offset == 0 }
            return all.prefix(20).map(\.document)
        }
        let alone = try documents(Mix(long), seed: 1)
        #expect(try documents(Mix(long), seed: 2) != alone)
        let beside = try Mix([long, Fixtures.tokens("z", [9])], weights: [1, 1])
        #expect(try documents(beside, seed: 1) == alone)
    }

    @Test func aStateOfOtherDataIsRefused() throws {
        let state = try loader().next().stateAfter
        func refusal(
            _ mix: Mix, seed: UInt64 = 42, _ change: (inout LoaderState) -> Void = { _ in }
        ) -> CorporaError? {
            var state = state
            change(&state)
            do {
                _ = try loader(from: state, seed: seed, mix: mix)
                return nil
            } catch {
                return error as? CorporaError
            }
        }
        let mix = try Fixtures.smallMix()
        #expect(refusal(mix) == nil)
        let changed = try Mix(
            [Fixtures.tokens("a", [3, 1, 17, 5, 3])] + mix.sources.dropFirst(), weights: [3, 2, 1])
        #expect(refusal(changed)?.code == .foreignState)
        #expect(refusal(changed)?.message.contains("'a'") == true)
        let fewer = try Mix(Array(mix.sources.dropLast()), weights: [3, 2])
        #expect(refusal(fewer)?.code == .foreignState)
        #expect(refusal(mix, seed: 1)?.code == .foreignState)
        #expect(refusal(mix) { $0.format = 2 }?.code == .foreignState)
        #expect(refusal(mix) { $0.sources[0].place = 6 }?.code == .foreignState)
        #expect(
            refusal(mix) { $0.sources[0].open = [.init(document: 5, offset: 0)] }?.code
                == .foreignState)
        // What lies inside a document is looked at when it is read.
        var beyond = state
        beyond.sources[0].open = Array(repeating: .init(document: 0, offset: 900), count: 3)
        let astray = try self.loader(from: beyond)
        #expect(throws: CorporaError.self) { try astray.next() }
    }

    @Test(arguments: [0, 2])
    func aFailingShardThrowsAtNextAndTheStreamGoesOnOnceItIsWhole(depth: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.shard"
        let writer = try ShardWriter(
            path: path, vocabularySize: 258, tokenizerFingerprint: "t", sourceKey: "k")
        for index in 0..<2000 {
            let document = Document(
                utf8: [65], origin: DocumentOrigin(source: "s", line: index + 1))
            try writer.append([Int32](repeating: 65, count: 2000), of: document)
        }
        try writer.finish()
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let shard = try TokenShard(path: path, name: "s")
        let loader = try BatchLoader(
            mix: Mix(shard), packing: Fixtures.packing(512), rows: 4, seed: 1, prefetch: depth)
        let first = try loader.next()
        try #require(truncate(path, 700) == 0)
        var failure: CorporaError?
        for _ in 0..<20 where failure == nil {
            do { _ = try loader.next() } catch { failure = error as? CorporaError }
        }
        #expect(failure?.code == .truncatedFile && failure?.path == path)
        let state = loader.state
        #expect(state.batches >= first.stateAfter.batches)

        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.write(contentsOf: whole)
        try handle.close()
        let after = try loader.next()
        let expected = try BatchLoader(
            mix: Mix(shard), packing: Fixtures.packing(512), rows: 4, seed: 1, prefetch: 0,
            from: state
        ).next()
        #expect(after == expected)
    }

    @Test func settingsOutOfRangeAreRefused() throws {
        #expect(throws: CorporaError.self) { try loader(rows: 0) }
        #expect(throws: CorporaError.self) { try loader(prefetch: -1) }
        #expect(throws: CorporaError.self) { try loader(interleave: 0) }
        #expect(throws: CorporaError.self) { try Fixtures.packing(0) }
    }

    @Test func microBatchesAreTheRowsOfTheWhole() throws {
        let batch = try take(3, loader(rows: 7)).last!
        for micro in [1, 2, 3, 7, 10] {
            let parts = batch.split(rowsEach: micro)
            #expect(parts.map(\.rows).reduce(0, +) == 7)
            #expect(parts.dropLast().allSatisfy { $0.rows == micro })
            #expect(parts.flatMap(\.inputs) == batch.inputs)
            #expect(parts.flatMap(\.targets) == batch.targets)
            #expect(parts.flatMap(\.lossWeights) == batch.lossWeights)
            #expect(parts.flatMap(\.positions) == batch.positions)
            #expect(parts.flatMap(\.segments) == batch.segments)
            #expect(parts.map(\.lossTokenCount).reduce(0, +) == batch.lossTokenCount)
            #expect(parts.map(\.tokenCount).reduce(0, +) == batch.tokenCount)
            #expect(parts.allSatisfy { part in part.pieces.allSatisfy { $0.row < part.rows } })
        }
    }

    @Test func aPieceNamesItsDocument() throws {
        let loader = try loader()
        let batch = try loader.next()
        for piece in batch.pieces {
            let origin = try loader.origin(of: piece)
            #expect(origin.source == batch.sources[piece.source])
            #expect(origin.line == piece.document + 1)
        }
    }
}
