import Foundation
import LuaRuntime
import Optimizers
import Testing
import Training

@testable import Scripting

/// Schedules that stand in a plugin: found by name, asked as a recipe's own, swapped with it.
@Suite struct PluginScheduleTests {
    private let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    private func plugin(_ name: String, _ body: String) throws {
        try folder.write(
            "Plugins/\(name)/\(name).lua",
            "local nj = require 'nightjar'\n"
                + "return { name = '\(name)', api = 1, summary = 'A test.', \(body) }")
    }

    private func factors(_ schedule: Schedule) throws -> [Double] {
        try [0, 30, 50, 99].map { step in
            try schedule.factor(
                at: SchedulePosition(step: step, totalSteps: 100, tokens: 0, totalTokens: 0))
        }
    }

    private static let two = """
        settings = { least = 0.25 },
        schedules = {
          fall = function(progress, ctx) return ctx.settings.least + progress * 0 end,
          ["warm-restarts"] = function(progress) return progress * 4 % 1 end,
        }
        """

    /// A recipe's function of the same formula is the twin.
    @Test func itIsTheRecipesOwnFunctionElsewhere() throws {
        let formula = "function(progress) return 1 - progress ^ 2 / 3 end"
        try plugin("fade", "schedules = { any = \(formula) }")
        let own = try folder.load(keys: "schedule = \(formula),").configuration.schedule
        for name in ["fade", "fade/any"] {
            let schedule = try folder.load(keys: "schedule = '\(name)', use = { 'fade' },")
                .configuration.schedule
            #expect(try factors(schedule) == factors(own))
        }
        let set = try folder.load(keys: "use = { 'fade' },", overrides: ["schedule=fade/any"])
        #expect(try factors(set.configuration.schedule) == factors(own))
        #expect(set.resolved["schedule"]?["name"] == .string("fade/any"))
    }

    @Test func settingsReachIt() throws {
        try plugin("two", Self.two)
        let usual = try folder.load(keys: "schedule = 'two/fall', use = { 'two' },")
        #expect(try factors(usual.configuration.schedule).first == 0.25)
        let changed = try folder.load(
            keys: "schedule = 'two/fall', use = { { 'two', least = 0.5 } },")
        #expect(try factors(changed.configuration.schedule).first == 0.5)
    }

    @Test func theOneNamedAsThePluginIsItsOwn() throws {
        try plugin(
            "twin",
            "schedules = { twin = function() return 2 end, other = function() return 3 end }")
        let loaded = try folder.load(keys: "schedule = 'twin', use = { 'twin' },")
        #expect(try factors(loaded.configuration.schedule).first == 2)
    }

