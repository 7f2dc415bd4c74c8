import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

/// What becomes of edits that were taken, and of the files behind them.
@Suite struct TakenEditTests {
    private func guarded(_ body: String) -> String {
        "hooks = { on_gradients = function(ctx) \(body) end }"
    }

    private func state(_ run: ScriptedRun, step: Int) throws -> LuaValue? {
        try run.memory(step: step)["mine"]?.asTable?["state"]
    }

    /// The first answer that is none puts the version before back, and the run goes on: killed and
    /// resumed it does the same.
    @Test(arguments: [
        "if nj.run.get().name == 'self-test' then return nil end return 7",
        "if nj.run.get().name == 'self-test' then return nil end return ctx.state.n .. {}",
    ])
    func aVersionThatFailsAtOnceIsLeftAgain(body: String) throws {
        let keys = "use = { 'mine' }, limits = { budget = 'exact', instructions = 1000000 },"
        let whole = try ScriptedRun(keys: keys, steps: 40)
        let broken = try ScriptedRun(keys: keys, steps: 40)
        for run in [whole, broken] {
            try run.plugin(
                "mine", "hooks = { on_step_end = function(ctx) ctx.state.n = ctx.step end }")
            try run.begin()
            try run.step(to: 14)
            try run.plugin("mine", guarded(body))
            run.settle()
            try run.step(to: 18)
            #expect(
                run.said.contains { $0.contains("the one before it is back in force") },
                "\(run.said)")
            #expect(try run.events("swap").map { $0["step"] as? Int } == [14])
            let undone = try run.events("swap_undone")
            #expect(undone.count == 1 && undone[0]["hash"] != nil)
        }
        try whole.finish()
        try broken.die()
        try broken.begin(resumes: true)
        try broken.finish()
        #expect(whole.summary?.steps == 40)
        #expect(try state(whole, step: 40)?.asTable?["n"] == 40)
        #expect(try broken.weights(step: 40) == whole.weights(step: 40))
        #expect(try broken.memory(step: 40) == whole.memory(step: 40))
        #expect(try broken.metrics() == whole.metrics())
    }

    /// A script that ended the run before its first checkpoint is mended, and the run begins with that.
    @Test func aFailureBeforeTheFirstStepIsMended() throws {
        func keys(_ answer: String) -> String {
            "probes = { nj.probe.loss { name = 'p', sets = 'all', tokens = 200 } }, "
                + "hooks = { on_probe = function(ctx) return \(answer) end },"
        }
        let run = try ScriptedRun(keys: keys("7"), steps: 4)
        #expect(throws: (any Error).self) {
            try run.begin()
            try run.finish()
        }
        try run.write(keys: keys("nil"), steps: 4)
        try run.begin(resumes: true, takesEdited: true)
        try run.finish()
        #expect(run.summary?.steps == 4)
    }

    /// What the run cannot take of an answer is found out by it, not by the script.
    @Test(arguments: [
        "curricula = { c = function(ctx) if ctx.step >= 14 then return { ['optimizer.lr'] = -5 } end end }",
        "curricula = { c = function(ctx) if ctx.step >= 14 then return { ['optimiser.lr'] = 1 } end end }",
        "curricula = { c = function(ctx) if ctx.step >= 14 then return { steps = 1 } end end }",
        "curricula = { c = function(ctx) if ctx.step >= 14 then return { ['data.data.weight'] = 0 } end end }",
        "hooks = { on_batch = function(ctx) if ctx.step >= 14 then return { 1, 1, 1, 1, 1, 1, 1 } end end }",
    ])
    func aVersionWhoseFirstAnswerIsOfNoUseIsLeftAgain(doors: String) throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        let isBatch = doors.hasPrefix("hooks")
        try run.plugin(
            "mine",
            isBatch
                ? "hooks = { on_batch = function(ctx) end }"
                : "curricula = { c = function(ctx) end }")
        try run.begin()
        try run.step(to: 14)
        try run.plugin("mine", doors)
        run.settle()
        try run.finish()
        #expect(run.summary?.steps == 20)
        #expect(try run.events("swap").map { $0["step"] as? Int } == [14])
        #expect(try run.events("swap_undone").count == 1)
        let said = run.said.first { $0.contains("the one before it is back in force") } ?? ""
        #expect(said.contains("mine"), "\(run.said)")
    }

    /// What a new version is left for is in the checkpoint of a step that was begun with it.
    @Test func aStopBetweenASwapAndItsFirstAnswerChangesNothing() throws {
        let whole = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        let stopped = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        for run in [whole, stopped] {
            try run.plugin("mine", guarded("ctx.state.n = ctx.step"))
            try run.begin()
            try run.step(to: 14)
            try run.plugin("mine", guarded("if ctx.step >= 14 then error('boo') end"))
            run.settle()
        }
        try whole.finish()
        try stopped.stopWithinAStep()
        #expect(try stopped.events("swap").count == 1)
        #expect(try stopped.events("swap_undone").isEmpty)
        try stopped.begin(resumes: true)
        try stopped.finish()
        for run in [whole, stopped] { #expect(try run.events("swap_undone").count == 1) }
        #expect(try stopped.weights(step: 30) == whole.weights(step: 30))
        #expect(try stopped.memory(step: 30) == whole.memory(step: 30))
        #expect(try stopped.metrics() == whole.metrics())
    }

    /// A file that an edit requires may be saved after it.
    @Test func aFileThatIsMissingMayComeLater() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 40)
        try run.plugin("mine", "curricula = { c = function(ctx) end }")
        try run.begin()
        try run.step(to: 4)
        try run.plugin(
            "mine",
            "curricula = { c = function(ctx) return { ['schedule.factor'] = require 'part' } end }"
                + ", settings = { part = require 'part' }")
        run.settle()
        try run.step(to: 6)
        let told = run.said.filter { $0.contains("is refused") }
        #expect(told.count == 1 && told[0].contains("part"), "\(run.said)")
        // Something else that is saved there is no reason to say it again.
        try run.folder.write("Plugins/mine/notes.txt", "x")
        run.settle()
        try run.step(to: 8)
        #expect(run.said.filter { $0.contains("is refused") }.count == 1)
        try run.folder.write("Plugins/mine/part.lua", "return 0.5")
        run.settle()
        try run.step(to: 12)
        #expect(try run.events("swap").count == 1)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        try run.finish()
    }

    /// A folder of the plugin's is looked into as well.
    @Test func aFileThatIsMissingMayComeLaterInAFolder() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 4000)
        try run.plugin("mine", "curricula = { c = function(ctx) end }")
        try run.folder.write("Plugins/mine/sub/other.lua", "return 1")
        try run.begin()
        try run.step(to: 4)
        try run.plugin("mine", "settings = { part = require 'sub.part' }")
        run.settle()
        try run.step(to: 6)
        #expect(run.said.contains { $0.contains("is refused") })
        try run.folder.write("Plugins/mine/sub/part.lua", "return 0.5")
        let deadline = Date().addingTimeInterval(20)
        while try run.events("swap").isEmpty, Date() < deadline {
            run.settle()
            try run.step(to: run.stepsMade + 1)
        }
        #expect(try run.events("swap").count == 1)
        try run.die()
    }

    /// What cannot be told from made-up facts alone shows with the memory as it is.
    @Test func aDoorThatIsNewMeetsTheMemoryAsItIs() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", "hooks = { on_step_end = function(ctx) ctx.state.n = 'x' end }")
        try run.begin()
        try run.step(to: 4)
        try run.plugin("mine", guarded("if ctx.state.n == 'x' then return 'skp' end"))
        run.settle()
        try run.finish()
        #expect(try run.events("swap").isEmpty)
        #expect(try run.events("swap_refused").count == 1)
    }

    /// The edit that mends a memory is not held up by it.
    @Test func anEditIsTakenWhereTheMemoryCannotBeHandedOver() throws {
        let run = try ScriptedRun(
            keys: "use = { 'mine' }, on = { script = 'skip' },", steps: 40)
        try run.plugin(
            "mine", guarded("ctx.state.n = ctx.step if ctx.step > 12 then ctx.state.f = print end"))
        try run.begin()
        try run.step(to: 24)
        try run.plugin("mine", guarded("ctx.state.n = ctx.step"))
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
        #expect(run.said.contains { $0.contains("goes on with what the last checkpoint kept") })
        #expect(try state(run, step: 40)?.asTable?["n"] == 39)
    }

    /// Refused before anything is written down.
    @Test func goingBackToAVersionThatTakesNoMemoryIsRefused() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", counting("assert(saved.n == 1, 'no load')"))
        try run.begin()
        try run.step(to: 2)
        try run.plugin(
            "mine",
            counting("").replacing("return { n = 1 }", with: "return { m = 1 }"))
        run.settle()
        try run.step(to: 4)
        #expect(try run.events("swap").count == 1)
        try run.ask("rollback mine")
        try run.step(to: 6)
        let message = try run.events("refused").last?["message"] as? String
        #expect(message?.contains("mine load: no load") == true, "\(message as Any)")
        try run.finish()
        #expect(try run.events("swap").count == 1)
    }

    @Test func goingBackPassesEveryVersionOnce() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 40)
        func edit(_ factor: Double, to step: Int) throws {
            try run.plugin(
                "mine",
                "curricula = { c = function(ctx) return { ['schedule.factor'] = \(factor) } end }")
            run.settle()
            guard step > 0 else { return }
            try run.step(to: step)
            #expect(run.dials["schedule.factor"] == .number(factor))
        }
        try edit(1, to: 0)
        try run.begin()
        try run.step(to: 2)
        for (step, factor) in [(4, 0.5), (6, 0.25), (8, 1)] { try edit(factor, to: step) }
        for (step, factor) in [(10, 0.25), (12, 0.5), (14, 1)] {
            try run.ask("rollback mine")
            try run.step(to: step)
            #expect(run.dials["schedule.factor"] == .number(factor), "\(step)")
        }
        try run.ask("rollback mine")
        try run.step(to: 16)
        let message = try run.events("refused").last?["message"] as? String
        #expect(message?.contains("no earlier version") == true, "\(message as Any)")
        try run.finish()
    }

    /// A file that the version in force needed is of no matter to one that does not.
    @Test func anEditThatNeedsOtherFilesIsTaken() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        func write(_ helper: String, _ factor: Double) throws {
            try run.folder.write("Plugins/mine/\(helper).lua", "return \(factor)")
            try run.plugin(
                "mine",
                """
                curricula = (function() local factor = require '\(helper)'
                return { c = function(ctx) return { ['schedule.factor'] = factor } end } end)()
                """)
        }
        try write("one", 0.5)
        try run.begin()
        try run.step(to: 3)
        try FileManager.default.removeItem(atPath: run.folder.path + "/Plugins/mine/one.lua")
        try write("two", 0.25)
        run.settle()
        try run.step(to: 6)
        #expect(run.dials["schedule.factor"] == .number(0.25))
        let main = run.folder.path + "/Plugins/mine/mine.lua"
        try FileManager.default.moveItem(atPath: main, toPath: main + ".aside")
        run.settle()
        try run.step(to: 8)
        #expect(run.said.contains { $0.contains("mine.lua is gone; the version in force goes on") })
        try FileManager.default.moveItem(atPath: main + ".aside", toPath: main)
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
    }

    @Test func whatACallWritesIntoItsSettingsIsGoneInTheNext() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 4)
        try run.plugin(
            "mine",
            """
            settings = { k = 1, list = { 1 } },
            hooks = { on_gradients = function(ctx)
              ctx.settings.k = ctx.settings.k + 1
              table.insert(ctx.settings.list, 3)
              print('k is ' .. ctx.settings.k .. ' of ' .. #ctx.settings.list)
            end }
            """)
        try run.begin()
        try run.finish()
        #expect(run.said.count { $0.contains("k is 2 of 2") } == 4, "\(run.said)")
    }

    /// Taken, it could not be resumed.
    @Test func anEditThatRequiresAnAbsentPluginIsRefused() throws {
        let run = try ScriptedRun(
            keys: "use = { 'mine' }, hooks = { on_gradients = function() print('own', 3) end },",
            steps: 8)
        try run.plugin("mine", guarded("ctx.state.n = 1"))
        try run.begin()
        try run.step(to: 2)
        #expect(run.said.contains { $0.contains("own\t3") || $0.contains("own 3") }, "\(run.said)")
        try run.plugin("mine", "requires = { 'other' }, " + guarded("ctx.state.n = 1"))
        run.settle()
        try run.finish()
        let reasons = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        #expect(reasons.count == 1 && reasons[0].contains("requires the plugin \"other\" before it"))
        #expect(try run.events("swap").isEmpty)
    }

    /// A plugin that is saved by itself too, and loads that in its own way.
    private func counting(_ load: String) -> String {
        """
        hooks = {
          on_gradients = function(ctx) ctx.state.calls = (ctx.state.calls or 0) + 1 end,
        }, save = function() return { n = 1 } end, load = function(saved) \(load) end
        """
    }

    @Test func anEditWhoseLoadFailsIsRefusedAndNoOtherIsHeldUp() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        try run.plugin("mine", guarded("ctx.state.calls = 1"))
        try run.begin()
        try run.step(to: 12)
        try run.plugin("mine", counting("error('no load')"))
        run.settle()
        try run.step(to: 14)
        let reasons = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        #expect(reasons.count == 1 && reasons[0].contains("mine load: no load"), "\(reasons)")
        try run.plugin("mine", counting("assert(saved.n == 1)"))
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
    }

    @Test func aLoadThatFailsOrIsMissingIsFoundBeforeTheRunBegins() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 4)
        let example = ", examples = { { call = 'hooks.on_gradients' } }"
        try run.plugin("mine", counting("error('no load')") + example)
        let told = #expect(throws: (any Error).self) { try run.begin() }
        #expect("\(try #require(told))".contains("mine load: no load"))
        for (lines, sentence) in [
            (counting("error('no load')"), "mine load: no load"),
            ("save = function() return { n = 1 } end", "what save gives never comes back"),
        ] {
            try run.plugin("mine", lines)
            let error = #expect(throws: (any Error).self) { try run.begin() }
            #expect("\(try #require(error))".contains(sentence))
        }
    }

    /// The version in force cannot take back what it saved; the one on the disk can.
    @Test func anEditThatMendsLoadGoesOnFromWhatWasSaved() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 30)
        func write(_ load: String) throws {
            try run.folder.write(
                "Plugins/mine/mine.lua",
                """
                local n = 0
                return {
                  name = 'mine', api = 1, summary = 'A test.',
                  hooks = { on_gradients = function() n = n + 1 end },
                  save = function() return { n = n } end,
                  load = function(saved) n = saved.n \(load) end,
                }
                """)
        }
        // It does not show until there is more to load.
        try write("assert(n < 5, 'no load')")
        try run.begin()
        try run.step(to: 13)
        try run.die()
        let error = #expect(throws: (any Error).self) { try run.begin(resumes: true) }
        #expect("\(try #require(error))".contains("mine load: no load"))
        try write("")
        try run.begin(resumes: true, takesEdited: true)
        try run.finish()
        let saved = try run.memory(step: 30)["mine"]?.asTable?["saved"]
        #expect(saved?.asTable?["n"] == 30)
    }
}
