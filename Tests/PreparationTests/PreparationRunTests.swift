import Corpora
import Foundation
import Naming
import TestSupport
import Testing

@testable import Preparation

@Suite struct PreparationRunTests {
    let folder: TemporaryFolder

    /// Documents of a few kilobytes, so that there are several batches; some come again.
    private static let web: String = {
        var lines = ""
        for index in 0..<1500 {
            let number = index % 7 == 3 ? index / 2 : index
            let text = index % 11 == 5 ? "short" : prose(35, from: number * 40)
            lines += "{\"text\": \"\(text)\", \"id\": \(index)}\n"
            if index % 100 == 50 { lines += "not a row\n{\"id\": 1}\n" }
        }
        return lines
    }()

    private static let notes = (0..<400).map {
        "\(prose(8, from: 100_000 + $0 * 10)) Write to p\($0)@example.org."
    }.joined(separator: "\n\n")

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.web, to: "web.jsonl")
        try folder.write(Self.notes, to: "notes.txt")
    }

    private var sources: [Source] {
        var web = Source(
            name: "web", place: .files([folder.file("web.jsonl").path]),
            format: .jsonLines(field: "text"))
        web.licence = "CC0-1.0"
        web.about = "Made for a test."
        return [
            web,
            Source(
                name: "notes", place: .files([folder.file("notes.txt").path]),
                format: .text(.blankLines)),
        ]
    }

    private var steps: [any PreparationStep] {
        [
            FilterStep(LengthFilter()), ExactDuplicates(), NearDuplicates(),
            FilterStep(PersonalDataFilter()),
        ]
    }

    private func plan(threads: Int = 2) -> PreparationPlan {
        var plan = PreparationPlan(sources: sources, steps: steps)
        plan.threads = threads
        plan.shardBytes = 1 << 20
        plan.saveSeconds = 0
        plan.baseFolder = folder.path
        plan.about = "A test."
        return plan
    }

    private func out(_ name: String) -> String { folder.file(name).path }

    /// Every file of a result with its hash.
    private func contents(_ name: String) throws -> [String: String] {
        let files = FileManager.default.enumerator(atPath: out(name))?.allObjects as? [String] ?? []
        var hashes: [String: String] = [:]
        for file in files {
            guard let data = FileManager.default.contents(atPath: out(name) + "/" + file) else {
                continue
            }
            // The names of the folders are titles.
            let text = String(decoding: data, as: UTF8.self).replacing(name, with: "OUT")
            hashes[file] = ContentHash(of: text).hex
        }
        return hashes
    }

    private func finish(
        _ name: String, _ plan: PreparationPlan, resumes: Bool = false
    ) throws -> PreparationReport {
        let ending = try PreparationRun(plan, folder: out(name)).run(resumes: resumes)
        guard case .finished(let report) = ending else {
            throw CorporaError(.badSetting, "not finished")
        }
        return report
    }

    @Test func everyDocumentIsKeptOrCountedOnce() throws {
        let report = try finish("a", plan())
        #expect(report.documents == 1500 + 400)
        let web = report.sources[0].read
        #expect(web.drops.map(\.count) == [15, 15] && web.rows == 1530)
        var seen = report.documents
        for step in report.steps {
            #expect(step.seen == seen)
            #expect(step.reasons.reduce(0) { $0 + $1.documents } == step.dropped)
            #expect(
                step.reasons.reduce(0) { $0 + $1.bytes } == step.bytesIn - step.bytesOut
                    || step.rewritten > 0)
            seen = step.kept
        }
        #expect(report.kept == seen)
        #expect(report.steps[0].reasons[0].documents == 136)
        #expect(report.steps[0].reasons[0].firstCases[0] == "web.jsonl:6: 1 words")
        #expect(report.steps[1].dropped > 100)
        #expect(report.steps[3].rewritten == 400 && report.steps[3].changes == ["email": 400])

        // What was written is what was counted.
        let catalog = try Catalog(folder: out("a"))
        #expect(catalog.categories.map(\.name) == ["notes", "web"])
        #expect(catalog.categories[1].licence == "CC0-1.0")
        #expect(catalog.categories.reduce(0) { $0 + $1.percent } == 100)
        var texts: [Document] = []
        for category in catalog.categories {
            #expect(try category.contents().hash == category.hash)
            try DocumentReader(category.source).read { document, _ in texts.append(document) }
        }
        #expect(texts.count == report.kept)
        #expect(texts.reduce(0) { $0 + $1.utf8.count } == report.keptBytes)
        #expect(!texts.contains { $0.text.contains("@example.org") })
        let dropped = try String(contentsOfFile: out("a") + "/dropped.jsonl", encoding: .utf8)
        let lines = dropped.split(separator: "\n")
        #expect(lines.count == report.documents - report.kept)
        #expect(
            lines[0]
                == #"{"step":"length","reason":"too few words","found":"1 words","source":"web","file":"web.jsonl","line":6}"#
        )
        #expect(catalog.categories[1].source.place.description.contains("data/web"))
        #expect(report.sources[0].shards > 1)
        let card = try String(contentsOfFile: out("a") + "/card.md", encoding: .utf8)
        #expect(card.contains("| web | CC0-1.0 | Made for a test. | 1 | 1530 | 30 | 1500 |"))
        #expect(card.contains("2. **exact duplicates** (normalize = \"spaces\")"))
    }

    @Test func conversationsAreReadAsForTrainingAndWrittenAsRows() throws {
        let rows = [
            #"{"messages": [{"role": "user", "content": "Who is a@b.de?"}, {"role": "assistant", "content": "A \"bird\",\nsaid c@d.org."}], "id": 7}"#,
            #"{"messages": [{"role": "user", "content": "x"}, {"role": "user", "content": "y"}]}"#,
            "no row",
            #"{"messages": [{"role": "user", "content": "Who is a@b.de?"}, {"role": "assistant", "content": "A \"bird\",\nsaid c@d.org."}], "id": 8}"#,
            #"{"messages":[{"role":"user","content":"é?"},{"role":"assistant","content":"Nothing personal."}]}"#,
        ]
        try folder.write(rows.joined(separator: "\n") + "\n", to: "chats.jsonl")
        var plan = PreparationPlan(
            sources: [
                Source(
                    name: "chats", place: .files([folder.file("chats.jsonl").path]),
                    format: .conversations(.init()))
            ], steps: [ExactDuplicates(), FilterStep(PersonalDataFilter())])
        plan.baseFolder = folder.path
        let report = try finish("chats", plan)
        #expect(report.steps.map(\.name) == ["rows of conversations", "exact duplicates", "personal data"])
        #expect(report.steps.map(\.seen) == [5, 3, 2] && report.kept == 2)
        #expect(
            report.steps[0].reasons.map(\.name) == ["turns do not alternate", "not JSON"])
        #expect(report.steps[2].changes == ["email": 2] && report.remarks.count == 1)
        #expect(!FileManager.default.fileExists(atPath: out("chats") + "/catalog.json"))
        let text = try String(
            contentsOfFile: out("chats") + "/data/chats/part-000000.jsonl", encoding: .utf8)
        let lines = text.split(separator: "\n")
        let origin = #","nightjar_origin":{"source":"chats","file":"chats.jsonl","line":"#
        #expect(
            lines[0]
                == rows[0].dropLast().replacing("a@b.de", with: "<EMAIL>")
                .replacing("c@d.org", with: "<EMAIL>") + origin + "1}}")
        #expect(lines[1] == rows[4].dropLast() + origin + "5}}")
    }

    @Test func stringsOfARowAreReplacedAndAllElseStays() throws {
        let row = Array(#"{ "a" : "x\u00e9", "role":"user", "b":[1.50, {"c": "y", "id": "z"}], "n":null}"#.utf8)
        let strings = try #require(RowStrings(row))
        #expect(strings.values.map { String(decoding: $0, as: UTF8.self) } == ["xé", "y"])
        func replaced(_ values: [String]) -> String {
            String(
                decoding: strings.replacing(values.map { Array($0.utf8) }) {
                    DocumentLine.quote($0, into: &$1)
                }, as: UTF8.self)
        }
        #expect(replaced(["xé", "y"]) == String(decoding: row, as: UTF8.self))
        #expect(
            replaced(["xé", "\"1\""])
                == #"{ "a" : "x\u00e9", "role":"user", "b":[1.50, {"c": "\"1\"", "id": "z"}], "n":null}"#)
        for bad in ["", "[]", "\"x\"", "{", "{} x", "{\"a\" 1}"] {
            #expect(RowStrings(Array(bad.utf8)) == nil)
        }
    }

    @Test func theNumberOfThreadsChangesNothing() throws {
        _ = try finish("result-x", plan(threads: 1))
        _ = try finish("result-y", plan(threads: 2))
        #expect(try contents("result-x") == contents("result-y"))
    }

    @Test func stoppedAnywhereAndGoneOnWithItWritesTheSameBytes() throws {
        _ = try finish("result-x", plan())
        var stops = 0
        while true {
            let run = try PreparationRun(plan(), folder: out("result-y"))
            if case .finished = try run.run(resumes: stops > 0, progress: { _ in false }) { break }
            stops += 1
            // What is written behind the saved state is forgotten.
            let shards = try FileManager.default.contentsOfDirectory(
                atPath: out("result-y") + "/data/web")
            let last = try #require(shards.max())
            for file in ["data/web/" + last, "dropped.jsonl", "memory/step-2", "memory/step-3.names"] {
                let handle = try FileHandle(forUpdating: folder.file("result-y/" + file))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("torn".utf8))
                try handle.close()
            }
            try folder.write("{}", to: "result-y/data/web/part-000099.jsonl")
            try #require(stops < 20)
        }
        #expect(stops >= 2)
        #expect(try contents("result-y") == contents("result-x"))
    }

    @Test func anUnfinishedFolderAsksForResume() throws {
        _ = try PreparationRun(plan(), folder: out("a")).run { _ in false }
        #expect(throws: CorporaError.self) { _ = try finish("a", plan()) }
        _ = try finish("a", plan(), resumes: true)
    }

    @Test func whatHasChangedIsNamed() throws {
        func message(_ plan: PreparationPlan, _ name: String, resumes: Bool) -> String {
            do {
                _ = try finish(name, plan, resumes: resumes)
                return "nothing"
            } catch { return "\(error)" }
        }
        _ = try PreparationRun(plan(), folder: out("a")).run { _ in false }
        _ = try finish("b", plan())
        guard case .unchanged = try PreparationRun(plan(), folder: out("b")).run() else {
            Issue.record("the same again is not refused")
            return
        }
        var other = plan()
        other.steps[0] = FilterStep(LengthFilter(leastWords: 3))
        for (name, resumes) in [("a", true), ("b", false)] {
            let sentence = message(other, name, resumes: resumes)
            #expect(sentence.contains("step 1 has changed"), "\(sentence)")
            #expect(sentence.contains("min_words = 50") && sentence.contains("min_words = 3"))
        }
        other = plan()
        other.steps.removeLast()
        #expect(message(other, "b", resumes: false).contains("step 4 is gone"))
        try folder.write("One.\n", to: "notes.txt")
        let sentence = message(plan(), "a", resumes: true)
        #expect(sentence.contains("file notes.txt has changed"), "\(sentence)")
    }

    @Test func foldersOfOthersAndSourcesWithoutTextAreRefused() throws {
        try folder.write("mine", to: "taken/file.txt")
        #expect(throws: CorporaError.self) { _ = try finish("taken", plan()) }
        try folder.write("", to: "web.jsonl")
        #expect(throws: CorporaError.self) { _ = try finish("empty", plan()) }
        var everything = plan()
        everything.sources.removeFirst()
        everything.steps = [FilterStep(LengthFilter(leastWords: 1_000_000))]
        do {
            _ = try finish("nothing", everything)
            Issue.record("nothing is left, and that is not said")
        } catch let error as CorporaError {
            #expect(error.code == .emptyCorpus && error.message.contains("400 documents"))
        }
        #expect(FileManager.default.fileExists(atPath: out("nothing") + "/report.json"))
    }

    @Test func tooManyBadRowsStop() throws {
        var strict = plan()
        strict.sources[0].maximumBadRows = .count(20)
        do {
            _ = try finish("strict", strict)
            Issue.record("30 bad rows pass")
        } catch let error as CorporaError {
            #expect(error.code == .badRow)
            #expect(error.message.contains("not JSON") && error.message.contains("field missing"))
        }
    }

    @Test func sharesAddUpToOneHundred() {
        for amounts in [[1, 1, 1], [1], [999_999, 1], [7, 7, 7, 7, 7, 7, 7], [1, 0, 2]] {
            let percentages = PreparedCatalog.percentages(amounts)
            #expect(abs(percentages.reduce(0, +) - 100) < 1e-9, "\(amounts)")
        }
        #expect(PreparedCatalog.percentages([1, 1]) == [50, 50])
    }

    @Test func linesOfJSONReadBackAsTheyWere() throws {
        let texts = ["a\"b\\c\n\r\t\u{1}\u{1f}é漢🙂\u{7f}", "", "plain"]
        for text in texts {
            var line: [UInt8] = []
            DocumentLine.quote(Array(text.utf8), into: &line)
            let value = try JSONSerialization.jsonObject(with: Data(line), options: .fragmentsAllowed)
            #expect(value as? String == text)
        }
    }
}