    @Test(arguments: [
        ("schedule = 'two',", "two has several schedules; write \"two/fall\" or \"two/warm-rest"),
        (
            "schedule = 'two/warm-restart',",
            "two has no schedule \"warm-restart\"; did you mean \"warm-restarts\"?"
        ),
        ("schedule = 'tow',", "did you mean \"two\"?"),
        ("schedule = 'cosin',", "\"cosin\" is no kind of schedule, nor a plugin in use"),
        ("schedule = 'cosin',", "did you mean \"cosine\"?"),
        ("schedule = 'none',", "the plugin none has no schedules"),
        ("schedule = 'none/fall',", "the plugin none has no schedules"),
        ("schedule = 'idle',", "the recipe does not use the plugin \"idle\"; put it into use"),
        ("schedule = 'idle/fall',", "the recipe does not use the plugin \"idle\""),
        ("schedule = '/',", "is no kind of schedule"),
        ("schedule = { kind = 'plugin' },", "schedule.name: this key is missing"),
    ])
    func aNameThatIsNoneNamesTheNearest(keys: String, sentence: String) throws {
        try plugin("two", Self.two)
        try plugin("none", "")
        try plugin("idle", "schedules = { fall = function() return 1 end }")
        let error = try folder.error(keys: keys + " use = { 'two', 'none' },")
        #expect(error.isUserMistake)
        #expect(error.description.hasPrefix("recipe.lua:4: schedule"), "\(error)")
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test(arguments: [
        ("function() return 'x' end", "the function answered string \"x\" at progress 0.0"),
        ("function() return -1 end", "the function answered integer -1"),
        ("function(p) return p.x.y end", "attempt to index"),
        (
            "(function() local n = 0 return function() n = n + 1 return n end end)()",
            "it must depend on progress alone"
        ),
        ("function() nj.metric.log('x', 1) return 1 end", "asked for an answer"),
    ])
    func oneThatCannotBeUsedIsRefusedAtOnce(function: String, sentence: String) throws {
        try plugin("bad", "schedules = { main = \(function) }")
        let error = try folder.error(keys: "schedule = 'bad', use = { 'bad' },")
        #expect(error.description.contains(sentence), "\(error)")
        #expect(error.description.contains("Plugins/bad/bad.lua"), "\(error)")
    }

    @Test func examplesAskIt() throws {
        func check(_ example: String) throws {
            try plugin(
                "tried",
                "schedules = { main = function(p) return p > 0.9 and 'x' or 1 - p end }, "
                    + "examples = { \(example) }")
            _ = try PluginCatalogue.check("tried", from: folder.path)
        }
        try check("{ call = 'schedules.main', with = { progress = 0.25 }, gives = 0.75 }")
        for (example, sentence) in [
            (
                "{ call = 'schedules.main', with = { progress = 0.25 }, gives = 0.5 }",
                "schedules.main must give 0.5, and gave 0.75"
            ),
            (
                "{ call = 'schedules.main', with = { progress = 1 }, gives = 0 }",
                "expected a number"
            ),
            ("{ call = 'schedules.main', with = { step = 1 }, gives = 0 }", "unknown key \"step\""),
            ("{ call = 'schedules.mian' }", "it has \"schedules.main\""),
        ] {
            let error = #expect(throws: ScriptingError.self) { try check(example) }
            #expect(error?.description.contains(sentence) == true, "\(error as Any)")
        }
    }

    @Test func aProgramsRecipeFindsIt() throws {
        let program = try ProgramFolder()
        try program.folder.write(
            "Plugins/half/half.lua",
            "return { name = 'half', api = 1, summary = 'A test.', "
                + "schedules = { main = function() return 0.5 end } }")
        try program.run(
            """
            local run = nj.run.open(\(ProgramFolder.recipe(
                "use = { 'half' }, schedule = 'half'")))
            assert(math.abs(run:step().learning_rate - 0.5e-2) < 1e-12)
            """)
    }

    // MARK: - While a run goes on

    private static func body(_ factor: Double) -> String {
        """
        schedules = { main = function(p) return \(factor) * (1 - p / 2) end },
        hooks = { on_step_end = function(ctx) ctx.state.n = (ctx.state.n or 0) + 1 end },
        examples = {
          { call = 'schedules.main', with = { progress = 0 }, gives = \(factor) }
        }
        """
    }

    private static let keys = "use = { 'mine' }, schedule = 'mine',"

    private func rates(_ run: ScriptedRun) throws -> [Double] {
        try run.metrics().compactMap { line in
            line.firstMatch(of: #/"learning_rate":([0-9.e-]+)/#).flatMap { Double($0.1) }
        }
    }

    @Test func anEditSwapsItWithItsPlugin() throws {
        let run = try ScriptedRun(keys: Self.keys, steps: 20)
        try run.plugin("mine", Self.body(1))
        try run.begin()
        try run.step(to: 4)
        try run.plugin("mine", Self.body(0.5))
        run.settle()
        try run.step(to: 8)
        // Without the function, with one that no longer answers, and with one that does not repeat.
        for body in [
            "schedules = { other = function() return 1 end }",
            "schedules = { main = function() return nil end }",
            "schedules = { main = (function() local n = 1 return function() n = n / 2 return n end "
                + "end)() }",
        ] {
            try run.plugin("mine", body)
            run.settle()
            try run.step(to: 8 + (try run.events("swap_refused").count) + 1)
        }
        try run.finish()
        let rates = try rates(run)
        let peak = rates[0]
        for (step, rate) in rates.enumerated() {
            let factor = (step < 4 ? 1 : 0.5) * (1 - Double(step) / 40)
            #expect(abs(rate - peak * factor) < 1e-9 * peak, "step \(step + 1)")
        }
        #expect(try run.events("swap").map { $0["step"] as? Int } == [4])
        let reasons = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        try #require(reasons.count == 3)
        #expect(reasons[0].contains("\"mine/main\", and this version of the plugin has no such"))
        #expect(reasons[1].contains("the function answered nothing"), "\(reasons[1])")
        #expect(reasons[2].contains("it must depend on progress alone"))
    }

    /// A recipe's own function is asked too before it is taken, so that an edit cannot end a run.
    @Test func aRecipesFunctionThatCannotBeUsedIsRefused() throws {
        let run = try ScriptedRun(keys: "schedule = function(p) return 1 end,", steps: 10)
        try run.begin()
        try run.step(to: 2)
        try run.write(keys: "schedule = function(p) return nil end,", steps: 10)
        run.settle()
        try run.step(to: 4)
        let reason = try #require(try run.events("swap_refused").first?["reason"] as? String)
        #expect(reason.contains("the function answered nothing"), "\(reason)")
        try run.finish()
        #expect(try rates(run).count == 10)
    }

    /// A schedule is measured along the whole run, however few calls were made; a factor's standard
    /// deviation over 1 - p / 2 is 0.149.
    @Test(arguments: ["plugin", "recipe"])
    func anEditThatLiesTooFarIsRefused(_ kind: String) throws {
        let reload = "reload = { max_shift = 0.5, unmeasured = 'refuse' },"
        func keys(_ factor: Double) -> String {
            kind == "plugin"
                ? reload + Self.keys
                : reload + "schedule = function(p) return \(factor) * (1 - p / 2) end,"
        }
        let run = try ScriptedRun(keys: keys(1), steps: 20)
        func edit(_ factor: Double, thenTo step: Int) throws {
            if kind == "plugin" {
                try run.plugin("mine", Self.body(factor))
            } else {
                try run.write(keys: keys(factor), steps: 20)
            }
            run.settle()
            try run.step(to: step)
        }
        if kind == "plugin" { try run.plugin("mine", Self.body(1)) }
        try run.begin()
        try run.step(to: 2)
        try edit(0.25, thenTo: 4)
        try edit(0.95, thenTo: 6)
        try run.finish()
        let reason = try #require(try run.events("swap_refused").first?["reason"] as? String)
        #expect(
            reason.contains("its answers to 33 calls lie as far as 3.78")
                && reason.contains(
                    kind == "plugin" ? "at mine schedules.main, such as 1.0, and now 0.25"
                        : "at schedule, such as 1.0, and now 0.25")
                && reason.contains("reload.max_shift is 0.5"), "\(reason)")
        let swaps = try run.events("swap")
        #expect(swaps.map { $0["step"] as? Int } == [4])
        #expect(abs((swaps.first?["shift"] as? Double ?? 0) - 0.252) < 1e-3)
        let rates = try rates(run)
        #expect(abs(rates[3] / rates[0] - 0.925) < 1e-6)
        #expect(abs(rates[19] / rates[0] - 0.95 * 0.525) < 1e-6)
    }

    /// One that fails where the run has not come yet is mended while it goes on, and after it.
    @Test func aFunctionThatFailsLaterCanBeMended() throws {
        func keys(_ late: String) -> String {
            "schedule = function(p) if p > 0.91 and p < 0.93 then \(late) end return 1 end, "
                + "reload = { max_shift = 0.5 },"
        }
        let run = try ScriptedRun(keys: keys("error('late')"), steps: 60)
        try run.begin()
        try run.step(to: 4)
        try run.write(keys: keys("return 1.001"), steps: 60)
        run.settle()
        try run.step(to: 6)
        #expect(try run.events("swap_refused").isEmpty)
        #expect(try run.events("swap").map { $0["step"] as? Int } == [4])
        try run.finish()
        #expect(try rates(run).count == 60)
    }

    @Test func aResumedRunAsksTheVersionThatWasInForce() throws {
        let whole = try ScriptedRun(keys: Self.keys)
        let broken = try ScriptedRun(keys: Self.keys)
        for run in [whole, broken] {
            try run.plugin("mine", Self.body(1))
            try run.begin()
            try run.step(to: 5)
            try run.plugin("mine", Self.body(0.5))
            run.settle()
            try run.step(to: 25)
            try run.plugin("mine", Self.body(0.75))
            run.settle()
            try run.step(to: 28)
            #expect(try run.events("swap").map { $0["step"] as? Int } == [5, 25])
        }
        try whole.finish()
        try broken.die()
        try broken.plugin("mine", Self.body(0.1))
        try broken.begin(resumes: true)
        try broken.finish()
        #expect(try broken.metrics() == whole.metrics())
        #expect(try broken.weights() == whole.weights())
    }
}
