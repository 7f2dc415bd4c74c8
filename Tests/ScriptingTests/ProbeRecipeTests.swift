import Corpora
import Evaluation
import Testing

@testable import Scripting
@testable import Training

/// `probes` as recipes write them.
@Suite struct ProbeRecipeTests {
    private let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("quiz.jsonl", "{\"question\": \"a\"}\n")
    }

    private func load(_ probes: String, overrides: [String] = []) throws -> ProbeSettings {
        try folder.load(keys: "probes = { \(probes) },", overrides: overrides).configuration.probes
    }

    private func message(_ probes: String, overrides: [String] = []) -> String {
        do {
            _ = try load(probes, overrides: overrides)
            return "it was taken"
        } catch {
            return "\(error)"
        }
    }

    @Test func aListAndNamesAreTheSame() throws {
        let listed = try load(
            "every_steps = 5, nj.probe.loss { name = 'general', sets = 'data' }, nj.probe.loss 'data'")
        let named = try load(
            "every_steps = 5, general = nj.probe.loss { name = 'general', sets = 'data' }, "
                + "nj.probe.loss 'data'")
        #expect(listed.everySteps == 5 && listed.recipes.map(\.name) == ["data", "general"])
        #expect(Set(named.recipes.map(\.name)) == ["general", "data"])
        let general = try #require(listed.recipes[1] as? LossProbe)
        #expect(general.text == .heldOut(["data"]) && general.tokens == 32768)
        #expect((listed.recipes[0] as? LossProbe)?.text == .heldOut(["data"]))
        #expect(try load("").recipes.isEmpty)
    }

    @Test func everyKindIsDecoded() throws {
        let settings = try load(
            """
            nj.probe.choice { name = 'quiz', path = 'quiz.jsonl', limit = 7, answer = 'key' },
            nj.probe.exact_match { name = 'far', path = 'quiz.jsonl', prompt = 'Q: {question}',
              max_new_tokens = 9, stop = { ';' }, chat = false },
            nj.probe.labels { name = 'codes', path = 'quiz.jsonl', levels = 'path' },
            nj.probe.script { name = 'short', path = 'quiz.jsonl',
              score = function(ctx) return #ctx.completion end },
            """)
        // They are asked in the order of their names.
        #expect(settings.recipes.map(\.name) == ["codes", "far", "quiz", "short"])
        let choice = try #require(settings.recipes[2] as? ChoiceProbe)
        #expect(choice.limit == 7 && choice.answer == "key" && choice.separator == " ")
        let exact = try #require(settings.recipes[1] as? AnswerProbe)
        #expect(exact.maximumNewTokens == 9 && exact.stop == [";"] && exact.isChat == false)
        let labels = try #require(settings.recipes[0] as? LabelProbe)
        #expect(labels.levels == "path" && labels.labelsPath == nil && labels.isChat == nil)
        let script = try #require(settings.recipes[3] as? AnswerProbe)
        #expect(script.judge == .script(answer: nil))
    }

    @Test func aFlagReachesIntoAProbe() throws {
        let settings = try load(
            "nj.probe.loss { name = 'general', sets = 'data' }",
            overrides: ["probes.general.tokens=100", "probes.every_steps=3"])
        #expect(settings.everySteps == 3)
        #expect((settings.recipes[0] as? LossProbe)?.tokens == 100)
    }

    @Test(arguments: [
        ("nj.probe.loss { sets = 'data' }", "name"),
        ("every_step = 3", "did you mean \"every_steps\""),
        ("nj.probe.loss 'data', nj.probe.loss 'data'", "names two of them"),
        ("a = nj.probe.loss 'data'", "leave the name out here, or the key"),
        ("nj.probe.loss 'every_steps'", "cannot name a probe"),
        ("nj.probe.loss '9'", "cannot name a probe"),
        ("nj.probe.loss { name = 'a', sets = 'data', data = nj.data.text { path = 'texts/book.txt' } }",
            "sets and data are both given"),
        ("nj.probe.choice { name = 'quiz', path = 'gone.jsonl' }", "gone.jsonl"),
        ("nj.probe.choice { name = 'quiz', path = 'quiz.jsonl', prompt = '{question' }", "without its }"),
        ("nj.probe.script { name = 'x', path = 'quiz.jsonl' }", "score"),
        ("nj.optim.adamw {}", "probe"), ("5", "expected a probe"),
        ("nj.probe.exact_match { name = 'x', path = 'quiz.jsonl', max_new_token = 3 }",
            "did you mean \"max_new_tokens\""),
    ])
    func mistakesAreNamed(probes: String, words: String) {
        let message = message(probes)
        #expect(message.contains(words), "\(message)")
    }

    @Test func aFlagThatFindsNoProbeNamesTheNearest() {
        let message = message(
            "nj.probe.loss { name = 'general', sets = 'data' }",
            overrides: ["probes.generl.tokens=1"])
        #expect(message.contains("did you mean \"general\""), "\(message)")
    }

    @Test func aFunctionThatScoresIsADoorOfTheRun() throws {
        let loaded = try folder.load(
            keys: """
                probes = {
                  nj.probe.script { name = 'short', path = 'quiz.jsonl',
                    score = function(ctx) return #ctx.completion + ctx.row end },
                },
                """)
        let hooks = try #require(try loaded.openScripts { _ in })
        let answers = [
            ProbeAnswer(row: 1, prompt: "a", completion: "xyz"),
            ProbeAnswer(row: 2, prompt: "b", completion: "", expected: "c"),
        ]
        #expect(try hooks.scores(of: answers, by: "probes.short.score") == [4, 2])
        #expect(throws: (any Error).self) {
            try hooks.scores(of: answers, by: "probes.long.score")
        }
    }

    @Test(arguments: ["return 'much'", "return nil", "return 0/0", "error('no')"])
    func aScoreThatIsNoNumberIsRefused(body: String) throws {
        let loaded = try folder.load(
            keys: """
                probes = {
                  nj.probe.script { name = 'bad', path = 'quiz.jsonl',
                    score = function(ctx) \(body) end },
                },
                """)
        let hooks = try #require(try loaded.openScripts { _ in })
        let error = #expect(throws: ScriptingError.self) {
            try hooks.scores(
                of: [ProbeAnswer(row: 1, prompt: "a", completion: "b")], by: "probes.bad.score")
        }
        #expect(error?.line == 6 || error?.path?.hasSuffix(".lua") == true)
    }

    @Test func aVerdictIsReadAndChecked() throws {
        func judge(_ body: String) throws -> ProbeVerdict {
            let loaded = try folder.load(
                keys: "hooks = { on_probe = function(ctx) \(body) end },")
            let hooks = try #require(try loaded.openScripts { _ in })
            return try hooks.judge(ProbeFacts.made) { _ in }
        }
        #expect(try judge("return nil") == ProbeVerdict())
        #expect(try judge("return 'stop'").action == .stop(reason: "recipe"))
        let back = try judge(
            "return { action = 'rollback', reason = 'worse', "
                + "dials = { ['schedule.factor'] = ctx.probes.general.loss } }")
        #expect(back.action == .rollback(reason: "recipe: worse"))
        #expect(back.changes.map(\.path) == ["schedule.factor"])
        #expect(back.changes.map(\.value) == [.number(2.5)])
        for body in ["return 'sleep'", "return { dials = 3 }", "return { action = 'x' }", "error 'no'"]
        {
            #expect(throws: ScriptingError.self, "\(body)") { try judge(body) }
        }
    }
}

extension ProbeFacts {
    /// Facts of a run that never was.
    fileprivate static var made: ProbeFacts {
        let reading = ProbeReading(
            step: 5,
            results: [
                ProbeResult(
                    name: "general", values: [.init("loss", 2.5, low: 2.4, high: 2.6)], count: 9)
            ])
        return ProbeFacts(
            progress: ProgressFacts(
                step: 5, totalSteps: 10, tokens: 100, tokensBySource: [:], lossBySource: [:],
                history: StepHistory(), firstProbes: reading, lastProbes: reading, dials: [:],
                rollbacks: 0), rollbackTarget: 4, maximumRollbacks: 3)
    }
}
