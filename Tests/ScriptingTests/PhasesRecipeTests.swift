import Foundation
import LuaRuntime
import Optimizers
import Tensors
import Testing
import Training

@testable import Scripting

/// Recipes whose phases run in order.
@Suite struct PhasesRecipeTests {
    private let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("texts/chats.jsonl", "{\"prompt\": \"a\", \"completion\": \"b\"}\n")
        try folder.write("base/config.json", "{}")
    }

    /// `phases` begins at line 9.
    private static func recipe(_ phases: String, keys: String = "steps = 20,") -> String {
        """
        local nj = require "nightjar"
        return nj.recipe {
          name = "life", tokenizer = "byte", \(keys)
          model = { init = { hidden_size = 8, intermediate_size = 16, num_hidden_layers = 1,
            num_attention_heads = 2 } },
          data = nj.data.text { path = "texts/book.txt" },
          optimizer = nj.optim.adamw { lr = 1e-3, weight_decay = 0.05 },
          evaluate = { every_steps = 5, batches = 3 },
          phases = {
        \(phases)
          },
        }
        """
    }

    private static let three = """
            { name = "stable" },
            { name = "decay", continue = true, steps = 30, schedule = nj.schedule.wsd { decay_steps = 10 } },
            { name = "sft", method = "sft", epochs = 1, data = nj.data.chat { path = "texts/chats.jsonl" },
              evaluate = { batches = 2 } },
        """

    private func load(_ source: String, overrides: [String] = []) throws -> RecipeSequence {
        try folder.write("recipe.lua", source)
        return try RecipeLoader.loadPhases(
            path: "recipe.lua", overrides: overrides, workingFolder: folder.path,
            print: { _ in })
    }

    private func error(
        _ source: String, overrides: [String] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let error = #expect(throws: ScriptingError.self, sourceLocation: location) {
            try load(source, overrides: overrides)
        }
        return "\(try #require(error, sourceLocation: location))"
    }

    @Test func eachPhaseIsTheRecipeWithItsOwnKeys() throws {
        let sequence = try load(Self.recipe(Self.three))
        #expect(sequence.folder == folder.path + "/runs/life")
        let runs = sequence.recipes.map(\.configuration)
        #expect(sequence.recipes.map(\.phase) == ["stable", "decay", "sft"])
        #expect(
            runs.map(\.outputPath)
                == ["stable", "decay", "sft"].map { "\(folder.path)/runs/life/\($0)" })
        #expect(runs.map(\.name) == ["life-stable", "life-decay", "life-sft"])
        #expect(runs.map(\.budget) == [.steps(20), .steps(30), .epochs(1)])
        #expect(runs.map(\.method) == [.languageModelling, .languageModelling, .supervised])
        #expect(runs.map(\.stage) == [.pre, .mid, .post])
        #expect(runs.map(\.continues) == [false, true, false])
        #expect(runs.map(\.evaluation.everySteps) == [5, 5, nil])
        #expect(runs.map(\.evaluation.batches) == [3, 3, 2])
        #expect(runs.allSatisfy { $0.optimizer == runs[0].optimizer })
        guard case .new = runs[0].model else {
            Issue.record("the first begins with the recipe's model")
            return
        }
        #expect(runs[1].model == .end(of: runs[0].outputPath, from: runs[0].model))
        #expect(runs[2].model == .end(of: runs[1].outputPath, from: runs[1].model))
        let resolved = sequence.recipes[1].resolved
        #expect(resolved["model"]?["from"] == .string("runs/life/stable"))
        #expect(resolved["phases"] == nil)
        #expect(sequence.recipes[1].origin.phase == "decay")
    }

    @Test func aRecipeWithoutPhasesIsOneRun() throws {
        let sequence = try load(
            "return { model = 'texts', data = { kind = 'text', path = 'texts/book.txt' }, steps = 3 }"
        )
        #expect(sequence.folder == nil && sequence.recipes.count == 1)
        #expect(sequence.recipes[0].phase == nil)
    }

    @Test func aPhaseIsLoadedByName() throws {
        try folder.write("recipe.lua", Self.recipe(Self.three))
        func load(_ phase: String?) throws -> LoadedRecipe {
            try RecipeLoader.load(
                path: "recipe.lua", workingFolder: folder.path, phase: phase, print: { _ in })
        }
        #expect(try load("decay").configuration.budget == .steps(30))
        let unnamed = #expect(throws: ScriptingError.self) { try load(nil) }
        #expect("\(try #require(unnamed))".contains("stable, decay, sft"))
        let unknown = #expect(throws: ScriptingError.self) { try load("decya") }
        #expect("\(try #require(unknown))".contains("\"decay\""))
    }

    @Test(arguments: [
        ("phases.decay.steps=50", [20, 50]), ("steps=25", [25, 30]),
        ("phases.stable.steps=7", [7, 30]),
    ]) func overridesFindTheirPhase(override: String, steps: [Int]) throws {
        let sequence = try load(Self.recipe(Self.three), overrides: [override])
        #expect(sequence.recipes.prefix(2).map(\.configuration.budget) == steps.map(Budget.steps))
        #expect(sequence.recipes.flatMap(\.warnings).isEmpty)
    }

    @Test func anOverrideInsideAKeyKeepsTheRestOfTheRecipes() throws {
        let sequence = try load(
            Self.recipe(Self.three), overrides: ["phases.decay.optimizer.lr=5e-4"])
        guard case .adamW(let settings) = sequence.recipes[1].configuration.optimizer else {
            Issue.record("the optimizer is another")
            return
        }
        #expect(settings.learningRate == 5e-4 && settings.weightDecay == 0.05)
        #expect(sequence.recipes[0].configuration.optimizer.learningRate == 1e-3)
    }

    @Test func anOverrideThatEveryPhaseOverridesIsSaid() throws {
        let phases = "{ name = 'a', steps = 1 }, { name = 'b', epochs = 1 },"
        let sequence = try load(Self.recipe(phases), overrides: ["steps=9"])
        #expect(sequence.recipes.flatMap(\.warnings).contains { $0.contains("phases.a.steps=9") })
    }

    @Test(arguments: [
        ("phases.sfx.steps=2", "there is no phase \"sfx\""),
        ("phases.sft.stpes=2", "did you mean \"steps\"?"),
        ("phases.sft.steps=no", "steps"), ("phases=2", "name a phase"),
        ("phases.sft=2", "name a phase"),
    ]) func wrongOverridesAreNamed(override: String, sentence: String) throws {
        let text = try error(Self.recipe(Self.three), overrides: [override])
        #expect(text.contains(sentence) && text.contains("--set \(override)"), "\(text)")
    }

    @Test(arguments: [
        ("", "recipe.lua:9: phases: expected a list"),
        ("{ steps = 3 }", "recipe.lua:10: phases[1].name: this key is missing"),
        (
            "{ name = 'a' }, { name = 'a' }",
            "recipe.lua:10: phases[2].name: \"a\" is the name of phase 1"
        ),
        ("{ name = 'a/b' }", "recipe.lua:10: phases[1].name: \"a/b\" cannot name a phase"),
        ("{ name = 'checkpoints' }", "has another meaning"),
        (
            "{ name = 'a', stpes = 3 }",
            "recipe.lua:10: phases[1]: unknown key \"stpes\"; did you mean \"steps\"?"
        ),
        ("{ name = 'a', phases = {} }", "recipe.lua:10: phases[1].phases: phases have no phases"),
        ("{ name = 'a', out = 'x' }", "phases[1].out: each phase writes below"),
        ("{ name = 'a' }, { name = 'b', steps = 0 }", "phases[2].steps: expected an integer"),
        (
            "{ name = 'a' },\n{ name = 'b', method = 'sft', neftune_alpha = 5, packing = 'chunk',\n data = nj.data.text { path = 'gone.txt' } }",
            "recipe.lua:12: phases[2].data.path: there is no file \"gone.txt\""
        ),
        ("{ name = 'a', continue = true }", "phases[1]"),
        (
            "{ name = 'a' },\n{ name = 'b', model = { from = 'nowhere' } }",
            "recipe.lua:11: phases[2].model.from: there is no folder \"nowhere\""
        ),
        (
            "{ name = 'a', model = { from = 'base', lora = nj.lora {} } },\n{ name = 'b' }",
            "recipe.lua:11: phases[2]: the phase \"a\" ends with an adapter"
        ),
    ]) func wrongPhasesAreNamed(phases: String, sentence: String) throws {
        let text = try error(Self.recipe(phases))
        #expect(text.contains(sentence), "\(text)")
    }

    @Test func adaptersMayComeLast() throws {
        let sequence = try load(
            Self.recipe("{ name = 'a' }, { name = 'b', model = { lora = nj.lora { rank = 2 } } },"))
        let last = sequence.recipes[1].configuration
        #expect(last.lora != nil)
        #expect(
            last.model
                == .end(
                    of: folder.path + "/runs/life/a", from: sequence.recipes[0].configuration.model)
        )
    }

    @Test func aPhaseMayBeginElsewhere() throws {
        let sequence = try load(Self.recipe("{ name = 'a' }, { name = 'b', model = 'base' },"))
        #expect(sequence.recipes[1].configuration.model == .folder(folder.path + "/base"))
    }

    @Test func hooksOfAPhaseAreItsOwn() throws {
        let sequence = try load(
            Self.recipe(
                "{ name = 'a' }, { name = 'b', curriculum = function(ctx) return nil end },",
                keys: "steps = 20, hooks = { on_start = function(ctx) end },"))
        let own = try sequence.recipes.map { recipe in
            try recipe.runScripts.recipe.make(nil, log: { _ in }).doors.functions.map(\.path)
                .sorted()
        }
        #expect(own == [["hooks.on_start"], ["curriculum", "hooks.on_start"]])
    }

    @Test func programsRefuseThem() throws {
        try folder.write("recipe.lua", Self.recipe(Self.three))
        try folder.write("p.lua", "require('nightjar').run.open 'recipe.lua'")
        var host = ProgramHost(
            backend: ReferenceBackend.shared, cacheFolder: folder.path + "/cache"
        ) { _, _ in SilentObserver() }
        host.workingFolder = folder.path
        let error = #expect(throws: ScriptingError.self) {
            try Program(path: "p.lua", host: host).run()
        }
        #expect("\(try #require(error))".contains("nightjar train runs in order"))
    }

    @Test(arguments: [
        (
            "model = { init = { hidden_size = 8, intermediate_size = 16, num_hidden_layers = 1, num_attention_heads = 2 }, continue = true }, tokenizer = 'byte'",
            "model.continue: a new model has nothing to go on with"
        ),
        (
            "model = { from = 'texts', lora = {}, continue = true }",
            "model.continue: the optimizer of a whole model"
        ),
        ("model = { from = 'texts', continue = 1 }", "model.continue: expected true or false"),
    ]) func continuingNeedsARun(keys: String, sentence: String) throws {
        let error = try folder.error(keys: keys + ",")
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test(arguments: [
        ("", Stage.pre),
        ("method = 'sft', data = nj.data.chat { path = 'texts/chats.jsonl' },", .post),
        (
            "stage = 'mid', method = 'sft', data = nj.data.chat { path = 'texts/chats.jsonl' },",
            .mid
        ),
    ]) func theUsualStageFollowsFromWhatIsLearned(keys: String, stage: Stage) throws {
        #expect(try folder.load(keys: keys).configuration.stage == stage)
    }
}

private final class SilentObserver: RunObserver {}
