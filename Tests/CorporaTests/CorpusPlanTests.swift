import Testing

@testable import Corpora

@Suite struct CorpusPlanTests {
    @Test func countsWhatTheLoaderWillGive() throws {
        let folder = try TemporaryFolder()
        let cache = CorpusCache(folder: folder.path)
        func corpus(_ name: String, _ count: Int) throws -> Corpus {
            let texts = (0..<count).map { "\(name) \($0)" } + [""]
            return try cache.corpus(
                Source(name: name, place: .memory(texts)), tokenizer: TestTokenizer())
        }
        let corpora = try [corpus("a", 200), corpus("bb", 40)]
        let packing = try Packing(length: 16, tokens: TestTokenizer().specialTokens)
        let mix = try Mix(corpora.map(\.train), weights: [1, 3])
        let steps = 200
        let plan = try CorpusPlan(
            corpora, shares: mix.shares, packing: packing, budgetInputs: steps * 2 * 16)
        let loader = try BatchLoader(mix: mix, packing: packing, rows: 2, seed: 0, prefetch: 0)
        for _ in 0..<steps { _ = try loader.next() }
        for (line, position) in zip(plan.lines, loader.state.sources) {
            #expect(abs(line.budgetInputs - position.tokens) <= 16)
            #expect(abs(line.epochs - Double(position.epoch)) <= 1.1)
            #expect(line.remarks.count == 1 && line.remarks[0].contains("empty text"))
        }
        #expect(plan.lines[1].trainDocuments + plan.lines[1].validationDocuments == 40)
        let text = plan.description
        #expect(text.contains("75.0 %") && text.contains("bb: 1 of 41 rows dropped"))
    }

    @Test func aBudgetWithoutEndPrints() throws {
        let folder = try TemporaryFolder()
        let corpus = try CorpusCache(folder: folder.path).corpus(
            Source(name: "a", place: .memory(["x"]), split: ValidationSplit(share: 0)),
            tokenizer: TestTokenizer())
        let plan = try CorpusPlan(
            [corpus], shares: [1], packing: try Packing(length: 4, end: 256), budgetInputs: .max)
        #expect(plan.description.contains("a"))
    }
}
