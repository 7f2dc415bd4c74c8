import Corpora
import LuaRuntime
import Testing
import Training

@testable import Scripting

/// `method = "grpo"` and what goes with it in recipes.
@Suite struct RolloutRecipeTests {
    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("prompts.jsonl", "{}\n")
        try folder.write("other/config.json", "{}")
        try folder.write(
            "Plugins/judge/judge.lua",
            """
            return { name = "judge", api = 1, summary = "Judges.", settings = { worth = 2 },
              rewards = {
                kind = function(ctx) return ctx.settings.worth end,
                long = function(ctx) return ctx.tokens end,
              },
              examples = { { call = "rewards.kind", gives = 2 } } }
            """)
    }

    private static let data = "data = nj.data.prompts { path = 'prompts.jsonl' }, "
    private static let reward = "rewards = { own = function(ctx) return 1 end }, "
    private static let judged = "method = 'grpo', " + reward

    @Test func everyKeyReachesTheRun() throws {
        let run = try folder.load(
            keys: """
                method = "grpo", on = { bad_row = "stop" }, use = { "judge", "brevity" },
                rollouts = { per_prompt = 4, max_new_tokens = 10, scale = "none",
                  average = "longest", beta = 0.04, text_weight = 0.5, reference = "other" },
                rewards = {
                  own = function(ctx) return 1 end,
                  half = { weight = 0.5, score = function(ctx) return 1 end },
                  kind = "judge/kind", short = { score = "brevity", weight = -1 },
                },
                data = nj.data.mix {
                  unit = "samples",
                  prompts = { percent = 60, nj.data.prompts { path = "prompts.jsonl",
                    too_long = "stop", fields = { prompt = "question" } } },
                  replay = { prose = { percent = 100, nj.data.text { path = "texts/book.txt" } } },
                },
                """
        ).configuration
        #expect(run.method == .reinforcement && run.packing == .pad && run.stage == .post)
        #expect(
            run.rollouts
                == RolloutSettings(
                    rewards: [
                        Reward(
                            name: "half", weight: 0.5, script: "recipe", door: "rewards.half.score"),
                        Reward(name: "kind", script: "judge", door: "rewards.kind"),
                        Reward(name: "own", script: "recipe", door: "rewards.own"),
                        Reward(
                            name: "short", weight: -1, script: "brevity", door: "rewards.brevity"),
                    ], perPrompt: 4, maximumNewTokens: 10, scale: .none, averaging: .longest,
                    beta: 0.04, textWeight: 0.5, reference: folder.path + "/other"))
        let prompts = try #require(run.data.first { $0.source.name == "prompts" }).source
        #expect(prompts.badRow == .stop && prompts.split.share == 0)
        #expect(
            prompts.format
                == .conversations(
                    Source.ConversationRows(
                        tooLong: .stop, fields: ["prompt": "question"], purpose: .prompts)))
    }

    @Test func theDefaultsAreTheUsualOnes() throws {
        let keys = "method = 'grpo', sequence_length = 64, " + Self.data + Self.reward
        let own = Reward(name: "own", script: "recipe", door: "rewards.own")
        #expect(
            try folder.load(keys: keys).configuration.rollouts
                == RolloutSettings(rewards: [own], maximumNewTokens: 32))
        let changed = try folder.load(keys: keys, overrides: ["rollouts.per_prompt=3"])
        #expect(changed.configuration.rollouts?.perPrompt == 3)
    }

    static let faults: [(String, String)] = [
        ("rollouts = { per_prompt = 4 }", "rollouts: only method = \"grpo\" uses this"),
        (reward, "rewards: only method = \"grpo\" uses this"),
        ("method = 'grpo'", "rewards: method = \"grpo\" learns from what answers are worth"),
        ("method = 'grpo', rewards = {}", "give functions of an answer by name"),
        ("method = 'grpo', rewards = { a = 3 }", "rewards.a: expected a function"),
        ("method = 'grpo', rewards = { a = { weight = 1 } }", "rewards.a.score"),
        (
            "method = 'grpo', rewards = { a = 'judge' }",
            "rewards.a: the recipe uses no plugin \"judge\"; put it into use: use = { \"judge\" }"
        ),
        (
            "method = 'grpo', use = { 'judge' }, rewards = { a = 'judge' }",
            "judge has several rewards; write \"judge/kind\" or \"judge/long\""
        ),
        (
            "method = 'grpo', use = { 'judge' }, rewards = { a = { score = 'judge/kid' } }",
            "judge has no reward \"kid\"; did you mean \"kind\""
        ),
        (
            "method = 'grpo', use = { 'staged' }, rewards = { a = 'staged' }",
            "the plugin staged has no rewards"
        ),
        ("method = 'grpo', rewards = { ['a/b'] = function() end }", "a reward cannot be called so"),
        (
            "method = 'grpo', rewards = { ['a.score'] = function() end }",
            "a reward cannot be called so"
        ),
        ("\(judged)rollouts = { per_prompt = 1 }", "rollouts.per_prompt"),
        (
            "\(judged)sequence_length = 64, rollouts = { max_new_tokens = 64 }",
            "leave its prompt no room in a sequence_length of 64"
        ),
        (
            "\(judged)rollouts = { reference = 'other' }",
            "rollouts.reference: beta is 0"
        ),
        ("\(judged)rollouts = { betta = 1 }", "did you mean \"beta\""),
        (
            "\(judged)rollouts = { beta = 0.1 }, model = { from = 'other', continue = true }",
            "rollouts.reference: a run that goes on with another's place"
        ),
        ("method = 'gpro'", "did you mean \"grpo\""),
        ("data = nj.data.prompts { path = 'prompts.jsonl', validation = 0.1 }", "validation"),
        ("data = nj.data.prompts { path = 'prompts.jsonl', fields = { promt = 'a' } }", "\"prompt\""),
        ("data = nj.data.prompts { path = 'gone.jsonl' }", "gone.jsonl"),
    ]

    @Test(arguments: faults)
    func faultsNameTheKey(keys: String, sentence: String) throws {
        let error = try folder.error(keys: keys.hasSuffix(", ") ? keys : keys + ",")
        #expect("\(error)".contains(sentence), "\(keys): \(error)")
    }
}

