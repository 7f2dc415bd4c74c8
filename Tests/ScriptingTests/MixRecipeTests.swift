import Corpora
import Testing
import Training

@testable import Scripting

/// Mixes in percent, with a replay of their own sources or of a catalog's.
@Suite struct MixRecipeTests {
    private let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("catalog/verse/a.txt", "A line.\n")
        try folder.write("catalog/law/a.txt", "An act.\n")
        try folder.write(
            "catalog/catalog.json",
            #"""
            {"categories": {"verse": {"path": "verse", "percent": 70},
                            "law": {"path": "law", "percent": 30, "split": "line"}}}
            """#)
    }

    private static let customer =
        "customer = { percent = 60, max_epochs = 4, nj.data.text { path = 'texts/book.txt' } }"

    private func load(
        _ mix: String, overrides: [String] = []
    ) throws -> RunConfiguration {
        try folder.load(keys: "data = nj.data.mix { \(mix) },", overrides: overrides).configuration
    }

    private func shares(_ run: RunConfiguration) -> [String: WeightedSource.Share] {
        Dictionary(uniqueKeysWithValues: run.data.map { ($0.source.name, $0.share) })
    }

    @Test func replayIsOfSourcesOfItsOwn() throws {
        let run = try load(
            """
            unit = 'loss_tokens', strict = true, \(Self.customer),
            replay = {
              rows = { percent = 75, nj.data.jsonl { path = 'texts/rows.jsonl' } },
              poems = { percent = 25, max_epochs = 1.5, nj.data.folder { path = 'texts/poems' } },
            }
            """)
        #expect(run.mix == MixSettings(unit: .lossTokens, isStrict: true))
        #expect(
            shares(run)
                == ["customer": .percent(60), "rows": .replay(75), "poems": .replay(25)])
        #expect(run.data.map(\.maximumEpochs) == [4, 1.5, nil])
        // What the recipe's `on` says of bad rows reaches the replay too.
        #expect(run.data.allSatisfy { $0.source.invalidUTF8 == .replace })
    }

    /// A number, a table with one, or nothing at all, which is the catalog's own.
    @Test func replayIsOfACatalogsCategories() throws {
        let some = try load("\(Self.customer), replay = { catalog = 'catalog', verse = 100 }")
        #expect(shares(some) == ["customer": .percent(60), "verse": .replay(100)])
        let both = try load(
            "\(Self.customer), replay = { catalog = 'catalog', verse = { percent = 50 }, law = 50 }",
            overrides: ["data.replay.verse.percent=10", "data.customer.percent=20"])
        #expect(
            shares(both)
                == ["customer": .percent(20), "verse": .replay(10), "law": .replay(50)])
        let usual = try load("\(Self.customer), replay = { catalog = 'catalog' }")
        #expect(shares(usual)["law"] == .replay(30) && shares(usual)["verse"] == .replay(70))
        let law = try #require(usual.data.first { $0.source.name == "law" })
        #expect(law.source.format == .text(.lines))
    }

    @Test(arguments: [
        ("replay = { catalog = 'catalog', vers = 5 }", "Did you mean \"verse\""),
        ("replay = { catalog = 'texts', verse = 5 }", "catalog.json"),
        ("replay = { catalog = 'nowhere', verse = 5 }", "there is no folder"),
        ("replay = { catalog = 'catalog', verse = 101 }", "a number from 0 to 100"),
        ("replay = { catalog = 'catalog', verse = { weight = 5 } }", "weight"),
        ("replay = { verse = 5 }", "nothing says where the text"),
        ("replay = {}", "the replay has no category"),
        ("replay = { catalog = 'catalog', verse = 'x' }", "expected a percentage"),
        ("other = nj.data.text { path = 'texts/book.txt' }", "give this one percent too"),
        (
            "verse = { percent = 1, nj.data.text { path = 'texts/book.txt' } }, "
                + "replay = { catalog = 'catalog', verse = 5 }", "another name"
        ),
        ("strict = 1", "strict"),
    ])
    func whatIsNoMixIsNamed(keys: String, sentence: String) throws {
        let error = try folder.error(keys: "data = nj.data.mix { \(Self.customer), \(keys) },")
        #expect("\(error)".contains(sentence), "\(error)")
    }

    /// A source may be called replay, as before there were categories.
    @Test func aSourceMayBeCalledReplay() throws {
        let run = try load(
            "a = nj.data.text { path = 'texts/book.txt' }, "
                + "replay = { weight = 2, nj.data.jsonl { path = 'texts/rows.jsonl' } }")
        #expect(shares(run) == ["a": .weight(1), "replay": .weight(2)])
    }

    @Test func aSourceMayBeReadANumberOfTimes() throws {
        let run = try load(
            "book = { epochs = 2, nj.data.text { path = 'texts/book.txt' } }, "
                + "poems = nj.data.folder { path = 'texts/poems' }")
        #expect(shares(run) == ["book": .epochs(2), "poems": .weight(1)])
        for mix in [
            "book = { epochs = 2, weight = 1, nj.data.text { path = 'texts/book.txt' } }",
            "book = { epochs = 0, nj.data.text { path = 'texts/book.txt' } }",
        ] {
            #expect(throws: ScriptingError.self, "\(mix)") { try load(mix) }
        }
    }
}
