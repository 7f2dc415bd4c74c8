import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

/// What the house itself does with the memory of a run's scripts.
@Suite struct ScriptMemoryTests {
    /// Where the house's own Lua finds the mistake, the script's line is told.
    @Test(arguments: [
        "return { [{}] = 1 }", "return coroutine.create(print)",
        "return setmetatable({}, { __index = {} })", "return setmetatable({}, { __pairs = print })",
        "local t = {} t.t = t return t", "ctx.state = 5", "ctx.state.t = ctx.state",
        "ctx.state.f = function() end", "ctx.state[{}] = 1",
        "ctx.state.t = setmetatable({}, { __index = {} })",
        "local t = ctx.state for i = 1, 20000 do t.t = {} t = t.t end",
    ])
    func whatCannotCrossNamesTheScriptsLine(body: String) throws {
        let run = try ScriptedRun(keys: "curriculum = function(ctx) \(body) end,", steps: 3)
        let error = #expect(throws: (any Error).self) {
            try run.begin()
            try run.finish()
        }
        let message = "\(try #require(error))"
        #expect(message.contains("recipe.lua:10: recipe c"), "\(message)")
        #expect(!message.contains("nightjar:") && !message.contains("memory budget"), "\(message)")
    }

    @Test func theLimitsOfARunHoldForReadingMemoryToo() throws {
        let run = try ScriptedRun(
            keys: """
                limits = { memory_mb = 900, time_s = 20 },
                hooks = (function() local kept return { on_gradients = function(ctx)
                  kept = kept or ("x"):rep(300 << 20)
                  ctx.state.n = #kept
                end } end)(),
                """, steps: 2)
        try run.begin()
        try run.finish()
        let memory = try run.memory(step: 2)["recipe"]
        #expect(memory?.asTable?["state"]?.asTable?["n"] == 314_572_800)
    }

    @Test func readingALargeMemoryIsCutOffWithTheCall() throws {
        // Small steps, so that no call of the script itself takes long.
        let run = try ScriptedRun(
            keys: """
                limits = { time_s = 0.1 }, on = { script = "skip" },
                hooks = { on_step_end = function(ctx)
                  local first = ctx.state.n or 0
                  for i = first + 1, first + 20000 do ctx.state[i] = { i } end
                  ctx.state.n = first + 20000
                end },
                """, steps: 26)
        try run.begin()
        try run.step(to: 26)
        let cut = try run.events("cut_off")
        #expect(cut.contains { $0["replayable"] as? Bool == false })
        let told = "recipe.lua:11: recipe ctx.state: ran past its time budget of 0.1 s"
        #expect(run.said.contains { $0.contains(told) }, "\(run.said)")
    }

    /// At every checkpoint, the run's last included.
    @Test func whatAnObserverHidesIsFoundAtEveryCheckpoint() throws {
        let run = try ScriptedRun(
            keys: """
                hooks = (function() local n = 0 return { on_step_end = function(ctx)
                  n = n + 1
                  nj.metric.log("n", n)
                end } end)(),
                """, steps: 20)
        try run.begin()
        try run.finish()
        let found = try run.events("impure")
        #expect(found.map { $0["step"] as? Int } == [10, 20])
        let message = found.first?["message"] as? String
        #expect(
            message?.hasPrefix("hooks.on_step_end at 9 said recipe/n = 9.0, and recipe/n = 1.0")
                == true, "\(message as Any)")
        // Nothing failed.
        #expect(try !run.metrics().contains { $0.contains("\"hook_errors\":1") })
    }

    /// It is logged and counted like any failure of an observer: checkpoints keep what it remembered
    /// last, the run goes on, and so does one that is resumed.
    @Test func whatAnObserverCannotKeepEndsNothing() throws {
        let run = try ScriptedRun(
            keys: """
                hooks = { on_step_end = function(ctx)
                  ctx.state.n = ctx.step
                  if ctx.step == 15 then ctx.state.f = print end
                end },
                """, steps: 30)
        try run.begin()
        try run.step(to: 24)
        #expect(run.said.contains { $0.contains("recipe ctx.state: f: a function stands") })
        try run.finish()
        #expect(run.summary?.steps == 30)
        #expect(try run.metrics().contains { $0.contains("\"hook_errors\":1") })
        for step in [20, 30] {
            let memory = try run.memory(step: step)["recipe"]
            #expect(memory?.asTable?["state"]?.asTable?["n"] == 10)
        }
    }

    /// Where it is resumed shows in no metric.
    @Test(arguments: [12, 24]) func whatAnObserverCannotKeepIsCountedOnce(step: Int) throws {
        let keys = """
            hooks = { on_step_end = function(ctx)
              if ctx.step == 15 then ctx.state.f = print end
            end },
            """
        let whole = try ScriptedRun(keys: keys, steps: 30)
        try whole.begin()
        try whole.finish()
        let broken = try ScriptedRun(keys: keys, steps: 30)
        try broken.begin()
        try broken.step(to: step)
        try broken.die()
        try broken.begin(resumes: true)
        try broken.finish()
        #expect(try whole.metrics().filter { $0.contains("\"hook_errors\":1") }.count == 1)
        // After a resume from step 20 the memory is sound again, as nothing of it was kept.
        if step < 20 { #expect(try broken.metrics() == whole.metrics()) }
        #expect(
            try broken.metrics().filter { $0.contains("\"hook_errors\":1") }
                == whole.metrics().filter { $0.contains("\"hook_errors\":1") })
    }

    /// An edit that mends it is taken.
    @Test func anObserverWhoseMemoryCannotBeKeptCanBeMended() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        func edit(_ body: String) throws {
            try run.plugin("mine", "hooks = { on_step_end = function(ctx) \(body) end }")
        }
        try edit("ctx.state.n = ctx.step ctx.state.f = print")
        try run.begin()
        try run.step(to: 12)
        try edit("ctx.state.n = ctx.step")
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
        #expect(try run.memory(step: 30)["mine"]?.asTable?["state"]?.asTable?["n"] == 30)
    }

    @Test func anObserverThatKeepsAllInItsMemoryIsNotTold() throws {
        let run = try ScriptedRun(
            keys: """
                hooks = { on_step_end = function(ctx)
                  ctx.state.n = (ctx.state.n or 0) + 1
                  nj.metric.log("n", ctx.state.n)
                  nj.metric.add("sum", nj.random.uniform())
                  nj.log.info("step " .. ctx.step)
                  return "what nobody looks at"
                end },
                """, steps: 40)
        try run.begin()
        try run.finish()
        #expect(try run.events("impure").isEmpty, "\(run.said.filter { $0.contains("again") })")
    }
}