/// Functions that judge answers, called as a run calls them.
@Suite struct ScriptedRewardTests {
    private static func answer(_ completion: String, row: String = #"{"answer": "4"}"#)
        -> RolloutAnswer
    {
        RolloutAnswer(
            source: "sums", row: Array(row.utf8), place: "p.jsonl:3", prompt: "2 + 2 =", completion: completion,
            tokens: completion.utf8.count, isFinished: true)
    }

    private func hooks(
        _ keys: String, _ answers: [RolloutAnswer]
    ) throws -> (scores: [[Double]], hooks: ScriptedHooks) {
        let folder = try RecipeFolder()
        try folder.write("prompts.jsonl", "{}\n")
        let loaded = try folder.load(
            keys: "method = 'grpo', data = nj.data.prompts { path = 'prompts.jsonl' }, " + keys)
        let hooks = try #require(
            try loaded.runScripts.open(
                run: folder.path + "/run", isLocked: true, takesEdited: false, schedule: nil,
                log: { _ in }))
        let rewards = try #require(loaded.configuration.rollouts).rewards
        return (try hooks.rewards(of: answers, by: rewards), hooks)
    }

    @Test func anAnswerIsJudgedByAllThatIsKnownOfIt() throws {
        let (scores, _) = try hooks(
            """
            use = { { "exact-answer", right = 2.0 } },
            rewards = {
              a = "exact-answer",
              b = { weight = 3, score = function(ctx)
                return (ctx.source == "sums" and ctx.prompt == "2 + 2 =" and ctx.finished
                  and ctx.step == 0) and ctx.tokens or -1
              end },
              c = function(ctx)
                local row = ctx.row
                return row.list[2].deep == 1.5 and row.gone == nil and row.flag == false
                  and row.holes[1] == false and math.type(row.whole) == "integer" and 1 or 0
              end,
              d = function(ctx)
                ctx.state.calls = (ctx.state.calls or 0) + 1
                return ctx.state.calls
              end,
            },
            """,
            ["It is 4", "5"].map {
                Self.answer(
                    $0,
                    row: #"""
                        {"answer": "4", "list": [1, {"deep": 1.5}], "gone": null, "flag": false,
                         "holes": [null], "whole": 3}
                        """#)
            })
        #expect(scores == [[2, 7, 1, 1], [0, 1, 1, 2]])
    }

    @Test(arguments: [
        ("function(ctx) end", "it gave no number"),
        ("function(ctx) return 'much' end", "expected a finite number"),
        ("function(ctx) return 0 / 0 end", "expected a finite number"),
        ("function(ctx) return ctx.row.nothing.more end", "attempt to index"),
        ("function(ctx) while true do end end", "rewards.own"),
    ])
    func whatIsNoWorthNamesItsPlace(function: String, sentence: String) throws {
        let error = #expect(throws: (any Error).self) {
            try hooks("rewards = { own = \(function) }, limits = { time_s = 0.2 },", [Self.answer("4")])
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(sentence) && text.contains("rewards.own"), "\(text)")
        #expect(text.contains("(the prompt is p.jsonl:3)"), "\(text)")
    }
}
