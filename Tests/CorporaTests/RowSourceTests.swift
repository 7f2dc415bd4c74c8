import Conversations
import Foundation
import Testing

@testable import Corpora

/// Fields of rows, files of delimited fields, and places from which reading goes on.
@Suite struct RowSourceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ source: Source, chunk: Int = 1 << 20) throws -> ([String], ReadReport) {
        var documents: [String] = []
        let report = try DocumentReader(source, chunkBytes: chunk).read { document, _ in
            documents.append("\(document.origin.line):\(document.text)")
        }
        return (documents, report)
    }

    private func rows(_ field: String, _ line: String) throws -> JSONRow.Outcome {
        JSONRow.text(by: try TextMapping(field), in: Array(line.utf8))
    }

    // MARK: - Fields

    @Test(arguments: [
        ("answer.text", #"{"answer": {"text": "x"}, "text": "y"}"#, "x"),
        ("a.b", #"{"a": {"b": "deep"}, "a.b": "flat"}"#, "flat"),
        ("a.b", #"{"a.b": "flat", "a": {"b": "deep"}}"#, "deep"),
        ("turns.1.content", #"{"turns": [{"content": "a"}, {"content": "b"}]}"#, "b"),
        ("{title}: {body.text} ({year}, {open})",
            #"{"year": 1.50e1, "title": "T", "open": true, "body": {"text": "B\n"}}"#,
            "T: B\n (1.50e1, true)"),
        ("{{{a}}}", #"{"a": "x"}"#, "{x}"), ("{a}{a}", #"{"a": "x"}"#, "xx"),
        ("a", #"{"a": "old", "a": "new"}"#, "new"),
    ])
    func aFieldIsANameAPathOrATemplate(field: String, row: String, expected: String) throws {
        #expect(try rows(field, row) == .text(Array(expected.utf8), repaired: false))
    }

    @Test func whatIsMissingIsNamed() throws {
        #expect(
            try rows("{title} {text}", #"{"title": "x", "txt": "y"}"#)
                == .missing(field: "text", keys: ["title", "txt"]))
        #expect(try rows("a.b", #"{"a": 5}"#) == .missing(field: "a.b", keys: ["a"]))
        #expect(try rows("a.b", #"{"a": {"b": [1]}}"#) == .wrongType(field: "a.b", "an array"))
        #expect(try rows("{a}", #"{"a": null}"#) == .wrongType(field: "a", "null"))
        #expect(try rows("a", #"{"a": 1}"#) == .wrongType(field: "a", "a number"))
        // Fields of nothing are no text.
        #expect(try rows("{a} - {b}", #"{"a": "", "b": ""}"#) == .text([], repaired: false))
        guard case .malformed = try rows("a.b", #"{"a": {"b": "x"}, }"#) else {
            Issue.record("a bad row passes")
            return
        }
    }

    @Test(arguments: ["", "{", "a}", "{}", "{a", "no field {{here}}", "{{}}"])
    func mappingsThatSayNothingAreRefused(field: String) {
        #expect(throws: CorporaError.self) { _ = try TextMapping(field) }
        #expect(throws: CorporaError.self) {
            _ = try DocumentReader(
                Source(name: "s", place: .memory(["x"]), format: .jsonLines(field: field)))
        }
    }

    // MARK: - Delimited fields

    private func csv(
        _ text: String, field: String = "text", delimiter: String = ",", columns: [String]? = nil,
        limit: BadRowLimit? = nil, chunk: Int = 1 << 20
    ) throws -> ([String], ReadReport) {
        let path = try folder.write("a.csv", text)
        var source = Source(
            name: "s", place: .files([path]),
            format: .delimited(
                .init(
                    field: field, delimiter: delimiter.utf8.first ?? 0, columns: columns)))
        source.maximumBadRows = limit
        return try read(source, chunk: chunk)
    }

    @Test func quotesHoldDelimitersLineEndsAndQuotes() throws {
        let text = "id,text\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2,plain \"quote\"\n\n3,\"\"\n4,last"
        for chunk in [1, 2, 3, 7, 1 << 20] {
            let (texts, report) = try csv(text, chunk: chunk)
            #expect(texts == ["2:a, \"b\"\r\nc", "4:plain \"quote\"", "7:last"])
            #expect(report.rows == 5 && report.drops.map(\.count) == [2])
            #expect(report.bytes == text.utf8.count)
        }
    }

    @Test func bytesMarksTabsColumnsAndTemplates() throws {
        #expect(try csv("\u{feff}text\nx\n").0 == ["2:x"])
        #expect(try csv("\u{feff}text\nx\n").1.byteOrderMarks == 1)
        #expect(
            try csv("1\ta\n2\tb", field: "{n}-{t}", delimiter: "\t", columns: ["n", "t"]).0
                == ["1:1-a", "2:2-b"])
        #expect(try csv("", columns: ["text"]).0 == [])
        #expect(try csv("").1.drops.map(\.cause) == [.empty])
    }

    @Test func raggedAndTornRecordsAreCountedByCause() throws {
        let (texts, report) = try csv(
            "id,text\n1\n2,b,c\n3,\"x\"y\n4,ok\n5,\"never\nclosed\n")
        #expect(texts == ["5:ok"])
        #expect(report.drops.map(\.cause) == [.wrongFieldCount, .misplacedQuote])
        #expect(report.drops.map(\.count) == [2, 2] && report.badRows == 4)
        #expect(report.drops[0].firstCases[0].hasSuffix("a.csv:2: 1 fields, and 2 columns"))
        #expect(report.drops[1].firstCases[1].contains("opens in line 6"))
    }

    @Test(arguments: [
        ("id,txt\n1,a\n", "is it 'txt'?"), ("a,b,a\n", "two columns are called 'a'"),
    ])
    func columnsThatAreNotThereStop(text: String, sentence: String) throws {
        do {
            _ = try csv(text)
            Issue.record("it is read")
        } catch let error as CorporaError {
            #expect(error.isUserMistake && "\(error)".contains(sentence), "\(error)")
            #expect(error.line == 1)
        }
    }

    /// Records written by the rules of RFC 4180 read back as they were, whatever the chunks are.
    @Test func anyRecordReadsBack() throws {
        var random = TestRandom(11)
        let alphabet = ["a", "\"", ",", "\n", "\r\n", "é", " ", ";"]
        for round in 0..<60 {
            let records = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                (0..<3).map { _ in
                    (0..<Int.random(in: 0...4, using: &random)).map { _ in
                        alphabet.randomElement(using: &random)!
                    }.joined()
                }
            }
            let text = records.map { record in
                record.map { field in
                    let needs = field.contains { "\",\n\r\r\n".contains($0) }
                    return needs || round % 2 == 0
                        ? "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : field
                }.joined(separator: ",")
            }.joined(separator: round % 3 == 0 ? "\r\n" : "\n")
            let path = try folder.write("r.csv", text)
            for chunk in [1, 2, 5, 1 << 20] {
                var reader = try DelimitedReader(
                    path: path, delimiter: 0x2c, limit: 1 << 20, chunkBytes: chunk)
                var found: [[String]] = []
                while let record = try reader.next() {
                    #expect(record.fault == nil)
                    found.append(record.fields.map { String(decoding: $0, as: UTF8.self) })
                }
                #expect(found == records, "\(text)")
            }
        }
    }

    @Test func aRecordThatIsTooLongIsOneBadRecord() throws {
        let path = try folder.write(
            "l.csv", "x,\"" + String(repeating: "y\n", count: 100) + "\"\na,b\n")
        var reader = try DelimitedReader(path: path, delimiter: 0x2c, limit: 50, chunkBytes: 16)
        #expect(try reader.next()?.fault == .tooLong(openedIn: 1))
        #expect(try reader.next()?.fields == [Array("a".utf8), Array("b".utf8)])
        #expect(try reader.next() == nil)
    }

    // MARK: - Thresholds

    @Test func moreBadRowsThanAllowedStopWithEveryCause() throws {
        let text = "text\n" + String(repeating: "a,b\nfine\n", count: 5)
        #expect(try csv(text, limit: .count(5)).1.badRows == 5)
        do {
            _ = try csv(text, limit: .count(4))
            Issue.record("five bad rows pass")
        } catch let error as CorporaError {
            #expect(error.code == .badRow)
            #expect(error.message.contains("5 of 9 rows are bad"))
            #expect(error.message.contains("5 wrong number of fields: "))
            #expect(error.message.contains("a.csv:2: ") && error.message.contains("a.csv:6: "))
            #expect(!error.message.contains("a.csv:8: "))
        }
        #expect(throws: CorporaError.self) { _ = try csv(text, limit: .share(0.4)) }
        #expect(try csv(text, limit: .share(0.5)).1.badRows == 5)
    }

    // MARK: - Going on

    @Test func readingGoesOnFromEveryPlaceBetweenDocuments() throws {
        let jsonl = "{\"text\": \"a\"}\nbad\n\n{\"text\": \"b c d e f g h i j k\"}\n{\"text\": \"l\"}"
        let csv = "text,n\n\"a\nb\",1\nx\n\nc,2"
        let text = "\u{feff}one\ntwo\n\nthree\n\n\nfour\nfive"
        let first = [try folder.write("1.jsonl", jsonl), try folder.write("2.jsonl", jsonl)]
        let second = [try folder.write("1.csv", csv), try folder.write("2.csv", csv)]
        let third = [try folder.write("1.txt", text), try folder.write("2.txt", text)]
        let long = [try folder.write("3.txt", String(repeating: "word ", count: 60))]
        let sources = [
            Source(name: "j", place: .files(first), format: .jsonLines(field: "text")),
            Source(name: "c", place: .files(second), format: .delimited(.init())),
            Source(name: "l", place: .files(third), format: .text(.lines)),
            Source(name: "b", place: .files(third), format: .text(.blankLines)),
            Source(name: "s", place: .files(third), format: .text(.separator("\n\n"))),
            Source(
                name: "w", place: .files(long + third), format: .text(.whole),
                maximumDocumentBytes: 64),
            Source(name: "m", place: .memory(["a", "", "b"])),
        ]
        for source in sources {
            for chunk in [3, 1 << 20] {
                let reader = try DocumentReader(source, chunkBytes: chunk)
                var whole: [Document] = []
                var places: [(ReadPosition, Int)] = []
                let report = try reader.read(
                    from: .start, between: { places.append(($0, whole.count)) },
                    { document, _ in whole.append(document) })
                #expect(places.count >= 3, "\(source.name)")
                for (place, count) in places {
                    var rest: [Document] = []
                    let again = try reader.read(
                        from: place, between: { _ in }, { document, _ in rest.append(document) })
                    #expect(rest == Array(whole[count...]), "\(source.name) \(place)")
                    #expect(again == report, "\(source.name) \(place)")
                }
            }
        }
    }

    // MARK: - Conversations and cards

    @Test func conversationsKeepTheirFieldsUnderOtherNames() throws {
        let json = Array(
            #"{"q": {"text": "ask"}, "answer": "say", "text": "other", "weight": 0.5}"#.utf8)
        let row = try TrainingRow(
            json: json, format: .automatic, fields: ["prompt": "q.text", "completion": "answer"])
        #expect(row.content == .completion(prompt: "ask", completion: "say"))
        #expect(row.weight == 0.5)
        do {
            _ = try TrainingRow(
                json: json, format: .automatic, fields: ["prompt": "q.txt", "completion": "answer"])
            Issue.record("it is read")
        } catch let error as ConversationError {
            #expect(error.code == .missingKey && error.key == "q.txt")
        }
    }

    @Test func licencesChangeNoTokens() throws {
        let path = try folder.write("a.txt", "one\n")
        let plain = Source(name: "s", place: .files([path]))
        var told = plain
        told.licence = "CC0-1.0"
        told.about = "One line."
        told.maximumBadRows = .count(3)
        func key(_ source: Source) throws -> String {
            SourceKey.of(
                source, listing: try FileListing(source), tokenizer: TestTokenizer())
        }
        #expect(try key(plain) == key(told))
    }
}
