import Conversations
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Corpora

/// Sources of prompts as shards.
@Suite struct PromptSourceTests {
    private func source(
        _ rows: [String], tooLong: Source.TooLong = .drop, badRow: Source.BadRow = .skip
    ) -> Source {
        Source(
            name: "prompts", place: .memory(rows),
            format: .conversations(Source.ConversationRows(tooLong: tooLong, purpose: .prompts)),
            badRow: badRow, split: ValidationSplit(share: 0))
    }

    private func build(_ source: Source, context: Int = 16, room: Int = 4) throws -> (
        shard: TokenShard, report: ReadReport
    ) {
        let folder = try TemporaryFolder()
        let tokenizer = ByteTokenizer()
        let path = folder.path + "/train"
        let report = try ShardBuilder(
            source: source, tokenizer: tokenizer,
            supervised: SupervisedEncoding(
                encoder: ConversationEncoder(template: nil, tokenizer: tokenizer),
                context: context, answerRoom: room)
        ).build(trainPath: path, validationPath: folder.path + "/validation")
        return (try TokenShard(path: path, name: "prompts"), report)
    }

    @Test func nothingOfAPromptIsLearnedAndNothingEndsIt() throws {
        let (shard, report) = try build(source([#"{"prompt": "2 + 2 =", "answer": "4"}"#]))
        let run = try shard.run(ofDocument: 0, tokens: 0..<7)
        #expect(run.ids == Array("2 + 2 =".utf8).map(Int32.init))
        #expect(run.lossWeights == [0, 0, 0, 0, 0, 0, 0])
        #expect(try shard.extent(ofDocument: 0).goesOn)
        #expect(report.trainedTokens == 0)
    }

    @Test func aPromptThatLeavesNoRoomIsDroppedAndCounted() throws {
        let rows = [#"{"prompt": "short"}"#, #"{"prompt": "0123456789AB"}"#, #"{"prompt": "0123456789ABC"}"#]
        let (shard, report) = try build(source(rows))
        #expect(shard.documentCount == 2)
        #expect(report.drops.contains { $0.firstCases.contains { $0.contains("13 tokens") } })
        #expect(try build(source(rows), room: 3).shard.documentCount == 3)
        let error = #expect(throws: CorporaError.self) { try build(source(rows, tooLong: .stop)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("of which 4 are for the answer"))
        #expect("\(error.map { "\($0)" } ?? "")".contains("let long rows be dropped"))
    }

    @Test func messagesNeedATemplate() throws {
        let rows = [#"{"prompt": [{"role": "user", "content": "Hi"}]}"#]
        let error = #expect(throws: CorporaError.self) { try build(source(rows)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("chat template"))
    }

    @Test func theRoomForAnswersIsPartOfTheKey() throws {
        let tokenizer = ByteTokenizer()
        let source = source([#"{"prompt": "a"}"#])
        let keys = try [4, 5].map { room in
            SourceKey.of(
                source, listing: try FileListing(source), tokenizer: tokenizer,
                supervised: SupervisedEncoding(
                    encoder: ConversationEncoder(template: nil, tokenizer: tokenizer), context: 16,
                    answerRoom: room))
        }
        #expect(keys[0] != keys[1])
    }
}
