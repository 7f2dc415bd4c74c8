import Foundation
import Testing
import Training

@testable import Scripting

@Suite struct ScriptedHooksTests {
    @Test func handlersRunInOrderAndKeepTheirMemory() throws {
        let run = try ScriptedRun(
            keys: """
                use = { 'first', 'second' },
                hooks = { on_step_end = function(ctx)
                  ctx.state.n = (ctx.state.n or 0) + 1
                  nj.metric.log("n", ctx.state.n)
                end },
                """, steps: 12)
        let body = """
            hooks = {
              on_step_end = function(ctx) nj.metric.add('steps', 1) nj.log.info('step ' .. ctx.step) end,
            }
            """
        try run.plugin("first", body)
        try run.plugin("second", body)
        try run.begin()
        try run.finish()
        #expect(run.said.prefix(3) == ["first: step 1", "second: step 1", "first: step 2"])
        let last = try #require(try run.metrics().last { $0.contains("\"type\":\"step\"") })
        #expect(last.contains("\"recipe/n\":12") && last.contains("\"first/steps\":1"))
    }

    @Test func aRunKilledAnywhereDecidesTheSame() throws {
        let keys = """
            hooks = {
              on_gradients = function(ctx)
                ctx.state.seen = (ctx.state.seen or 0) + 1
                if nj.random.uniform() < 0.2 then return { action = 'skip', reason = 'by chance' } end
              end,
              on_batch = function(ctx)
                local weights = {}
                for i, d in ipairs(ctx.documents) do weights[i] = d.index % 3 == 0 and 0.5 or 1 end
                return weights
              end,
            },
            curriculum = function(ctx)
              return { ['optimizer.lr'] = 1e-3 * (1 + nj.random.uniform()) }
            end,
            """
        let whole = try ScriptedRun(keys: keys)
        try whole.begin()
        try whole.finish()
        let broken = try ScriptedRun(keys: keys)
        try broken.begin()
        for stop in [7, 23, 41] {
            try broken.step(to: stop)
            try broken.die()
            try broken.begin(resumes: true)
        }
        try broken.finish()
        #expect(try broken.weights() == whole.weights())
        #expect(try broken.memory() == whole.memory())
        #expect(try broken.metrics() == whole.metrics())
    }

    @Test func aStepThatWasBegunKnowsItsRun() throws {
        let keys = """
            hooks = { on_gradients = function(ctx)
              local run = nj.run.get()
              nj.metric.log("tokens", run.tokens)
              nj.metric.log("total", run.total_steps)
              nj.metric.log("progress", ctx.progress)
            end },
            """
        let whole = try ScriptedRun(keys: keys, steps: 20)
        try whole.begin()
        try whole.finish()
        let stopped = try ScriptedRun(keys: keys, steps: 20)
        try stopped.begin()
        try stopped.step(to: 7)
        try stopped.stopWithinAStep()
        try stopped.begin(resumes: true)
        try stopped.finish()
        #expect(try stopped.metrics() == whole.metrics())
        #expect(try whole.metrics().contains { $0.contains("recipe/tokens") })
    }

    /// Told at the first call; it ends the run only where the run follows what the script answers.
    @Test(arguments: [
        ("ctx.state.f = print", "ctx.state"),
        ("local t = {} ctx.state.a, ctx.state.b = t, t", "are one table"),
    ])
    func memoryThatCannotBeKeptIsToldAtOnce(change: String, sentence: String) throws {
        let asked = try ScriptedRun(
            keys: "hooks = { on_gradients = function(ctx) \(change) end },", steps: 5)
        try asked.begin()
        let error = #expect(throws: ScriptingError.self) { try asked.step(to: 1) }
        #expect("\(try #require(error))".contains(sentence))
        let watching = try ScriptedRun(
            keys: "hooks = { on_step_end = function(ctx) \(change) end },", steps: 5)
        try watching.begin()
        try watching.step(to: 1)
        #expect(watching.said.contains { $0.contains(sentence) }, "\(watching.said)")
        try watching.finish()
        #expect(watching.summary?.steps == 5)
    }

    @Test func aFailingObserverIsCountedAndTheRunGoesOn() throws {
        let run = try ScriptedRun(
            keys: "hooks = { on_step_end = function(ctx) error('oh no') end },", steps: 8)
        try run.begin()
        try run.finish()
        #expect(run.said.count { $0.contains("oh no") } == 5)
        #expect(try run.metrics().contains { $0.contains("\"hook_errors\":1") })
    }

    @Test(arguments: ["stop", "skip"]) func aFailingDeciderFailsItsStep(policy: String) throws {
        let run = try ScriptedRun(
            keys: """
                on = { script = '\(policy)' },
                hooks = { on_gradients = function(ctx) if ctx.step == 2 then return 'skp' end end },
                """, steps: 8)
        try run.begin()
        if policy == "stop" {
            let error = #expect(throws: (any Error).self) { try run.finish() }
            #expect("\(try #require(error))".contains("recipe hooks.on_gradients"))
        } else {
            try run.finish()
            #expect(try run.events("script_error").count == 1)
        }
    }

