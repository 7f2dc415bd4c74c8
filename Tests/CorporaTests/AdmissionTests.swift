import Foundation
import Testing

@testable import Corpora

/// Laws of a curriculum by length.
@Suite struct AdmissionTests {
    /// Document i of the first source has 1 + i % 20 ids; all of the second have 30.
    private func mix(weights: [Double] = [1, 0]) throws -> Mix {
        let rising = (0..<60).map { index in
            TokenRun(document: index, ids: Array(repeating: Int32(index), count: 1 + index % 20))
        }
        let long = (0..<10).map { TokenRun(document: $0, ids: Array(repeating: 100, count: 30)) }
        return try Mix(
            [MemoryTokens(name: "rising", runs: rising), MemoryTokens(name: "long", runs: long)],
            weights: weights)
    }

    private func loader(
        _ mix: Mix, most: Int?, prefetch: Int = 0, interleave: Int = 3,
        from state: LoaderState? = nil
    ) throws -> BatchLoader {
        try BatchLoader(
            mix: mix, packing: Packing(length: 16, end: 0), rows: 2, seed: 3,
            interleave: interleave, prefetch: prefetch, admission: Admission(maximumTokens: most),
            from: state)
    }

    private func documents(_ batch: Batch) -> [Int] {
        batch.pieces.filter { $0.offset == 0 }.map(\.document)
    }

    @Test(arguments: [1, 2, 7, 19, 20, 50]) func onlyShortOnesAreGivenInTheirOrder(most: Int)
        throws
    {
        let limited = try loader(mix(), most: most, interleave: 1)
        let all = try loader(mix(), most: nil, interleave: 1)
        var given: [Int] = []
        var wanted: [Int] = []
        for _ in 0..<200 where given.count < 50 { given += documents(try limited.next()) }
        while wanted.count < given.count {
            wanted += documents(try all.next()).filter { 1 + $0 % 20 <= most }
        }
        #expect(given == Array(wanted.prefix(given.count)))
        #expect(limited.state.passedOver > 0 || most >= 20)
        #expect(all.state.passedOver == 0)
    }

    @Test func everyEpochGivesEachAdmittedDocumentOnce() throws {
        let loader = try loader(mix(), most: 5, interleave: 4)
        var counts: [Int: Int] = [:]
        while loader.state.sources[0].epoch < 3 {
            for piece in try loader.next().pieces where piece.epoch < 3 && piece.offset == 0 {
                counts[piece.document, default: 0] += 1
            }
        }
        #expect(counts.count == 15 && counts.values.allSatisfy { $0 == 3 })
    }

