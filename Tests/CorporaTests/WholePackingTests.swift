import Testing

@testable import Corpora

/// Rows of whole documents.
@Suite struct WholePackingTests {
    private func source() throws -> MemoryTokens {
        var random = TestRandom(4)
        let runs = (0..<50).map { index in
            let count = Int.random(in: 1...12, using: &random)
            return TokenRun(
                document: index, ids: (0..<count).map { Int32(100 * index + $0) },
                lossWeights: (0..<count).map { $0 % 2 == 0 ? 0 : 1 })
        }
        return try MemoryTokens(name: "a", runs: runs)
    }

    private func loader(
        interleave: Int, prefetch: Int = 0, from state: LoaderState? = nil
    ) throws -> BatchLoader {
        try BatchLoader(
            mix: Mix(source()), packing: Packing(policy: .whole, length: 16, end: nil), rows: 3,
            seed: 7, interleave: interleave, prefetch: prefetch, from: state)
    }

    @Test(arguments: [1, 4, 32]) func everyDocumentIsGivenWholeOnceAnEpoch(
        interleave: Int
    ) throws {
        let loader = try loader(interleave: interleave)
        let source = try source()
        var seen = [[Int]](repeating: [], count: 4)
        var inputs = 0
        var places = 0
        while seen[3].isEmpty {
            let batch = try loader.next()
            #expect(batch.truncatedTokenCount == 0)
            places += batch.rows * batch.length
            inputs += batch.tokenCount
            for piece in batch.pieces {
                let extent = source.extent(ofDocument: piece.document)
                #expect(piece.offset == 0 && piece.columns.count == extent.tokenCount)
                seen[piece.epoch].append(piece.document)
                // The mask moves with its tokens: the target of a place is the next id's weight.
                for (step, column) in piece.columns.enumerated() {
                    let place = piece.row * batch.length + column
                    let isLast = step + 1 == piece.columns.count
                    #expect(batch.inputs[place] == Int32(100 * piece.document + step))
                    #expect(batch.lossWeights[place] == (isLast ? 0 : step % 2 == 0 ? 1 : 0))
                    #expect(batch.positions[place] == Int32(step))
                }
            }
        }
        for epoch in 0..<3 { #expect(seen[epoch].sorted() == Array(0..<50)) }
        // Rows that end at the first document that does not fit would hold far less.
        if interleave == 32 { #expect(Double(inputs) > 0.8 * Double(places)) }
    }

    @Test(arguments: [1, 5, 13]) func resumingRepeatsTheStream(stop: Int) throws {
        let whole = try loader(interleave: 8)
        let batches = try (0..<20).map { _ in try whole.next() }
        let first = try loader(interleave: 8)
        for _ in 0..<stop { _ = try first.next() }
        let second = try loader(interleave: 8, prefetch: 2, from: first.state)
        for index in stop..<20 { #expect(try second.next() == batches[index]) }
    }

    @Test func aDocumentLongerThanARowIsTruncatedAndCounted() throws {
        let source = try MemoryTokens(
            name: "a", runs: [TokenRun(document: 0, ids: Array(0..<20))])
        let loader = try BatchLoader(
            mix: Mix(source), packing: Packing(policy: .whole, length: 8, end: nil), rows: 2,
            seed: 1, prefetch: 0)
        #expect(try loader.next().truncatedTokenCount == 24)
    }

    @Test func heldOutRowsAreWholeToo() throws {
        let source = try source()
        let set = try EvaluationSet(
            source, packing: Packing(policy: .whole, length: 16, end: nil),
            tokenizer: TestTokenizer(), rows: 3)
        var documents: [Int] = []
        var batches = 0
        try set.forEachBatch { batch in
            batches += 1
            for piece in batch.pieces {
                #expect(
                    piece.columns.count == source.extent(ofDocument: piece.document).tokenCount)
            }
            documents += batch.pieces.map(\.document)
        }
        #expect(documents == Array(0..<50))
        #expect(batches == set.batchCount && set.tokenCount == source.tokenCount)
    }
}
