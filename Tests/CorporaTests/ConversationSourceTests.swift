import Conversations
import Foundation
import TestSupport
import Testing

@testable import Corpora

/// Sources of conversations: what reaches the shards, and what is dropped, cut or refused.
@Suite struct ConversationSourceTests {
    let folder: TemporaryFolder
    let cache: CorpusCache
    let tokenizer = ChatTokenizer()
    /// What is asked stands in brackets; an answer ends with `</s>`.
    static let template = """
        {% for m in messages %}{% if m.role == 'user' %}{{ '[' + m.content + ']' }}{% else %}\
        {{ m.content + eos_token }}{% endif %}{% endfor %}
        """

    init() throws {
        folder = try TemporaryFolder()
        cache = CorpusCache(folder: folder.path + "/cache")
    }

    static func row(_ turns: String..., extra: String = "") -> String {
        let messages = turns.enumerated().map {
            #"{"role": "\#($0 % 2 == 0 ? "user" : "assistant")", "content": "\#($1)"}"#
        }
        return #"{"messages": [\#(messages.joined(separator: ", "))]\#(extra)}"#
    }

    private func source(
        _ rows: [String], tooLong: Source.TooLong = .cut, badRow: Source.BadRow = .skip
    ) throws -> Source {
        let path = try folder.write("rows.jsonl", rows.joined(separator: "\n"))
        return Source(
            name: "talk", place: .files([path]),
            format: .conversations(Source.ConversationRows(tooLong: tooLong)), badRow: badRow,
            split: ValidationSplit(share: 0))
    }

    private func encoding(
        _ template: String = template, context: Int = 100
    ) throws -> SupervisedEncoding {
        SupervisedEncoding(
            encoder: ConversationEncoder(
                template: try ChatTemplate(template, name: "talk.jinja"), tokenizer: tokenizer),
            context: context)
    }

    private func corpus(
        _ source: Source, _ template: String = template, context: Int = 100
    ) throws -> Corpus {
        try cache.corpus(
            source, tokenizer: tokenizer, supervised: encoding(template, context: context))
    }

    /// Each document with what is learned in braces.
    private func shown(_ shard: TokenShard) throws -> [String] {
        try (0..<shard.documentCount).map { index in
            let extent = try shard.extent(ofDocument: index)
            let run = try shard.run(ofDocument: index, tokens: 0..<extent.tokenCount)
            return zip(run.ids, run.lossWeights ?? []).map { id, weight in
                let text = tokenizer.decode([id], skipsSpecialTokens: false)
                return weight > 0 ? "{\(text)}" : text
            }.joined().replacingOccurrences(of: "}{", with: "")
        }
    }

    @Test func masksReachTheShardAndComeBack() throws {
        let rows = [
            Self.row("a", "b", "c", "d"), #"{"text": "xyz"}"#,
            #"{"prompt": "p", "completion": "q", "weight": 0.25}"#,
        ]
        let source = try source(rows)
        for isCached in [false, true] {
            let corpus = try corpus(source)
            #expect(corpus.wasCached == isCached)
            #expect(try shown(corpus.train) == ["[a]{b</s>}[c]{d</s>}", "{xyz}", "p{q}"])
            #expect(corpus.report.trainedTokens == 8)
            #expect(try corpus.train.run(ofDocument: 2, tokens: 1..<2).lossWeights == [0.25])
            // A template sets its own beginning and end, packing those of plain text.
            #expect(try corpus.train.extent(ofDocument: 0).goesOn)
            #expect(try !corpus.train.extent(ofDocument: 1).goesOn)
            // Bytes of what is predicted, special tokens left out.
            #expect(try corpus.train.extent(ofDocument: 0).byteCount == 2)
            try corpus.train.verify()
        }
    }

