import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

@Suite struct CutOffTests {
    /// Spends its whole budget in one step.
    private func keys(limits: String, step: Int, marker: String) -> String {
        """
        limits = { \(limits) },
        hooks = { \(marker) = function(ctx) if ctx.step == \(step) then while true do end end end },
        """
    }

    private func marked(_ run: ScriptedRun) throws -> [Int] {
        try run.metrics().compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let object, object["replayable"] as? Bool == false else { return nil }
            return object["step"] as? Int
        }
    }

    @Test func aCutOffByTimeMarksTheRunFromThereOn() throws {
        let run = try ScriptedRun(
            keys: keys(limits: "time_s = 0.05", step: 4, marker: "on_step_end"), steps: 8)
        try run.begin()
        try run.finish()
        #expect(try marked(run) == [4, 5, 6, 7, 8])
        let mark = try #require(run.summary?.replayBreak)
        #expect(mark.step == 4)
        #expect(
            mark.sentence
                == "not replayable from step 4: recipe was cut off by time in hooks.on_step_end")
    }

    @Test(arguments: ["on_step_end", "on_evaluate", "on_checkpoint"])
    func theMarkIsInTheCheckpointOfItsStep(hook: String) throws {
        let run = try ScriptedRun(
            keys: keys(limits: "time_s = 0.05", step: 10, marker: hook), steps: 20)
        try run.begin()
        try run.step(to: 13)
        try run.die()
        try run.begin(resumes: true)
        try run.finish()
        #expect(run.summary?.replayBreak?.step == 10)
        #expect(try marked(run).suffix(10) == Array(11...20))
    }

    @Test func aRunFromBeforeTheCutOffIsNotMarked() throws {
        let run = try ScriptedRun(
            keys: keys(limits: "time_s = 0.05", step: 13, marker: "on_step_end"), steps: 20)
        try run.begin()
        try run.step(to: 14)
        try run.die()
        try run.write(
            keys: keys(limits: "time_s = 0.05", step: 99, marker: "on_step_end"), steps: 20)
        try run.begin(resumes: true, takesEdited: true)
        try run.step(to: 12)
        #expect(try marked(run).isEmpty)
    }

    @Test func countedInstructionsEndACallAtTheSamePlaceEverywhere() throws {
        let body = """
            limits = { budget = "exact", instructions = 20000 },
            on = { script = "skip" },
            hooks = { on_gradients = function(ctx)
              ctx.state.n = ctx.state.n or 0
              if ctx.step == 4 then while true do ctx.state.n = ctx.state.n + 1 end end
            end },
            """
        let runs = try (0..<2).map { _ in try ScriptedRun(keys: body, steps: 8) }
        for run in runs {
            try run.begin()
            try run.finish()
            let cut = try run.events("cut_off")
            #expect(cut.count == 1 && cut.first?["replayable"] as? Bool == true)
            #expect((cut.first?["message"] as? String)?.contains("20000 instructions") == true)
            #expect(run.summary?.replayBreak == nil)
            #expect(try marked(run).isEmpty)
        }
        // How far it came is the same too.
        let memory = try runs[0].memory(step: 8)["recipe"]
        #expect((memory?.asTable?["state"]?.asTable?["n"]?.asNumber ?? 0) > 500)
        #expect(try runs[1].memory(step: 8)["recipe"] == memory)
        #expect(try runs[0].metrics() == runs[1].metrics())
        #expect(try runs[0].weights(step: 8) == runs[1].weights(step: 8))
    }

    @Test func limitsSayWhatTheyComeTo() throws {
        func budget(_ limits: String) throws -> LuaRuntime.Budget {
            let folder = try RecipeFolder()
            let loaded = try folder.load(keys: "limits = { \(limits) },")
            let resolved = try #require(loaded.resolved["limits"])
            func number(_ key: String) -> Double? {
                switch resolved[key] {
                case .integer(let value): Double(value)
                case .number(let value): value
                default: nil
                }
            }
            return LuaRuntime.Budget(
                seconds: number("time_s") ?? -1, memoryBytes: Int(number("memory_mb") ?? 0) << 20,
                instructions: number("instructions").map { Int($0) })
        }
        #expect(try budget("") == LuaRuntime.Budget(seconds: 1))
        #expect(
            try budget("budget = 'exact'")
                == LuaRuntime.Budget(seconds: 20, instructions: 100_000_000))
        #expect(
            try budget("budget = 'exact', instructions = 7, time_s = 2")
                == LuaRuntime.Budget(seconds: 2, instructions: 7))
    }

    @Test func aScheduleIsCountedToo() throws {
        let folder = try RecipeFolder()
        let error = try folder.error(
            keys: """
                limits = { budget = "exact", instructions = 1000 },
                schedule = function(p) while true do end end,
                """)
        #expect(error.code == .budget && !error.isCutByTime)
        #expect(error.message == "ran past its budget of 1000 instructions")
    }
}
