import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

@Suite struct HotReloadTests {
    private static func factor(_ value: Double) -> String {
        """
        curricula = { main = function(ctx)
          ctx.state.calls = (ctx.state.calls or 0) + 1
          return { ['schedule.factor'] = \(value) }
        end },
        examples = { { call = 'curricula.main', gives = { ['schedule.factor'] = \(value) } } }
        """
    }

    private func reasons(_ run: ScriptedRun) throws -> [String] {
        try run.events("swap_refused").compactMap { $0["reason"] as? String }
    }

    /// A user edits a plugin five ways while the run goes on.
    @Test func fiveEditsOfAPlugin() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' }, reload = { max_shift = 0.5 },")
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 12)
        func edit(_ body: String, thenTo step: Int) throws {
            try run.plugin("mine", body)
            run.settle()
            try run.step(to: step)
        }
        // Good: the same answers in other words.
        try edit(Self.factor(1) + ", settings = { size = 1 }", thenTo: 14)
        #expect(try run.events("swap").count == 1)
        // A syntax error.
        try edit("curricula = {", thenTo: 16)
        // A self-test that fails.
        try edit(
            Self.factor(1).replacing(
                "gives = { ['schedule.factor'] = 1.0", with: "gives = { x = 1"),
            thenTo: 24)
        // Too large a shift: every answer differs.
        try edit(Self.factor(0.25), thenTo: 34)
        let refusals = try reasons(run)
        try #require(refusals.count == 3)
        #expect(refusals[0].contains("Plugins/mine/mine.lua:"))
        #expect(refusals[1].contains("examples[1]: curricula.main must give"))
        #expect(refusals[2].contains("reload.max_shift is 0.5"))
        #expect(run.dials["schedule.factor"] == .number(1))
        // Good again.
        try edit(Self.factor(1) + ", settings = { size = 2 }", thenTo: 36)
        try run.finish()
        let swaps = try run.events("swap")
        try #require(swaps.count == 2)
        #expect(swaps[0]["new"] as? String == swaps[1]["old"] as? String)
        #expect(swaps[1]["shift"] as? Double == 0)
        // The memory went on through every swap.
        #expect(try run.metrics().contains { $0.contains("script/mine") })
        let memory = try run.memory()["mine"]
        #expect(memory?.asTable?["state"]?.asTable?["calls"] == 60)
        #expect(run.said.count { $0.contains("the old version goes on") } == 3)
    }

    /// Saved again right after a swap, before the files were looked at anew.
    @Test func aSaveThatFollowsASwapIsTakenToo() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 2)
        try run.plugin("mine", Self.factor(0.5))
        run.settle()
        try run.step(to: 3)
        try run.plugin("mine", Self.factor(0.25))
        run.settle()
        try run.step(to: 5)
        #expect(run.dials["schedule.factor"] == .number(0.25))
        #expect(try run.events("swap").map { $0["step"] as? Int } == [2, 3])
        try run.finish()
    }

    @Test func whatIsSavedBeforeTheFirstStepIsTaken() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.plugin("mine", Self.factor(0.5))
        run.settle()
        try run.step(to: 1)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        try run.finish()
    }

    /// From closing the file on, with steps of at least 25 ms, a plugin is in force within a few
    /// steps, however busy the machine is.
    @Test func aSaveIsInForceWithinAFewSteps() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },")
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 2)
        for (number, first) in [2, 16, 30, 44].enumerated() {
            try run.plugin("mine", Self.factor(1 / Double(number + 2)))
            for step in 1...14 {
                Thread.sleep(forTimeInterval: 0.025)
                try run.step(to: first + step)
            }
        }
        let swaps = try run.events("swap").compactMap { $0["step"] as? Int }
        #expect(swaps.count == 4)
        for (swap, first) in zip(swaps, [2, 16, 30, 44]) {
            #expect(swap >= first && swap <= first + 8, "\(swaps)")
        }
        try run.finish()
    }

    /// Swapped at step 35, killed at 38, the last checkpoint from before the swap.
    @Test func aSwapIsMadeAgainByAResumedRun() throws {
        let whole = try ScriptedRun(keys: "use = { 'mine' },")
        let broken = try ScriptedRun(keys: "use = { 'mine' },")
        for run in [whole, broken] {
            try run.plugin("mine", Self.factor(1))
            try run.begin()
            try run.step(to: 35)
            try run.plugin("mine", Self.factor(0.5))
            run.settle()
            try run.step(to: 38)
            #expect(try run.events("swap").map { $0["step"] as? Int } == [35])
        }
        try whole.finish()
        try broken.die()
        // What stands on the disk by now is a third version, which was never in force.
        try broken.plugin("mine", Self.factor(0.1))
        try broken.begin(resumes: true)
        #expect(broken.said.contains { $0.contains("not those that were in force") })
        try broken.finish()
        #expect(try broken.weights() == whole.weights())
        #expect(try broken.memory() == whole.memory())
        #expect(try broken.metrics() == whole.metrics())
        #expect(try broken.events("swap").count == 1)
    }

    @Test func aResumedRunTakesEditsWhereItIsTold() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 12)
        try run.die()
        try run.plugin("mine", Self.factor(0.5))
        try run.begin(resumes: true, takesEdited: true)
        try run.step(to: 14)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        #expect(try run.events("swap").map { $0["step"] as? Int } == [10])
        try run.finish()
    }

    @Test func aManifestNamesTheFilesThatWereInForce() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 12)
        try run.plugin("mine", Self.factor(0.5))
        run.settle()
        try run.finish()
        let bytes = try Data(
            contentsOf: URL(filePath: run.folder.path + "/Plugins/mine/mine.lua"))
        let now = LoadedScript(path: "", bytes: Array(bytes)).hash
        let before = try run.scripts(step: 10)["Plugins/mine/mine.lua"]
        #expect(before != nil && before != now)
        #expect(try run.scripts(step: 20)["Plugins/mine/mine.lua"] == now)
        #expect(try run.scripts(step: 20)["recipe.lua"] != nil)
    }

    @Test func aLockedRunRefusesEveryEdit() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin(isLocked: true)
        try run.step(to: 2)
        try run.plugin("mine", Self.factor(0.5))
        run.settle()
        try run.step(to: 6)
        #expect(try reasons(run).map { $0.contains("--locked") } == [true])
        #expect(run.dials["schedule.factor"] == .number(1))
        try run.finish()
    }

    @Test func editorsThatRenameDeleteAndRestoreAreFollowed() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },")
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 2)
        let path = run.folder.path + "/Plugins/mine/mine.lua"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        // Written aside and renamed over.
        try text.replacing("1.0", with: "0.5").write(
            toFile: path + "~", atomically: false, encoding: .utf8)
        #expect(rename(path + "~", path) == 0)
        run.settle()
        try run.step(to: 4)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        // Deleted, and there again as it was: nothing happens.
        try FileManager.default.removeItem(atPath: path)
        run.settle()
        try run.step(to: 6)
        try text.replacing("1.0", with: "0.5").write(
            toFile: path, atomically: false, encoding: .utf8)
        run.settle()
        try run.step(to: 8)
        #expect(try run.events("swap").count == 1)
        #expect(try run.events("swap_refused").isEmpty)
        // Two saves within one step: the last one counts.
        try run.plugin("mine", Self.factor(0.3))
        try run.plugin("mine", Self.factor(0.2))
        run.settle()
        try run.step(to: 10)
        #expect(run.dials["schedule.factor"] == .number(0.2))
        #expect(try run.events("swap").count == 2)
        try run.finish()
    }

    /// Going back twice goes two versions back, and a version that was left that way is found by
    /// its hash.
    @Test func aRollbackBringsTheVersionBefore() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 2)
        for (step, factor) in [(4, 0.5), (6, 0.25)] {
            try run.plugin("mine", Self.factor(factor))
            run.settle()
            try run.step(to: step)
            #expect(run.dials["schedule.factor"] == .number(factor))
        }
        let newest = try #require(run.events("swap").last?["new"] as? String)
        for (step, request, factor) in [
            (8, "", 0.5), (10, "", 1), (12, " " + newest, 0.25), (14, "", 1),
        ] {
            try run.ask("rollback mine" + request)
            try run.step(to: step)
            #expect(run.dials["schedule.factor"] == .number(factor), "\(step)")
            let last = try #require(try run.events("swap").last)
            #expect(last["reason"] as? String == "rollback")
        }
        try run.finish()
    }

    @Test func aRollbackWantsDigitsThatNameOneVersion() throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: 20)
        try run.plugin("mine", Self.factor(1))
        try run.begin()
        try run.step(to: 2)
        for (digits, sentence) in [
            ("0", "give at least four digits"), ("zzzzzz", "was never at version zzzzzz"),
        ] {
            try run.ask("rollback mine \(digits)")
            try run.step(to: run.stepsMade + 2)
            let message = try run.events("refused").last?["message"] as? String
            #expect(message?.contains(sentence) == true, "\(message as Any)")
        }
        try run.finish()
        #expect(try run.events("swap").isEmpty)
    }

    /// Functions of a recipe swap; a plain value that changed is refused with what would set it.
    @Test func aRecipeSwapsItsFunctionsOnly() throws {
        func keys(_ factor: Double, _ clip: Double) -> String {
            """
            gradient_clip = \(clip), schedule = function(p) return \(factor) end,
            curriculum = function(ctx) return { ['schedule.factor'] = \(factor) } end,
            """
        }
        let run = try ScriptedRun(keys: keys(1, 1))
        try run.begin()
        try run.step(to: 2)
        try run.write(keys: keys(0.5, 1))
        run.settle()
        try run.step(to: 4)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        try run.write(keys: keys(0.25, 2))
        run.settle()
        try run.step(to: 6)
        #expect(run.dials["schedule.factor"] == .number(0.5))
        let reason = try #require(try reasons(run).first)
        #expect(reason.contains("gradient_clip: it was 1.0 and is 2.0 in the file now"))
        #expect(reason.contains("nightjar set RUN gradient_clip=2.0"))
        try run.finish()
        let rates = try run.metrics().compactMap { line in
            line.firstMatch(of: #/"learning_rate":([0-9.e-]+)/#).flatMap { Double($0.1) }
        }
        // Both the schedule and the dial were halved.
        #expect(abs((rates.last ?? 0) / (rates.first ?? 1) - 0.25) < 1e-9)
    }

    @Test(arguments: [true, false]) func aChangeIsNoticedEitherWay(usesSystem: Bool) throws {
        let folder = try RecipeFolder()
        let path = folder.path + "/watched.lua"
        try folder.write("watched.lua", "one")
        let watch = FileWatch([path], usesSystem: usesSystem)
        #expect(!watch.hasSettled())
        try folder.write("watched.lua", "two, longer")
        let deadline = Date().addingTimeInterval(5)
        var isSeen = false
        while !isSeen, Date() < deadline {
            isSeen = watch.hasSettled()
            Thread.sleep(forTimeInterval: 0.01)
        }
        #expect(isSeen)
        #expect(!watch.hasSettled())
    }
}