    @Test func rowsThatCannotBeLearnedAreCountedByCause() throws {
        let rows = [
            Self.row("a", "b"), Self.row("a", " "), "{", "[]", Self.row("a"), "",
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "a"}]}"#,
            #"{"messages": [{"role": "boss", "content": "a"}]}"#, #"{"masages": []}"#,
            Self.row("a</s>", "b"), Self.row("c", "d"),
        ]
        let report = try corpus(source(rows)).report
        let causes = Dictionary(
            uniqueKeysWithValues: report.drops.map { ($0.cause, $0.count) })
        #expect(
            causes == [
                .emptyTurn: 1, .notJSON: 2, .nothingTrained: 1, .empty: 1, .notAlternating: 1,
                .unknownRole: 1, .unknownFormat: 1, .specialToken: 1,
            ])
        #expect(report.documents == 2)
        let remark = report.remarks.first { $0.contains("alternate") } ?? ""
        #expect(remark.contains("rows.jsonl:7: messages[1]: the user's message follows"))
    }

    @Test func aBadRowCanStop() throws {
        let source = try source([Self.row("a", "b"), Self.row("a", "")], badRow: .stop)
        let error = #expect(throws: CorporaError.self) { try self.corpus(source) }
        #expect(error?.code == .badRow && error?.line == 2)
        #expect(error?.path?.hasSuffix("rows.jsonl") == true)
        #expect(error?.message.contains("messages[1]") == true)
    }

    @Test func everyFaultOfARowHasACause() {
        for code in ConversationError.Code.allCases {
            let error = ConversationError(code, "x")
            #expect((DropCause(rawValue: code.rawValue) == nil) == error.isOfTemplate, "\(code)")
        }
    }

    @Test(
        arguments: [
            ("{{ raise_exception('no') }}", nil),
            ("{% for i in range(10**9) %}{% endfor %}", "talk.jinja:1:"),
            (
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "talk.jinja:1:"
            ),
            ("{% for m in messages %}<|turn|>{{ m.content + eos_token }}{% endfor %}", "<|turn|>"),
            ("{% for m in messages %}{{ m.content }}{% endfor %}", "never learn to stop"),
            ("{{ messages[9].content }}", "talk.jinja:1:"),
        ] as [(String, String?)])
    func aTemplateAtFaultEndsTheReadingAndShowsTheRow(template: String, part: String?) throws {
        let source = try source([Self.row("hello", "b")])
        let error = #expect(throws: CorporaError.self) { try self.corpus(source, template) }
        // A template that says no to every row leaves none.
        guard let part else {
            #expect(error?.code == .emptyCorpus && error?.message.contains("refuses: no") == true)
            return
        }
        #expect(error?.code == .badTemplate && error?.line == 1, "\(String(describing: error))")
        #expect(error?.message.contains(part) == true, "\(String(describing: error))")
        #expect(error?.advice?.contains("hello") == true)
        #expect(try folder.names(in: "cache").allSatisfy { $0.hasSuffix(".lock") })
    }

    @Test func aRowLongerThanTheContextIsCutDroppedOrStops() throws {
        let rows = [Self.row("a", "b", "c", "dddddd"), Self.row("a", "bbbbbbbbbbbb")]
        let cut = try corpus(source(rows), context: 10)
        #expect(try shown(cut.train) == ["[a]{b</s>}"])
        #expect(cut.report.cutRows == 1)
        #expect(cut.report.drops.map(\.cause) == [.tooLong])
        #expect(
            cut.report.remarks.contains {
                $0.contains("rows.jsonl:1: 15 tokens, of which 5 are kept")
            })
        let dropped = try corpus(source(rows, tooLong: .drop), context: 15)
        #expect(try shown(dropped.train) == ["[a]{b</s>}[c]{dddddd</s>}"])
        #expect(dropped.report.drops.map(\.count) == [1])
        let error = #expect(throws: CorporaError.self) {
            try self.corpus(self.source(rows, tooLong: .stop), context: 10)
        }
        #expect(error?.code == .badRow && error?.line == 1)
        #expect(error?.message.contains("longer than the context") == true)
    }

    @Test func anotherTemplateFormatOrContextIsAnotherCorpus() throws {
        let source = try source([Self.row("a", "b")])
        _ = try corpus(source)
        func isThere(_ source: Source, _ encoding: SupervisedEncoding) throws -> Bool {
            try cache.existing(source, tokenizer: tokenizer, supervised: encoding) != nil
        }
        #expect(try isThere(source, encoding()))
        #expect(try !isThere(source, encoding(Self.template + "x")))
        #expect(try !isThere(source, encoding(context: 99)))
        var other = source
        other.format = .conversations(Source.ConversationRows(format: .messages))
        #expect(try !isThere(other, encoding()))
    }

    @Test func conversationsAreNotPlainText() throws {
        let source = try source([Self.row("a", "b")])
        let error = #expect(throws: CorporaError.self) {
            try self.cache.corpus(source, tokenizer: self.tokenizer)
        }
        #expect(error?.code == .badSetting && error?.advice?.contains("sft") == true)
    }

    @Test func aDamagedWeightIsNoticed() throws {
        let corpus = try corpus(source([Self.row("a", "b")]))
        var bytes = try Data(contentsOf: URL(filePath: corpus.train.path))
        bytes[512 + 2 * corpus.train.tokenCount + 3] ^= 1
        try bytes.write(to: URL(filePath: corpus.train.path))
        let shard = try TokenShard(path: corpus.train.path, name: "talk")
        let error = #expect(throws: CorporaError.self) {
            try shard.run(ofDocument: 0, tokens: 0..<2)
        }
        #expect(error?.code == .damagedFile)
    }
}