    @Test func memoryOutsideTheStateIsFound() throws {
        let run = try ScriptedRun(keys: "use = { 'hidden' },", steps: 20)
        try run.plugin(
            "hidden",
            """
            curricula = (function()
              local calls = 0
              return { c = function(ctx) calls = calls + 1 return { ['schedule.factor'] = calls } end }
            end)()
            """)
        try run.begin()
        try run.finish()
        let found = try run.events("impure")
        #expect(!found.isEmpty)
        #expect((found.first?["message"] as? String)?.contains("curricula.c") == true)
    }

    @Test(arguments: [
        (
            "ctx.state.a = {} ctx.state.b = { ctx.state.a }",
            "ctx.state.a and ctx.state.b.1 are one table"
        ),
        ("ctx.state.f = print", "ctx.state"),
        ("ctx.state.me = ctx.state", "itself"),
        ("ctx.state = 3", "ctx.state must stay a table"),
    ])
    func memoryThatCannotBeKeptIsRefused(body: String, sentence: String) throws {
        let run = try ScriptedRun(
            keys: "curriculum = function(ctx) \(body) end,", steps: 12)
        let error = #expect(throws: (any Error).self) {
            try run.begin()
            try run.finish()
        }
        #expect("\(try #require(error))".contains(sentence))
    }

    @Test(arguments: [
        ("return { ['schedule.facto'] = 0.5 }", "did you mean \"schedule.factor\""),
        ("return { ['schedule.factor'] = -1 }", "schedule.factor is"),
        ("return { ['schedule.factor'] = {} }", "expected a finite number"),
        ("return { 0.5 }", "every value here has a name"),
        ("return 7", "it answered what cannot be used"),
    ])
    func aDialThatCannotBeTurnedNamesTheCurriculumsLine(body: String, sentence: String) throws {
        let run = try ScriptedRun(keys: "curriculum = function(ctx) \(body) end,", steps: 3)
        let error = #expect(throws: (any Error).self) {
            try run.begin()
            try run.finish()
        }
        let message = "\(try #require(error))"
        #expect(message.contains(sentence))
        #expect(message.contains("recipe.lua:10"), "\(message)")
    }

    /// A recipe is made where recipes are read, not while a run goes on.
    @Test(arguments: [
        ("schedule = function(p) nj.recipe {} return 1 end,", "by a function that is asked"),
        ("curriculum = function(ctx) nj.recipe {} end,", "by a function that is asked"),
        ("hooks = { on_gradients = function(ctx) nj.recipe {} end },", "by a hook"),
    ])
    func aRecipeIsNotMadeDuringARun(keys: String, phase: String) throws {
        let error = #expect(throws: (any Error).self) {
            let run = try ScriptedRun(keys: keys, steps: 3)
            try run.begin()
            try run.finish()
        }
        #expect("\(try #require(error))".contains("nj.recipe may not be called \(phase)"))
    }

    @Test func aHandlerThatRunsTooLongIsCutOffAndNoted() throws {
        let run = try ScriptedRun(
            keys: """
                limits = { time_s = 0.05 },
                hooks = { on_step_end = function(ctx) if ctx.step == 2 then while true do end end end },
                """, steps: 6)
        try run.begin()
        try run.finish()
        let cut = try run.events("cut_off")
        #expect(cut.count == 1)
        #expect(cut.first?["replayable"] as? Bool == false)
        #expect(cut.first?["step"] as? Int == 2)
    }

    @Test func capabilitiesAreGrantedByTheRecipeAlone() throws {
        let body = "hooks = { on_start = function(ctx) nj.log.info(type(nj.time.now())) end }"
        let refused = try ScriptedRun(keys: "use = { 'timed' },", steps: 2)
        try refused.plugin("timed", body)
        try refused.begin()
        #expect(refused.said.contains { $0.contains("was not granted \"clock\"") })
        let granted = try ScriptedRun(
            keys: "use = { 'timed' }, grant = { timed = { 'clock' } },", steps: 2)
        try granted.plugin("timed", body)
        try granted.begin()
        #expect(granted.said == ["timed: number"])
    }

    @Test func scriptsCountTokensAsTheRunDoesAndSettingsLeaveExamplesAlone() throws {
        let run = try ScriptedRun(
            keys: """
                use = { { 'plateau', factor = 0.8 } },
                hooks = {
                  on_step_start = function(ctx) assert(ctx.tokens >= 0) end,
                  on_start = function(ctx) nj.log.info("n " .. #nj.tokens.encode("abc")) end,
                },
                """, steps: 3)
        try run.begin()
        try run.finish()
        #expect(run.said == ["recipe: n 3"])
    }

    /// The catalogue for people and the timeline of the loop name the same moments.
    @Test func theCatalogueIsTheTimeline() {
        let timeline = RunTimeline.entries.filter { $0.kind != .steer }
        #expect(
            Set(HookCatalogue.all.map(\.name)) == Set(timeline.map { "on_\($0.name)" }))
        for entry in timeline {
            #expect(HookCatalogue.point("on_\(entry.name)")?.kind.rawValue == entry.kind.rawValue)
        }
    }
}
