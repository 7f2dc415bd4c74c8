import Corpora
import Foundation
import Optimizers
import Testing
import Training

@testable import Scripting

@Suite struct RecipeOverrideTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    @Test func valuesAreLuaLiterals() throws {
        let run = try folder.load(
            keys: "name = 'x', seed = 1,",
            overrides: [
                "seed=0x10", "name=12", "recompute=true", "gradient_clip=false", "batch.size=4",
                "optimizer.lr=1e-2", "precision='f32'", "evaluate.batches=3", "tokenizer=byte",
            ]
        ).configuration
        #expect(run.seed == 16)
        #expect(run.name == "12")
        #expect(run.recomputes)
        #expect(run.gradientClip == nil)
        #expect(run.batch.size == 4)
        #expect(run.optimizer.learningRate == 1e-2)
        #expect(run.precision == .f32)
        #expect(run.evaluation.batches == 3)
        #expect(run.tokenizer == .byte)
    }

    @Test func laterOverridesWin() throws {
        let run = try folder.load(keys: "", overrides: ["seed=1", "seed=2"]).configuration
        #expect(run.seed == 2)
    }

    @Test func validationSetsAreReachedByName() throws {
        let sets = "evaluate = { sets = { far = nj.data.text { path = 'texts/book.txt' } } },"
        let run = try folder.load(keys: sets, overrides: ["evaluate.sets.far.split=line"])
        #expect(run.configuration.evaluation.sets.map(\.name) == ["far"])
        #expect("\(run.configuration.evaluation.sets)".contains("line"))
        let error = #expect(throws: ScriptingError.self) {
            _ = try folder.load(keys: sets, overrides: ["evaluate.sets.fat.split=line"])
        }
        #expect(error.map { "\($0)".contains("did you mean \"far\"") } == true, "\(error!)")
    }

    @Test func nilGivesTheDefaultBack() throws {
        let run = try folder.load(
            keys: "evaluate = { every_steps = 5 }, seed = 4,",
            overrides: ["evaluate.every_steps=nil", "seed=nil"]
        ).configuration
        #expect(run.evaluation.everySteps == nil)
        #expect(run.seed == 0)
    }

    @Test func aBudgetTakesThePlaceOfAnother() throws {
        let loaded = try folder.load(keys: "tokens = 1000,", overrides: ["steps=3"])
        #expect(loaded.configuration.budget == .steps(3))
        #expect(loaded.warnings == ["--set steps=3 takes the place of tokens"])
        let schedule = try folder.load(
            keys: "schedule = nj.schedule.wsd { decay_share = 0.5 },",
            overrides: ["schedule.decay_steps=2"]
        ).configuration.schedule
        guard case .warmupStableDecay(let wsd) = schedule else {
            Issue.record("the schedule is \(schedule)")
            return
        }
        #expect(wsd.decay == .steps(2))
    }

    @Test func sourcesOfAMixAreDials() throws {
        let keys = """
            data = nj.data.mix {
              a = { weight = 2, nj.data.text { path = "texts/book.txt" } },
              b = nj.data.jsonl { path = "texts/rows.jsonl" },
            },
            """
        let run = try folder.load(
            keys: keys, overrides: ["data.a.weight=5", "data.b.field=body", "data.b.weight=0"]
        ).configuration
        #expect(run.data.map(\.share.number) == [5, 0])
        #expect(run.data[1].source.format == .jsonLines(field: "body"))
        let error = try folder.error(keys: keys, overrides: ["data.aa.weight=2"])
        #expect(
            error.description
                == "--set data.aa.weight=2: data: unknown source \"aa\"; did you mean \"a\"?")
    }

    @Test(arguments: [
        ("batch.sise=4", "--set batch.sise=4: batch: unknown key \"sise\"; did you mean \"size\"?"),
        ("bach.size=4", "--set bach.size=4: unknown key \"bach\"; did you mean \"batch\"?"),
        ("batch.size=big", "--set batch.size=big: batch.size: expected an integer"),
        ("batch.size.x=1", "--set batch.size.x=1: batch.size: this is integer 2; it has no \"x\""),
        ("seed.x=1", "--set seed.x=1: seed: nothing is set inside an integer from 0"),
        ("batch=4", "--set batch=4: batch: expected a table (batch), got integer 4"),
        ("steps", "--set steps: write a path, = and a value"),
        ("=3", "--set =3: \"\" is no path"),
        ("a..b=3", "--set a..b=3: \"a..b\" is no path"),
        ("losses.weight=3", "--set losses.weight=3: losses: this key is not supported"),
        ("rewards.own=3", "--set rewards.own=3: rewards: unknown name \"own\"; there is none"),
        (
            "schedule.final=0.1",
            "--set schedule.final=0.1: schedule: this is a function, which has no \"final\""
        ),
        (
            "schedule=sideways",
            "--set schedule=sideways: schedule: \"sideways\" is no kind of schedule, nor a plugin"
        ),
        ("optimizer.lr=-1", "--set optimizer.lr=-1: optimizer.lr: expected a number above 0"),
        ("data.path=nil", "recipe.lua: data.path: this key is missing"),
    ])
    func wrongOverridesAreNamed(text: String, sentence: String) throws {
        let error = try folder.error(
            keys: "schedule = function(p) return 1 end, batch = { size = 2 },", overrides: [text])
        #expect(error.isUserMistake)
        #expect(error.description.hasPrefix(sentence), "\(error)")
    }

    @Test func aValueReplacesAFunction() throws {
        let schedule = try folder.load(
            keys: "schedule = function(p) return 1 end,", overrides: ["schedule=linear"]
        ).configuration.schedule
        guard case .linear = schedule else {
            Issue.record("the schedule is \(schedule)")
            return
        }
    }

    @Test func limitsCountForLoadingToo() throws {
        let source = RecipeFolder.recipe(keys: "")
            .replacingOccurrences(
                of: "local given", with: "local big = string.rep('x', 3000000)\nlocal given")
        #expect(try folder.error(source, memoryBytes: 2 << 20).code == .budget)
        _ = try folder.load(source, overrides: ["limits.memory_mb=64"], memoryBytes: 2 << 20)
    }
}
