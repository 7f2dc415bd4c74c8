import Foundation
import Testing

@testable import Corpora

/// Rows that say how difficult they are.
@Suite struct DifficultyTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(
        _ name: String, _ text: String, _ format: Source.Format, field: String = "level"
    ) throws -> (difficulties: [Float16?], report: ReadReport) {
        var source = Source(name: "rows", place: .files([try folder.write(name, text)]), format: format)
        source.difficulty = field
        var difficulties: [Float16?] = []
        let report = try DocumentReader(source).read { document, _ in
            difficulties.append(document.difficulty)
        }
        return (difficulties, report)
    }

    @Test func numbersAreReadAndWhatIsNoneIsRefused() throws {
        let rows = [
            #"{"text": "a", "level": 1}"#, #"{"text": "b", "level": 0.7}"#, #"{"text": "c"}"#,
            #"{"text": "d", "level": null}"#, #"{"text": "e", "level": "2"}"#,
            #"{"text": "f", "level": "hard"}"#, #"{"text": "g", "level": -1}"#,
            #"{"text": "h", "level": 1e9}"#, #"{"text": "i", "level": [1]}"#,
        ]
        let found = try read("a.jsonl", rows.joined(separator: "\n"), .jsonLines(field: "text"))
        #expect(found.difficulties == [1, 0.7, nil, nil, 2])
        #expect(found.report.remarks.contains { $0.contains("4 of 9 rows dropped") }, "\(found.report.remarks)")
    }

    @Test func itMayStandDeepInARow() throws {
        let found = try read(
            "a.jsonl", #"{"text": "a", "meta": {"level": 3}}"#, .jsonLines(field: "text"),
            field: "meta.level")
        #expect(found.difficulties == [3])
    }

    @Test func aColumnMayHoldIt() throws {
        let found = try read(
            "a.csv", "text,level\na,1\nb,\nc,x\nd,2.5\n", .delimited(.init(field: "text")))
        #expect(found.difficulties == [1, nil, 2.5])
    }

    @Test func conversationsMaySayIt() throws {
        let found = try read(
            "a.jsonl", #"{"prompt": "a", "completion": "b", "level": 4}"#,
            .conversations(.init()))
        #expect(found.difficulties == [4])
    }

    @Test func plainTextHasNone() throws {
        #expect(throws: CorporaError.self) { try read("a.txt", "a", .text(.whole)) }
    }
}
