import Corpora
import Foundation
import Preparation
import Testing
import Training

@testable import Scripting

@Suite struct PreparationLoaderTests {
    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        let rows = (0..<200).map { index in
            "{\"title\": \"Number \(index)\", \"text\": \"Some text of row \(index).\"}\n"
        }
        try folder.write("rows.jsonl", rows.joined())
    }

    private func load(_ keys: String, overrides: [String] = []) throws -> LoadedPreparation {
        try folder.write(
            "prepare.lua",
            """
            local nj = require "nightjar"
            return nj.data.prepare {
            \(keys)
            }
            """)
        return try PreparationLoader.load(
            path: "prepare.lua", overrides: overrides, workingFolder: folder.path, threads: 2,
            print: { _ in })
    }

    private func fault(_ keys: String, overrides: [String] = []) -> String {
        do {
            let loaded = try load(keys, overrides: overrides)
            _ = try PreparationRun(loaded.plan, folder: loaded.folder).run()
            return "nothing"
        } catch { return "\(error)" }
    }

    private func run(_ keys: String, overrides: [String] = []) throws -> PreparationReport {
        let loaded = try load(keys, overrides: overrides)
        guard
            case .finished(let report) = try PreparationRun(loaded.plan, folder: loaded.folder).run()
        else { throw CorporaError(.badSetting, "not finished") }
        return report
    }

    private static let from = """
        out = "clean", from = nj.data.jsonl { path = "rows.jsonl", field = "{title}: {text}",
          licence = "CC0-1.0", description = "Rows." },
        """

    @Test func everyFilterTakesItsSettings() throws {
        let loaded = try load(
            Self.from + """
                description = "All filters.", keep_dropped = true, shard_mb = 3,
                steps = {
                  nj.filter.length { min_words = 2, max_words = false, min_mean_line = 1.5 },
                  nj.filter.repetition { lines = false, top_2gram = 0.5, repeated_10gram = false },
                  nj.filter.symbols { max_urls = 1, max_bullet_lines = false },
                  nj.filter.mojibake { action = "repair" },
                  nj.filter.language { keep = { "en", "de" }, undecided = "drop" },
                  nj.filter.exact_duplicates { normalize = "words" },
                  nj.filter.near_duplicates { threshold = 0.7, bands = 20, rows = 5, memory_mb = 7 },
                  nj.filter.evaluation_overlap { run_words = 8, sets = {
                    quiz = nj.data.text { path = "texts/book.txt", split = "blank_line" } } },
                  nj.filter.personal_data { kinds = { "email" }, action = "drop" },
                  nj.filter.own { name = "house rules", judge = function(document) end },
                  function(document) return true end,
                },
                """)
        let plan = loaded.plan
        #expect(loaded.folder == folder.path + "/clean" || loaded.folder.hasSuffix("/clean"))
        #expect(plan.about == "All filters." && plan.keepsDropped && plan.shardBytes == 3 << 20)
        #expect(plan.sources.map(\.name) == ["data"] && plan.sources[0].licence == "CC0-1.0")
        func settings(_ step: Int) -> [String: String] {
            Dictionary(
                uniqueKeysWithValues: plan.steps[step].settings.map { ($0.name, "\($0.value)") })
        }
        #expect(settings(0)["min_words"] == "2" && settings(0)["max_words"] == "off")
        #expect(settings(0)["min_mean_line"] == "1.5")
        #expect(settings(1)["lines"] == "off" && settings(1)["top_2gram"] == "0.5")
        #expect(settings(1)["repeated_10gram"] == nil && settings(1)["repeated_9gram"] == "0.11")
        #expect(settings(2)["max_urls"] == "1" && settings(2)["max_bullet_lines"] == "off")
        #expect(settings(3)["action"] == "\"repair\"")
        #expect(settings(4)["keep"] == "\"de\", \"en\"")
        #expect(settings(5)["normalize"] == "\"words\"")
        #expect(settings(6)["threshold"] == "0.7" && settings(6)["bands"] == "20")
        // What decides nothing is no setting: it may be raised on the way.
        #expect(settings(6)["memory_mb"] == nil)
        #expect(settings(7)["run_words"] == "8" && settings(7)["sets"] == "\"quiz\"")
        #expect(settings(8)["kinds"] == "\"email\"")
        #expect(plan.steps[9].name == "house rules")
        #expect(plan.steps[10].name.hasPrefix("function (line "))
    }

    @Test func functionsKeepDropAndRewrite() throws {
        let report = try run(
            Self.from + """
                steps = {
                  function(document)
                    assert(document.source == "data" and document.line >= 1)
                    assert(document.file:find "rows.jsonl$")
                    local number = tonumber(document.text:match "^Number (%d+)")
                    if number % 10 == 0 then return false, "round" end
                    if number % 10 == 1 then return false end
                    if number % 10 == 2 then return document.text:upper() end
                    if number % 10 == 3 then return document.text end
                    if number % 10 == 4 then return true end
                  end,
                },
                """)
        let step = report.steps[0]
        #expect(step.seen == 200 && step.dropped == 40 && step.rewritten == 20)
        #expect(step.reasons.map(\.name) == ["round", "no reason given"])
        #expect(step.reasons.map(\.documents) == [20, 20])
        let text = try String(
            contentsOfFile: folder.path + "/clean/data/data/part-000000.jsonl", encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 160)
        #expect(
            lines[0]
                == #"{"text":"NUMBER 2: SOME TEXT OF ROW 2.","source":"data","file":"rows.jsonl","line":3}"#
        )
    }

    @Test(arguments: [
        ("function(document) error 'no' end", "step 1, asked of"),
        ("function(document) return 5 end", "expected true, false with a reason, or a text, got integer 5"),
        ("function(document) return {} end", "got a table"),
        ("function(document) return '' end", "it gave an empty text"),
        ("function(document) return '\\xff' end", "not valid UTF-8"),
        ("function(document) return false, 5 end", "is a string, not number"),
        ("function(document) while true do end end", "step 1, asked of"),
    ])
    func functionsThatFailEndItWithTheDocumentsPlace(source: String, sentence: String) throws {
        let text = fault(
            Self.from + "limits = { time_s = 0.2 },\nsteps = { \(source) },")
        #expect(text.contains(sentence), "\(text)")
        #expect(text.contains("rows.jsonl:"), "\(text)")
    }

    @Test(arguments: [
        ("steps = {}", "out: this key is missing"),
        ("out = 'x'", "from: this key is missing"),
        ("out = 'x', from = nj.data.jsonl { path = 'none.jsonl' }", "there is no file"),
        ("out = 'x', from = nj.data.chat { path = 'rows.jsonl', fields = { promt = 'q' } }",
            "did you mean \"prompt\"?"),
        ("out = 'x', from = {}", "from: expected"),
        ("out = 'x', form = 1", "did you mean \"from\"?"),
        (PreparationLoaderTests.from + "steps = { nj.filter.length { min_word = 1 } }",
            "did you mean \"min_words\"?"),
        (PreparationLoaderTests.from + "steps = { nj.filter.language { keep = { 'xx' } } }", "\"xx\""),
        (PreparationLoaderTests.from + "steps = { 5 }", "steps[1]: expected"),
    ])
    func mistakesAreNamed(keys: String, sentence: String) {
        let text = fault(keys)
        #expect(text.contains(sentence) && text.contains("prepare.lua"), "\(text)")
    }

    @Test func keysAreSetFromOutside() throws {
        let loaded = try load(
            Self.from + "steps = { nj.filter.length { min_words = 2 } },",
            overrides: ["out=other", "from.path=texts/rows.jsonl", "from.field=text", "shard_mb=5"])
        #expect(loaded.folder.hasSuffix("/other") && loaded.plan.shardBytes == 5 << 20)
        #expect(loaded.plan.sources[0].place.description.hasSuffix("texts/rows.jsonl"))
        let named = try load(
            "out = 'x', from = { web = nj.data.jsonl { path = 'rows.jsonl' } },",
            overrides: ["from.web.field=title"])
        #expect(named.plan.sources[0].format == .jsonLines(field: "title"))
        #expect(fault(Self.from, overrides: ["from.feld=x"]).contains("did you mean \"field\"?"))
    }

    @Test func recipesAndPreparationsAreToldApart() throws {
        _ = try load(Self.from)
        do {
            _ = try RecipeLoader.load(
                path: "prepare.lua", workingFolder: folder.path, print: { _ in })
            Issue.record("a preparation is no recipe")
        } catch { #expect("\(error)".contains("nightjar data prepare prepare.lua")) }
        try folder.write("recipe.lua", RecipeFolder.recipe(keys: ""))
        do {
            _ = try PreparationLoader.load(
                path: "recipe.lua", workingFolder: folder.path, threads: 1, print: { _ in })
            Issue.record("a recipe is no preparation")
        } catch { #expect("\(error)".contains("nightjar train recipe.lua")) }
    }

    @Test func sourcesOfRowsAreReadInRecipesToo() throws {
        try folder.write("a.csv", "id;text\n1;one\n2;two\n")
        try folder.write("a.tsv", "id\ttext\n1\tone\n")
        let run = try folder.load(
            RecipeFolder.recipe(
                keys: """
                    data = nj.data.mix {
                      semicolons = nj.data.csv { path = "a.csv", delimiter = ";", max_bad_rows = 3 },
                      tabs = nj.data.csv { path = "a.tsv", columns = { "id", "text" },
                        max_bad_rows = 0.1, licence = "MIT", description = "Tabs." },
                    },
                    """)
        ).configuration
        let sources = run.data.map(\.source)
        #expect(
            sources[0].format == .delimited(.init(delimiter: UInt8(ascii: ";"))))
        #expect(sources[0].maximumBadRows == .count(3))
        #expect(
            sources[1].format
                == .delimited(.init(delimiter: UInt8(ascii: "\t"), columns: ["id", "text"])))
        #expect(sources[1].maximumBadRows == .share(0.1))
        #expect(sources[1].licence == "MIT" && sources[1].about == "Tabs.")
    }
}