    @Test func aSourceWithoutAnAdmittedDocumentIsRefused() throws {
        let error = #expect(throws: CorporaError.self) {
            try self.loader(self.mix(weights: [1, 1]), most: 29)
        }
        #expect(error?.message.contains("long") == true)
        #expect(error?.advice?.contains("30") == true)
        // One without a share is nobody's business, until it gets one.
        let loader = try loader(mix(), most: 29)
        let before = loader.state
        #expect(throws: CorporaError.self) { try loader.setWeights([1, 1]) }
        #expect(throws: CorporaError.self) {
            try loader.replan(admission: Admission(maximumTokens: 0))
        }
        #expect(loader.state == before && loader.admission.maximumTokens == 29)
        #expect(throws: CorporaError.self) { try loader.checkPlan(weights: [1, 1]) }
        try loader.checkPlan(weights: [1, 1], admission: Admission(maximumTokens: 30))
        #expect(loader.admission.maximumTokens == 29)
    }

    @Test func begunDocumentsGoOnToTheirEnd() throws {
        let loader = try loader(mix(weights: [0, 1]), most: nil)
        let first = try loader.next()
        #expect(!loader.state.sources[1].open.isEmpty)
        try loader.replan(weights: [1, 1], admission: Admission(maximumTokens: 30))
        let open = Set(first.stateAfter.sources[1].open.map(\.document))
        var finished: Set<Int> = []
        for _ in 0..<10 {
            for piece in try loader.next().pieces where piece.source == 1 && piece.offset > 0 {
                finished.insert(piece.document)
            }
        }
        #expect(open.isSubset(of: finished))
    }

    @Test(arguments: [0, 1, 4]) func changesDoNotDependOnWhatIsMadeAhead(prefetch: Int) throws {
        func batches(prefetch: Int, resumesAt resume: Int?) throws -> [Batch] {
            var loader = try loader(mix(weights: [3, 1]), most: nil, prefetch: prefetch)
            var batches: [Batch] = []
            for index in 0..<12 {
                if index == 4 {
                    try loader.replan(weights: [1, 0], admission: Admission(maximumTokens: 6))
                }
                if index == 8 { try loader.replan(admission: Admission()) }
                if index == resume {
                    loader = try self.loader(
                        mix(weights: index < 4 ? [3, 1] : [1, 0]),
                        most: (4..<8).contains(index) ? 6 : nil, prefetch: prefetch,
                        from: loader.state)
                }
                batches.append(try loader.next())
            }
            return batches
        }
        let plain = try batches(prefetch: 0, resumesAt: nil)
        for resume in [nil, 2, 4, 6, 8, 9] {
            #expect(try batches(prefetch: prefetch, resumesAt: resume) == plain)
        }
    }

    @Test func restartingGivesTheSameBatchAgain() throws {
        for prefetch in [0, 2] {
            let loader = try loader(mix(), most: nil, prefetch: prefetch)
            _ = try loader.next()
            let state = loader.state
            let batch = try loader.next()
            loader.restart(from: state)
            #expect(try loader.next() == batch)
        }
    }

    // MARK: - By difficulty

    /// Document i has difficulty (i % 10) / 10; every eleventh does not say.
    private func graded() throws -> Mix {
        let runs = (0..<55).map { TokenRun(document: $0, ids: Array(repeating: Int32($0), count: 4)) }
        return try Mix(
            MemoryTokens(
                name: "graded", runs: runs,
                difficulties: (0..<55).map { $0 % 11 == 10 ? nil : Float16(Double($0 % 10) / 10) }))
    }

    private func given(_ admission: Admission) throws -> Set<Int> {
        let loader = try BatchLoader(
            mix: graded(), packing: Packing(length: 16, end: 0), rows: 2, seed: 3, prefetch: 0,
            admission: admission)
        var seen: Set<Int> = []
        while loader.state.sources[0].epoch < 1 { seen.formUnion(documents(try loader.next())) }
        return seen
    }

    @Test(arguments: [(0.0, 0.3), (0.3, 0.7), (0.7, 2.0)])
    func onlyThoseWithinTheWindowAreGiven(least: Double, most: Double) throws {
        let seen = try given(Admission(minimumDifficulty: least, maximumDifficulty: most))
        let wanted = (0..<55).filter { index in
            guard index % 11 != 10 else { return true }
            let tenths = index % 10
            return tenths >= Int((least * 10).rounded()) && tenths <= Int((most * 10).rounded())
        }
        #expect(seen.isSubset(of: Set(wanted)))
        #expect(seen.count >= wanted.count - 3, "\(seen.sorted())")
    }

    @Test func aWindowThatAdmitsNothingIsRefusedWithTheSpread() throws {
        let runs = [TokenRun(document: 0, ids: [1, 2]), TokenRun(document: 1, ids: [3])]
        let mix = try Mix(MemoryTokens(name: "hard", runs: runs, difficulties: [3, 5]))
        let error = #expect(throws: CorporaError.self) {
            try Admission(maximumDifficulty: 2).check(mix)
        }
        #expect(error?.message.contains("a difficulty of at most 2.0") == true)
        #expect(error?.advice?.contains("from 3.0 to 5.0") == true)
        try Admission(minimumDifficulty: 5).check(mix)
    }

    @Test func aShardKeepsDifficulties() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.shard"
        let writer = try ShardWriter(
            path: path, vocabularySize: 300, tokenizerFingerprint: "t", sourceKey: "k")
        for (index, difficulty) in [nil, 0, 0.7, 65504].enumerated() as EnumeratedSequence<[Float16?]> {
            var document = Document(
                utf8: [65], origin: DocumentOrigin(source: "a", line: index + 1), goesOn: index == 2)
            document.difficulty = difficulty
            try writer.append([65], of: document)
        }
        try writer.finish()
        let shard = try TokenShard(path: path, name: "a")
        let extents = try (0..<4).map { try shard.extent(ofDocument: $0) }
        #expect(extents.map(\.difficulty) == [nil, 0, 0.7, 65504])
        #expect(extents.map(\.goesOn) == [false, false, true, false])
    }
}
