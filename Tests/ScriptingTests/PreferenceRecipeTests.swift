import Corpora
import Testing
import Training

@testable import Scripting

/// `method = "dpo"` and what goes with it in recipes.
@Suite struct PreferenceRecipeTests {
    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("pairs.jsonl", "{}\n")
        try folder.write("chats.jsonl", "{}\n")
        try folder.write("other/config.json", "{}")
    }

    private static let data = "data = nj.data.preference { path = 'pairs.jsonl' }, "

    @Test func everyKeyReachesTheRun() throws {
        let run = try folder.load(
            keys: """
                method = "dpo", on = { bad_row = "stop" },
                preference = { beta = 0.3, label_smoothing = 0.1, text_weight = 0.5,
                  reference = "other" },
                data = nj.data.mix {
                  pairs = { percent = 60, nj.data.preference { path = "pairs.jsonl",
                    too_long = "stop", fields = { chosen = "answers.good" }, validation = 0.1 } },
                  replay = { chats = { percent = 50, nj.data.chat { path = "chats.jsonl" } },
                    prose = { percent = 50, nj.data.text { path = "texts/book.txt" } } },
                },
                """
        ).configuration
        #expect(run.method == .preference && run.packing == .whole && run.stage == .post)
        #expect(
            run.preference
                == Preference(
                    beta: 0.3, labelSmoothing: 0.1, textWeight: 0.5,
                    reference: folder.path + "/other"))
        let pairs = try #require(run.data.first { $0.source.name == "pairs" }).source
        #expect(pairs.badRow == .stop && pairs.split.share == 0.1)
        #expect(
            pairs.format
                == .conversations(
                    Source.ConversationRows(
                        tooLong: .stop, fields: ["chosen": "answers.good"], purpose: .pairs)))
    }

    @Test func theDefaultsAreTheUsualOnes() throws {
        let run = try folder.load(keys: "method = 'dpo', " + Self.data).configuration
        #expect(run.preference == Preference(beta: 0.1, labelSmoothing: 0, reference: nil))
        let loaded = try folder.load(
            keys: "method = 'dpo', " + Self.data, overrides: ["preference.beta=0.01"])
        #expect(loaded.configuration.preference?.beta == 0.01)
    }

    @Test(arguments: [
        ("preference = { beta = 0.1 }", "preference: only method = \"dpo\" uses this"),
        ("method = 'dpo', preference = { beta = 0 }", "preference.beta: expected a number above 0"),
        (
            "method = 'dpo', preference = { label_smoothing = 0.5 }",
            "the pairs would be learned the wrong way round"
        ),
        ("method = 'dpo', preference = { label_smoothing = -1 }", "preference.label_smoothing"),
        ("method = 'dpo', preference = { reference = 'gone' }", "gone"),
        ("method = 'dpo', preference = { betta = 1 }", "did you mean \"beta\""),
        ("method = 'dpo', neftune_alpha = 5", "neftune_alpha: only method = \"sft\" or \"distill\""),
        (
            "method = 'dpo', model = { from = 'other', continue = true }",
            "preference.reference: a run that goes on with another's place"
        ),
        ("method = 'dop'", "did you mean \"dpo\""),
        ("data = nj.data.preference { path = 'pairs.jsonl', too_long = 'cut' }", "too_long"),
        ("data = nj.data.preference { path = 'gone.jsonl' }", "gone.jsonl"),
        (
            "data = nj.data.preference { path = 'pairs.jsonl', fields = { choosen = 'a' } }",
            "\"chosen\""
        ),
        ("data = nj.data.preferences { path = 'pairs.jsonl' }", "preference"),
    ])
    func faultsNameTheKey(keys: String, sentence: String) throws {
        let error = try folder.error(keys: keys + ",")
        #expect("\(error)".contains(sentence), "\(keys): \(error)")
    }
}
