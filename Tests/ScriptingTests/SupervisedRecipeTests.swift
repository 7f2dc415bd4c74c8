import Conversations
import Corpora
import Testing
import Training

@testable import Scripting

/// `method = "sft"` and what goes with it in recipes.
@Suite struct SupervisedRecipeTests {
    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("chats.jsonl", "{}\n")
        try folder.write("chat.jinja", "{{ messages }}")
    }

    @Test func everyKeyReachesTheRun() throws {
        let run = try folder.load(
            keys: """
                method = "sft", chat_template = "chat.jinja", neftune_alpha = 5,
                on = { bad_row = "stop" },
                data = nj.data.mix {
                  chats = { weight = 3, nj.data.chat { path = { "chats.jsonl" }, format = "sharegpt",
                    too_long = "drop", validation = 0.1 } },
                  prose = nj.data.text { path = "texts/book.txt" },
                },
                evaluate = { sets = { z = nj.data.chat { path = "chats.jsonl" },
                  a = nj.data.text { path = "texts/book.txt" } } },
                """
        ).configuration
        #expect(run.method == .supervised && run.packing == .whole)
        #expect(run.chatTemplate == .path(folder.path + "/chat.jinja"))
        #expect(run.neftuneAlpha == 5)
        let chats = run.data[0].source
        #expect(run.data[0].share.number == 3 && chats.badRow == .stop)
        #expect(
            chats.format
                == .conversations(Source.ConversationRows(format: .sharegpt, tooLong: .drop)))
        #expect(chats.split.share == 0.1)
        #expect(run.evaluation.sets.map(\.name) == ["a", "z"])
        #expect(run.evaluation.sets[1].badRow == .stop)
        #expect(run.evaluation.sets[1].format == .conversations(Source.ConversationRows()))
    }

    @Test func templatesComeFromManyPlaces() throws {
        func template(_ keys: String) throws -> ChatTemplateSource {
            try folder.load(
                keys: "method = 'sft', data = nj.data.chat { path = 'chats.jsonl' }, " + keys
            ).configuration.chatTemplate
        }
        #expect(try template("") == .model)
        #expect(try template("chat_template = 'chatml',") == .chatML)
        #expect(try template("chat_template = 'chat.jinja',") == .path(folder.path + "/chat.jinja"))
        #expect(
            try template("chat_template = '{{ messages[0].content }}',")
                == .text("{{ messages[0].content }}"))
    }

    @Test func packingCanBeChosen() throws {
        let keys = "method = 'sft', data = nj.data.chat { path = 'chats.jsonl' }, "
        #expect(try folder.load(keys: keys + "packing = 'pad',").configuration.packing == .pad)
        #expect(try folder.load(keys: "").configuration.packing == .chunk)
        #expect(try folder.load(keys: "packing = 'whole',").configuration.packing == .whole)
        let loaded = try folder.load(keys: keys, overrides: ["packing=pad", "neftune_alpha=3"])
        #expect(loaded.configuration.packing == .pad && loaded.configuration.neftuneAlpha == 3)
    }

    @Test(arguments: [
        ("chat_template = 'chatml'", "chat_template: only method = \"sft\" uses this"),
        ("neftune_alpha = 5", "neftune_alpha: only method = \"sft\" or \"distill\" uses this"),
        (
            "method = 'sft', chat_template = 'chad.jinja'",
            "chat_template: there is no file \"chad.jinja\""
        ),
        ("method = 'sft', neftune_alpha = 0", "neftune_alpha: expected a number above 0"),
        ("data = nj.data.chat { path = 'chats.jsonl', format = 'aplaca' }", "\"alpaca\""),
        ("data = nj.data.chat { path = 'chats.jsonl', too_long = 'truncate' }", "too_long"),
        ("data = nj.data.chat { path = 'chats.jsonl', split = 'line' }", "unknown key \"split\""),
        ("data = nj.data.chat {}", "path"),
        ("evaluate = { sets = { nj.data.chat { path = 'chats.jsonl' } } }", "has a name"),
        ("evaluate = { sets = { a = nj.data.chat { path = 'gone.jsonl' } } }", "gone.jsonl"),
        ("method = 'stf'", "did you mean \"sft\""),
    ])
    func faultsNameTheKey(keys: String, sentence: String) throws {
        let error = try folder.error(keys: keys + ",")
        #expect("\(error)".contains(sentence), "\(keys): \(error)")
    }
}
