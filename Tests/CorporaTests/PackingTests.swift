import Testing

@testable import Corpora

@Suite struct PackingTests {
    private typealias Fixtures = LoaderFixtures

    private func batches(
        _ source: any TokenSource, _ packing: Packing, rows: Int = 2, interleave: Int,
        epochs: Int
    ) throws -> [Batch] {
        let loader = try BatchLoader(
            mix: Mix(source), packing: packing, rows: rows, seed: 5, interleave: interleave,
            prefetch: 0)
        var all: [Batch] = []
        while all.last.map({ $0.stateAfter.sources[0].epoch < epochs }) ?? true {
            all.append(try loader.next())
        }
        return all
    }

    /// The inputs and targets that a document must give, from the definition.
    private func expected(
        _ source: any TokenSource, _ document: Int, _ packing: Packing
    ) throws -> (inputs: [Int32], targets: [Int32?]) {
        let extent = try source.extent(ofDocument: document)
        var line = try source.run(ofDocument: document, tokens: 0..<extent.tokenCount).ids
        if let beginning = packing.beginning, !extent.startsMidway { line.insert(beginning, at: 0) }
        if let end = packing.end, !extent.goesOn {
            return (line, Array(line.dropFirst()) + [end])
        }
        return (line, Array(line.dropFirst()) + [nil])
    }

    @Test(arguments: [1, 3, 8, 32], [1, 2, 5, 64])
    func everyTokenIsGivenOnceAnEpochInOrder(interleave: Int, length: Int) throws {
        let source = try Fixtures.tokens("a", [3, 1, 17, 5, 2, 30, 1, 8])
        for (begins, ends) in [(true, true), (false, true), (false, false)] {
            let packing = try Fixtures.packing(length, begins: begins, ends: ends)
            let batches = try batches(source, packing, interleave: interleave, epochs: 3)
            var inputs = [[[Int32]]](repeating: Array(repeating: [], count: 8), count: 4)
            var targets = [[[Int32?]]](repeating: Array(repeating: [], count: 8), count: 4)
            for batch in batches {
                for piece in batch.pieces {
                    #expect(piece.offset == inputs[piece.epoch][piece.document].count)
                    for column in piece.columns {
                        let place = piece.row * length + column
                        inputs[piece.epoch][piece.document].append(batch.inputs[place])
                        targets[piece.epoch][piece.document].append(
                            batch.lossWeights[place] == 0 ? nil : batch.targets[place])
                    }
                }
            }
            for document in 0..<8 {
                let (wantedInputs, wantedTargets) = try expected(source, document, packing)
                for epoch in 0..<3 {
                    #expect(inputs[epoch][document] == wantedInputs)
                    #expect(targets[epoch][document] == wantedTargets)
                }
            }
        }
    }

    @Test func rowsAreFullAndPiecesDoNotOverlap() throws {
        let batches = try batches(
            Fixtures.tokens("a", [3, 1, 17, 5, 2]), Fixtures.packing(8), interleave: 2, epochs: 4)
        for batch in batches {
            #expect(batch.tokenCount == 16 && batch.paddingCount == 0)
            for row in 0..<2 {
                let columns = batch.pieces.filter { $0.row == row }.flatMap(\.columns)
                #expect(columns == Array(0..<8))
            }
        }
    }

    @Test func positionsRestartAndSegmentsCountThePieces() throws {
        let batches = try batches(
            Fixtures.tokens("a", [3, 1, 17, 5, 2]), Fixtures.packing(8), interleave: 2, epochs: 4)
        for batch in batches {
            for row in 0..<2 {
                for (segment, piece) in batch.pieces.filter({ $0.row == row }).enumerated() {
                    for (position, column) in piece.columns.enumerated() {
                        #expect(batch.positions[row * 8 + column] == position)
                        #expect(batch.segments[row * 8 + column] == segment)
                    }
                }
            }
        }
    }

