import Corpora
import Foundation
import TestSupport
import Testing
import Tokenizers
import Training

/// What data is counted to be, and what the rules make of it.
@Suite struct AdviceTests {
    private func texts(_ texts: [String]) -> [Source] {
        [Source(name: "text", place: .memory(texts), format: .text(.whole))]
    }

    private func statistics(
        _ sources: [Source], _ tokenizer: (any Tokenizer)? = nil
    ) throws -> DataStatistics {
        try DataStatistics(of: sources, tokenizer: tokenizer) { _, _ in }
    }

    @Test func textsAreCounted() throws {
        let data = try statistics(texts(["one two", "three", "one two", "four"]))
        #expect(data.documents == 4 && data.textBytes == 23)
        #expect(data.duplicates == 1 && data.duplicateBytes == 7)
        #expect(data.duplicateShare == 0.25)
        #expect(!data.isMeasured && data.textTokens == 6)
        let measured = try statistics(texts(["one two"]), ByteTokenizer())
        #expect(measured.isMeasured && measured.textTokens == 7)
    }

    @Test func conversationsAreCounted() throws {
        let folder = try TemporaryFolder()
        let rows = [
            #"{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}"#,
            #"{"prompt": "1+1=", "completion": "2"}"#, #"{"messages": []}"#, "no json",
        ]
        try folder.write(rows.joined(separator: "\n"), to: "chats.jsonl")
        try folder.write(#"{"text": "a text"}"#, to: "rows.jsonl")
        try folder.write("plain", to: "plain.txt")
        let sources = try SourceDetection.sources(of: [folder.url.path])
        #expect(sources.count == 3)
        let data = try statistics(sources, ByteTokenizer())
        #expect(data.conversations == 2 && data.turns == 4 && data.answers == 2)
        #expect(data.answerBytes == 6 && data.meanAnswerTokens == 3)
        #expect(data.documents == 2 && data.textBytes == 11)
        #expect(data.droppedRows == 2 && data.firstDrops.contains { $0.contains("chats.jsonl:") })
    }

    @Test(arguments: [
        // Bytes of text at four a token, parameters, then what is advised.
        (400_000, 5_000, Stage.pre, Stage.pre, false), (400_000, 5_001, .pre, .mid, false),
        (400_000, 50_000, .pre, .mid, false), (400_000, 50_001, .mid, .mid, false),
        (400_000, 5_000_000, .mid, .mid, false), (400_000, 5_000_001, .post, .post, true),
    ]) func theThresholdsAreTokensAParameter(
        bytes: Int, parameters: Int, entry: Stage, stage: Stage, adapter: Bool
    ) throws {
        let text = (0..<bytes / 8).map { String(format: "%07d ", $0) }.joined()
        let advice = StageAdvice(try statistics(texts([text])), parameters: parameters)
        #expect(advice.entry == entry && advice.stage == stage)
        #expect(advice.usesAdapter == adapter && advice.method == .languageModelling)
        #expect(advice.choices.allSatisfy { !$0.reason.isEmpty })
    }

    @Test func repeatedTextsCountOnce() throws {
        let data = try statistics(
            texts(Array(repeating: String(repeating: "ab ", count: 100), count: 50)))
        let once = StageAdvice(data, parameters: 10)
        #expect(once.entry == .pre && once.stage == .mid)
        #expect(once.remarks.contains { $0.contains("98.0%") })
    }

    @Test(arguments: [(999, Stage.post, true), (1000, .mid, false)])
    func aThousandConversationsTrainAllWeights(count: Int, entry: Stage, adapter: Bool) throws {
        let folder = try TemporaryFolder()
        let rows = (0..<count).map { #"{"prompt": "\#($0)?", "completion": "yes"}"# }
        try folder.write(rows.joined(separator: "\n"), to: "chats.jsonl")
        let data = try statistics(
            SourceDetection.sources(of: [folder.file("chats.jsonl").path]))
        let advice = StageAdvice(data, parameters: 1_000_000)
        #expect(advice.entry == entry && advice.usesAdapter == adapter)
        #expect(advice.method == .supervised && advice.stage == .post)
    }

    @Test func tablesNeedTheirColumns() throws {
        let folder = try TemporaryFolder()
        try folder.write("id,body\n1,\"a, b\"\n2,c\n", to: "t.csv")
        let path = folder.file("t.csv").path
        let error = #expect(throws: CorporaError.self) { try SourceDetection.sources(of: [path]) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("--field"))
        let data = try statistics(SourceDetection.sources(of: [path], field: "{body}"))
        #expect(data.documents == 2 && data.textBytes == 5)
    }

    @Test func whatACatalogSaysOfItselfIsNotItsText() throws {
        let folder = try TemporaryFolder()
        for (name, text) in [
            ("catalog.json", "{}"), ("card.md", "About it."), ("a.jsonl", "{\"text\": \"own\"}"),
            ("dropped.jsonl", "{\"text\": \"left out\"}"),
        ] {
            try folder.write(text, to: name)
        }
        let data = try statistics(SourceDetection.sources(of: [folder.url.path]))
        #expect(data.documents == 1 && data.textBytes == 3)
    }

    @Test func pairsOfAnswersArePreferred() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<50).map {
            #"{"prompt": "\#($0)?", "chosen": "yes", "rejected": "no"}"#
        }
        try folder.write(
            (rows + [#"{"prompt": "a"}"#]).joined(separator: "\n"), to: "pairs.jsonl")
        try folder.write("plain text", to: "plain.txt")
        let sources = try SourceDetection.sources(of: [folder.url.path])
        #expect(sources.map(\.name).contains("pairs"))
        let data = try statistics(sources)
        #expect(data.pairs == 50 && data.droppedRows == 1 && data.documents == 1)
        let advice = StageAdvice(data, parameters: 1_000_000)
        #expect(advice.method == .preference && advice.stage == .post && advice.entry == .post)
        #expect(!advice.usesAdapter && advice.replayShare == 0.25)
        #expect(advice.choices.contains { $0.what == "method" && $0.choice == "dpo" })
    }

    @Test func withoutAModelThePublishedThresholdsStand() throws {
        let data = try statistics(texts(["a little text"]))
        let advice = StageAdvice(data, parameters: nil)
        #expect(advice.usesAdapter)
        #expect(advice.choices[0].reason.contains("1.0G tokens (published"))
    }

    @Test(arguments: [
        (20.0, "20"), (2.0, "2"), (0.02, "0.02"), (6e-5, "6e-5"), (1.8e-4, "1.8e-4"),
        (0.336, "0.34"),
        (9.96, "10"), (123.4, "123"), (0.0, "0"), (2.5e7, "2.5e7"),
    ]) func numbersAreShort(number: Double, text: String) {
        #expect(StageAdvice.text(number) == text)
    }

    @Test func nothingToLearnIsSaid() throws {
        let folder = try TemporaryFolder()
        try folder.write("\n\n", to: "rows.jsonl")
        #expect(throws: CorporaError.self) {
            try SourceDetection.sources(of: [folder.file("rows.jsonl").path])
        }
        #expect(throws: CorporaError.self) { try SourceDetection.sources(of: ["/nowhere"]) }
        #expect(throws: CorporaError.self) {
            try statistics([Source(name: "a", place: .memory([]), format: .text(.whole))])
        }
    }
}
