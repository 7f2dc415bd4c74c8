import Testing

@testable import Corpora

@Suite struct EvaluationSetTests {
    private typealias Fixtures = LoaderFixtures

    private func source(_ texts: [String]) throws -> MemoryTokens {
        try MemoryTokens(name: "held out", texts: texts, tokenizer: TestTokenizer())
    }

    private let texts = ["hello", "a", "the quick brown fox", "é!"]

    private func packing(_ length: Int, _ policy: Packing.Policy = .chunk, begins: Bool)
        throws -> Packing
    {
        try Packing(
            policy: policy, length: length, beginning: begins ? 257 : nil, end: 256)
    }

    private func batches(_ set: EvaluationSet) throws -> [Batch] {
        var all: [Batch] = []
        try set.forEachBatch { all.append($0) }
        return all
    }

    @Test(arguments: [1, 4, 7, 100], [1, 2, 3])
    func everyDocumentIsSeenOnceInOrder(length: Int, rows: Int) throws {
        let set = try EvaluationSet(
            source(texts), packing: packing(length, begins: true), tokenizer: TestTokenizer(),
            rows: rows)
        let batches = try batches(set)
        #expect(batches.count == set.batchCount)
        var inputs: [Int32] = []
        for batch in batches {
            inputs += zip(batch.inputs, batch.segments).filter { $0.1 >= 0 }.map(\.0)
        }
        let expected = texts.map { [257] + $0.utf8.map { Int32($0) } }.joined()
        #expect(inputs == Array(expected))
        #expect(set.tokenCount == inputs.count && set.documentCount == 4)
        #expect(set.byteCount == texts.reduce(0) { $0 + $1.utf8.count })
        #expect(batches.map(\.lossTokenCount).reduce(0, +) == inputs.count)
        #expect(try self.batches(set) == batches)
    }

    @Test func onlyPredictedBytesCount() throws {
        let set = try EvaluationSet(
            source(texts), packing: packing(8, begins: false), tokenizer: TestTokenizer(), rows: 2)
        // The byte tokenizer gives away the first byte of each document.
        #expect(set.byteCount == texts.reduce(0) { $0 + $1.utf8.count - 1 })
    }

    @Test func theBoundTakesWholeDocumentsAndAtLeastOne() throws {
        func set(_ bound: Int) throws -> EvaluationSet {
            try EvaluationSet(
                source(texts), packing: packing(4, begins: false), tokenizer: TestTokenizer(),
                rows: 2, maximumTokens: bound)
        }
        #expect(try set(6).documentCount == 2)
        #expect(try set(7).tokenCount == 6)
        let cut = try set(3)
        #expect(cut.documentCount == 1 && cut.tokenCount == 3 && cut.byteCount == 2)
        #expect(try batches(cut)[0].tokenCount == 3)
        #expect(try set(1000).documentCount == 4)
    }

    @Test func paddedRowsHoldOneDocumentEach() throws {
        let set = try EvaluationSet(
            source(texts), packing: packing(6, .pad, begins: false), tokenizer: TestTokenizer(),
            rows: 3)
        let batches = try batches(set)
        #expect(batches.count == 2 && set.batchCount == 2)
        #expect(batches.flatMap(\.pieces).map(\.document) == [0, 1, 2, 3])
        #expect(batches.map(\.truncatedTokenCount) == [13, 0])
        #expect(set.tokenCount == 5 + 1 + 6 + 3)
    }

    @Test func anEmptySetIsAnErrorThatSaysWhatToDo() throws {
        #expect(throws: CorporaError.self) {
            try EvaluationSet(
                source([]), packing: packing(4, begins: false), tokenizer: TestTokenizer(), rows: 1)
        }
    }
}
