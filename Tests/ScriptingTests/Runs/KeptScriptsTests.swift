import Foundation
import Testing

@testable import Scripting

/// A run goes on from its own folder, whatever has become of its scripts on the disk.
@Suite struct KeptScriptsTests {
    private static let body = """
        curricula = (function()
          local step = require('steps')
          return { c = function(ctx)
            ctx.state.n = (ctx.state.n or 0) + step
            return { ['schedule.factor'] = 1 / ctx.state.n }
          end }
        end)(),
        """

    /// - Parameter died: the steps it made; it saves every few of them, and first after ten.
    private func begun(
        keys: String = "use = { 'mine' },", died: Int = 13
    ) throws -> ScriptedRun {
        let run = try ScriptedRun(keys: keys, steps: 30)
        try run.plugin("mine", Self.body)
        try run.folder.write("Plugins/mine/steps.lua", "return 2")
        try run.begin()
        try run.step(to: died)
        try run.die()
        return run
    }

    private func whole() throws -> ScriptedRun {
        let run = try begun()
        try run.begin(resumes: true)
        try run.finish()
        return run
    }

    @Test(arguments: ["syntax", "self-test", "module", "file", "folder"], [3, 13])
    func aPluginThatNoLongerLoadsRunsFromTheKeptBytes(damage: String, died: Int) throws {
        let run = try begun(died: died)
        switch damage {
        case "syntax": try run.folder.write("Plugins/mine/mine.lua", "return {")
        case "self-test":
            try run.plugin(
                "mine", Self.body + "examples = { { call = 'curricula.c', gives = { x = 1 } } }")
        case "module": try run.folder.write("Plugins/mine/steps.lua", "error('gone')")
        case "file":
            try FileManager.default.removeItem(atPath: run.folder.path + "/Plugins/mine/mine.lua")
        default: try FileManager.default.removeItem(atPath: run.folder.path + "/Plugins")
        }
        try run.begin(resumes: true)
        #expect(
            run.said.contains {
                $0.contains("mine does not load from the disk any more") && $0.contains("version")
            }, "\(run.said)")
        try run.finish()
        let whole = try whole()
        #expect(try run.weights(step: 30) == whole.weights(step: 30))
        #expect(try run.memory(step: 30) == whole.memory(step: 30))
        #expect(try run.metrics() == whole.metrics())
    }

    @Test func theWarningSaysWhyAndWhere() throws {
        let run = try begun()
        try run.folder.write("Plugins/mine/mine.lua", "\nreturn {")
        try run.begin(resumes: true)
        let warning = try #require(run.said.first { $0.contains("any more") })
        #expect(warning.contains("mine.lua:2: "), "\(warning)")
    }

    @Test func whoAsksForTheEditedFilesIsRefused() throws {
        let run = try begun()
        try run.folder.write("Plugins/mine/mine.lua", "return {")
        #expect(throws: ScriptingError.self) { try run.begin(resumes: true, takesEdited: true) }
    }

    @Test func aRunThatNeverSavedBeginsWithTheScriptsItBeganWith() throws {
        let run = try begun(died: 3)
        try run.plugin("mine", Self.body.replacingOccurrences(of: "1 /", with: "2 /"))
        try run.begin(resumes: true)
        #expect(
            run.said.contains { $0.contains("not those that were in force") }, "\(run.said)")
        try run.finish()
        let whole = try whole()
        #expect(try run.weights(step: 30) == whole.weights(step: 30))
        #expect(try run.metrics() == whole.metrics())
        #expect(try run.events("start").count == 2 && run.events("swap").isEmpty)
    }

    /// The files on the disk are taken for good: what the journal tells of versions between is not
    /// repeated, by this life of the run or by later ones.
    @Test func whoTakesEditedFilesIsNotGivenOlderOnesLater() throws {
        func factor(_ value: Double) -> String {
            Self.body.replacingOccurrences(of: "1 /", with: "\(value) /")
        }
        let run = try begun(died: 3)
        try run.begin(resumes: true)
        try run.step(to: 5)
        try run.plugin("mine", factor(2))
        run.settle()
        try run.step(to: 7)
        #expect(try run.events("swap").count == 1)
        try run.die()
        try run.plugin("mine", factor(3))
        try run.begin(resumes: true, takesEdited: true)
        try run.step(to: 8)
        let taken = try #require(try run.events("swap").last?["new"] as? String)
        #expect(try run.events("swap").count == 2)
        try run.die()
        // Without --edited, it is that version again from the first step on.
        try run.begin(resumes: true)
        try run.finish()
        #expect(try run.events("swap").count == 2)
        #expect(try run.memory(step: 30).count == 1)
        #expect(try run.scripts(step: 30).values.count == 3)
        let swaps = run.said.filter { $0.contains("went from version") }
        #expect(swaps.last?.contains("to \(taken.prefix(8))") == true, "\(swaps)")
    }

    @Test func aVersionThatTheRecipeNoLongerFitsGivesWayToTheEditedOne() throws {
        let run = try begun(died: 3)
        let settings = "settings = { rate = 1 },"
        try run.plugin("mine", Self.body + settings)
        try run.write(keys: "use = { { 'mine', rate = 5 } },", steps: 30)
        let error = #expect(throws: ScriptingError.self) { try run.begin(resumes: true) }
        #expect(error?.message.contains("which was in force, cannot go on any more") == true)
        #expect(error?.message.contains("--edited goes on") == true, "\(error as Any)")
        try run.begin(resumes: true, takesEdited: true)
        try run.step(to: 5)
        #expect(try run.events("swap").count == 1)
        try run.die()
        try run.begin(resumes: true)
        try run.finish()
    }

    @Test func bytesThatAreGoneSayHowToGoOn() throws {
        let run = try begun()
        try run.plugin("mine", Self.body.replacingOccurrences(of: "1 /", with: "2 /"))
        try FileManager.default.removeItem(atPath: run.folder.path + "/runs/scripted/scripts")
        let error = #expect(throws: ScriptingError.self) { try run.begin(resumes: true) }
        #expect(error?.message.contains("--edited goes on") == true, "\(error as Any)")
        try run.begin(resumes: true, takesEdited: true)
        try run.finish()
        #expect(try run.events("swap").count == 1)
    }

    @Test func aDamagedBeginningSaysWhatToDo() throws {
        let run = try begun(died: 3)
        try run.folder.write("runs/scripted/hooks.json", "{")
        let error = #expect(throws: (any Error).self) { try run.begin(resumes: true) }
        #expect("\(error as Any)".contains("remove it, and the run begins"), "\(error as Any)")
        try FileManager.default.removeItem(atPath: run.folder.path + "/runs/scripted/hooks.json")
        try run.begin(resumes: true)
        try run.finish()
    }

    @Test func aMendedFileIsTakenAsAnEdit() throws {
        let run = try begun()
        try run.folder.write("Plugins/mine/mine.lua", "return {")
        try run.begin(resumes: true)
        try run.step(to: 15)
        run.settle()
        try run.plugin("mine", Self.body.replacingOccurrences(of: "1 /", with: "2 /"))
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
    }

    @Test(arguments: [
        """
        curriculum = (function()
          local part = require('part')
          return function(ctx) return { ['schedule.factor'] = part } end
        end)(),
        """,
        """
        schedule = (function()
          local part = require('part')
          return function(p) return 1 - p * part end
        end)(),
        """,
        "gradient_clip = require('part'),",
    ])
    func aRecipeThatNoLongerCompilesRunsFromTheKeptBytes(keys: String) throws {
        func begun() throws -> ScriptedRun {
            let run = try ScriptedRun(keys: keys, steps: 30)
            try run.folder.write("part.lua", "return 0.5")
            try run.begin()
            try run.step(to: 13)
            try run.die()
            return run
        }
        let whole = try begun()
        try whole.begin(resumes: true)
        try whole.finish()
        let run = try begun()
        try run.folder.write("recipe.lua", "return {")
        // Where no one says which run it is, the file's name does not lead there.
        #expect(throws: ScriptingError.self) { try run.begin(resumes: true) }
        try run.begin(resumes: true, overrides: ["name=scripted"])
        #expect(run.said.contains { $0.contains("The recipe does not load any more") })
        try run.finish()
        #expect(try run.weights(step: 30) == whole.weights(step: 30))
        #expect(try run.metrics() == whole.metrics())
    }
}
