import Conversations
import Foundation
import TestSupport
import Testing

@testable import Corpora

/// Sources of pairs of answers: what reaches the shards and the rows, and what is dropped.
@Suite struct PairSourceTests {
    let folder: TemporaryFolder
    let cache: CorpusCache
    let tokenizer = ChatTokenizer()

    init() throws {
        folder = try TemporaryFolder()
        cache = CorpusCache(folder: folder.path + "/cache")
    }

    private func corpus(
        _ rows: [String], tooLong: Source.TooLong = .drop, context: Int = 40
    ) throws -> Corpus {
        try corpus(
            of: folder.write("pairs.jsonl", rows.joined(separator: "\n")), tooLong: tooLong,
            context: context)
    }

    private func corpus(
        of path: String, tooLong: Source.TooLong = .drop, context: Int = 40
    ) throws -> Corpus {
        let source = Source(
            name: "pairs", place: .files([path]),
            format: .conversations(Source.ConversationRows(tooLong: tooLong, purpose: .pairs)),
            split: ValidationSplit(share: 0))
        let template = try ChatTemplate(ConversationSourceTests.template, name: "talk.jinja")
        return try cache.corpus(
            source, tokenizer: tokenizer,
            supervised: SupervisedEncoding(
                encoder: ConversationEncoder(template: template, tokenizer: tokenizer),
                context: context))
    }

    private static let rows = [
        #"{"prompt": "ab", "chosen": "cd", "rejected": "e"}"#,
        #"{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "xyz"}]}"#,
    ]

    private func text(_ ids: some Sequence<Int32>) -> String {
        tokenizer.decode(Array(ids), skipsSpecialTokens: false)
    }

    @Test func bothSidesReachTheShardAndComeBack() throws {
        let path = try folder.write("pairs.jsonl", Self.rows.joined(separator: "\n"))
        for isCached in [false, true] {
            let corpus = try corpus(of: path)
            #expect(corpus.wasCached == isCached)
            let shard = corpus.train
            #expect(shard.documentCount == 2)
            var sides: [[String]] = []
            for index in 0..<2 {
                let count = try shard.extent(ofDocument: index).tokenCount
                let run = try shard.run(ofDocument: index, tokens: 0..<count)
                let second = try #require(run.second)
                let weights = try #require(run.lossWeights)
                #expect(weights.allSatisfy { $0 == 0 || $0 == 1 })
                func learned(_ places: Range<Int>) -> String {
                    text(places.filter { weights[$0] == 1 }.map { run.ids[$0] })
                }
                sides.append([
                    text(run.ids[..<second]), text(run.ids[second...]), learned(0..<second),
                    learned(second..<count),
                ])
                // A part that does not hold the border has none.
                #expect(try shard.run(ofDocument: index, tokens: 0..<second).second == nil)
                #expect(try shard.run(ofDocument: index, tokens: second..<count).second == 0)
            }
            #expect(sides[0] == ["<s>abcd</s>", "<s>abe</s>", "cd</s>", "e</s>"])
            #expect(sides[1] == ["[a]b</s>", "[a]xyz</s>", "b</s>", "xyz</s>"])
            #expect(corpus.report.trainedTokens == 3 + 2 + 2 + 4)
            try shard.verify()
        }
    }

    /// Sides stand beside each other in a row, begin at position 0, and predict nothing of each other.
    @Test(arguments: [Packing.Policy.whole, .pad]) func rowsKeepTheSidesApart(
        policy: Packing.Policy
    ) throws {
        let shard = try corpus(Self.rows).train
        let loader = try BatchLoader(
            mix: Mix(shard), packing: Packing(policy: policy, length: 40, tokens: tokenizer.specialTokens),
            rows: 2, seed: 3, prefetch: 0)
        let batch = try loader.next()
        for piece in batch.pieces {
            let second = try #require(piece.second)
            let row = piece.row * batch.length
            for (side, other) in [
                (piece.columns.lowerBound..<second, "chosen"),
                (second..<piece.columns.upperBound, "rejected"),
            ] {
                let places = side.map { row + $0 }
                #expect(places.map { batch.positions[$0] } == (0..<Int32(side.count)).map { $0 })
                #expect(batch.lossWeights[places[places.count - 1]] == 0, "\(other)")
                for place in places.dropLast() {
                    #expect(batch.targets[place] == batch.inputs[place + 1])
                }
                #expect(places.contains { batch.lossWeights[$0] == 1 })
            }
        }
        // Parts of a batch keep the borders.
        #expect(batch.split(rowsEach: 1).flatMap(\.pieces).map(\.second) == batch.pieces.map(\.second))
    }

    @Test func whatIsNoPairIsCountedByCause() throws {
        let rows =
            Self.rows + [
                #"{"prompt": "a", "chosen": "b", "rejected": "b"}"#, #"{"prompt": "a"}"#, "{",
                #"{"prompt": "a", "chosen": "b", "rejected": ""}"#,
                #"{"prompt": "a", "chosen": "bcdefghijklmnopqrstuvwxyz", "rejected": "bcdefghijklmno"}"#,
            ]
        let report = try corpus(rows).report
        let causes = Dictionary(uniqueKeysWithValues: report.drops.map { ($0.cause, $0.count) })
        #expect(
            causes == [
                .nothingTrained: 1, .missingKey: 1, .notJSON: 1, .emptyTurn: 1, .tooLong: 1,
            ])
        let remark = report.remarks.first { $0.contains("both sides of the pair have") } ?? ""
        #expect(remark.contains("pairs.jsonl:7") && remark.contains("the context 40"))
        let error = #expect(throws: CorporaError.self) { try self.corpus(rows, tooLong: .stop) }
        #expect(error?.line == 7)
    }

    /// A source of pairs and one of single answers of the same file do not share a shard.
    @Test func theCacheTellsThemApart() throws {
        let pairs = try corpus(Self.rows)
        #expect(!pairs.wasCached)
        var source = Source(
            name: "pairs", place: .files([folder.path + "/pairs.jsonl"]),
            format: .conversations(Source.ConversationRows()), split: ValidationSplit(share: 0))
        source.badRow = .skip
        #expect(throws: CorporaError.self) {
            try cache.corpus(
                source, tokenizer: tokenizer,
                supervised: SupervisedEncoding(
                    encoder: ConversationEncoder(template: nil, tokenizer: tokenizer), context: 40))
        }
    }
}