    @Test func paddingHoldsOneDocumentARowAndCountsWhatItCuts() throws {
        let lengths = [3, 1, 17, 5, 2]
        let source = try Fixtures.tokens("a", lengths)
        let packing = try Fixtures.packing(6, policy: .pad)
        let batches = try batches(source, packing, rows: 5, interleave: 4, epochs: 0)
        let batch = batches[0]
        #expect(batch.pieces.map(\.row) == [0, 1, 2, 3, 4])
        #expect(Set(batch.pieces.map(\.document)) == [0, 1, 2, 3, 4])
        #expect(batch.tokenCount == 3 + 1 + 6 + 5 + 2)
        #expect(batch.truncatedTokenCount == 11 && batch.paddingCount == 13)
        for piece in batch.pieces {
            let shown = min(lengths[piece.document], 6)
            for column in 0..<6 {
                let place = piece.row * 6 + column
                if column < shown {
                    #expect(batch.inputs[place] == Int32(1000 * piece.document + column))
                    #expect(batch.lossWeights[place] == 1 && batch.segments[place] == 0)
                } else {
                    #expect(batch.inputs[place] == Fixtures.padding)
                    #expect(batch.lossWeights[place] == 0 && batch.segments[place] == -1)
                }
            }
        }
        #expect(batch.stateAfter.sources[0].open.isEmpty)
    }

    @Test func oneTokenAndOneDocumentAreEnough() throws {
        let source = try Fixtures.tokens("a", [1])
        let batches = try batches(source, Fixtures.packing(4), rows: 1, interleave: 8, epochs: 3)
        #expect(batches[0].inputs == [0, 0, 0, 0])
        #expect(batches[0].targets == [Int32](repeating: Fixtures.end, count: 4))
        #expect(batches[0].positions == [0, 0, 0, 0])
        #expect(batches[0].segments == [0, 1, 2, 3])
        #expect(batches[0].stateAfter.sources[0].epoch == 3)
    }

    @Test func aRowLongerThanEverythingHoldsManyEpochs() throws {
        let source = try Fixtures.tokens("a", [2, 3])
        let batches = try batches(source, Fixtures.packing(1000), rows: 1, interleave: 2, epochs: 1)
        #expect(batches.count == 1 && batches[0].tokenCount == 1000)
        #expect(batches[0].stateAfter.sources[0].epoch == 199)
    }

    @Test func weightsOfARunReachTheTargets() throws {
        let source = try MemoryTokens(
            name: "a",
            runs: [TokenRun(document: 0, ids: [10, 11, 12, 13], lossWeights: [0, 0, 1, 0.5])])
        let batch = try batches(source, Fixtures.packing(4), rows: 1, interleave: 1, epochs: 0)[0]
        #expect(batch.targets == [11, 12, 13, Fixtures.end])
        #expect(batch.lossWeights == [0, 1, 0.5, 0.5])
        #expect(batch.lossTokenCount == 3)
    }

    @Test func partsOfALongTextHaveNoEdgeTokensWhereTheyWereCut() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "abc def ", count: 40)
        let corpus = try CorpusCache(folder: folder.path).corpus(
            Source(
                name: "s", place: .memory([text]), maximumDocumentBytes: 64,
                split: ValidationSplit(share: 0)), tokenizer: TestTokenizer())
        let packing = try Packing(length: 16, tokens: TestTokenizer().specialTokens)
        let batches = try batches(corpus.train, packing, interleave: 4, epochs: 1)
        let first = batches.filter { $0.stateAfter.sources[0].epoch == 0 }
        let ends = first.flatMap { zip($0.targets, $0.lossWeights) }.count { $0 == (256, 1) }
        #expect(first.count > 5 && ends <= 1)
        #expect(first.flatMap(\.inputs).count { $0 == 257 } <= 1)
        for document in 0..<corpus.train.documentCount {
            let all = try expected(corpus.train, document, packing)
            #expect(all.inputs.contains(257) == (document == 0))
            #expect((all.targets.last! == 256) == (document == corpus.train.documentCount - 1))
        }
    }
}
