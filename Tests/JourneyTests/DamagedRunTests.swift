import Foundation
import TestSupport
import Testing

/// What a run does when parts of its folder are gone or broken, or when it fails on the way.
@Suite struct DamagedRunTests {
    private let short = ["train", "recipe.lua", "--set", "steps=6"]

    private func checkpoints(of program: Program) throws -> [String] {
        let folder = program.run.appending(path: "checkpoints").path
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("step-") }.sorted()
    }

    @Test func aRunWhoseCheckpointsAreAllDamagedIsNotWrittenOver() throws {
        let program = try Program()
        #expect(try program.run(short).code == 0)
        for name in try checkpoints(of: program) {
            try Data("x".utf8).write(
                to: program.run.appending(path: "checkpoints/\(name)/state.json"))
        }
        let weights = try program.finalWeights(step: 6)
        let resumed = try program.run(short + ["--resume"])
        #expect(resumed.code == 3, "\(resumed.errors)")
        #expect(resumed.errors.contains("none of the run's checkpoints is whole"))
        #expect(try program.finalWeights(step: 6) == weights)
    }

    @Test(arguments: ["metrics.jsonl", "events.jsonl"])
    func aLostLogDoesNotStopTheRun(name: String) throws {
        let program = try Program()
        #expect(try program.run(short).code == 0)
        try FileManager.default.removeItem(at: program.run.appending(path: name))
        let fresh = try program.run(short)
        #expect(fresh.code == 2 && fresh.errors.contains("--resume"), "\(fresh.errors)")
        let resumed = try program.run([
            "train", "recipe.lua", "--set", "steps=9", "--resume",
        ])
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains(name), "\(resumed.errors)")
        #expect(try checkpoints(of: program).contains("step-000009"))
    }

    @Test func aFinishedRunAskedForLessSaysSo() throws {
        let program = try Program()
        #expect(try program.run(short).code == 0)
        let less = try program.run(["train", "recipe.lua", "--set", "steps=3", "--resume"])
        #expect(less.code == 0 && less.errors.contains("there is nothing left to do"))
        let other = try program.run(short + ["--resume", "--set", "model.init.hidden_size=32"])
        #expect(other.code == 2, "\(other.errors)")
        #expect(other.errors.contains("hidden_size = 32"), "\(other.errors)")
    }

    /// It fails between the places where loading asks it.
    @Test func stepsBeforeAFailingScheduleAreSaved() throws {
        let program = try Program()
        let recipe = Program.recipe.replacingOccurrences(
            of: "function(progress) return 1 - 0.5 * progress end",
            with: "function(p) if p > 0.70 and p < 0.715 then error('boom') end return 1 end")
        try program.folder.write(recipe, to: "recipe.lua")
        let arguments = ["train", "recipe.lua", "--set", "checkpoint.every_steps=24"]
        let failed = try program.run(arguments)
        #expect(failed.code == 2 && failed.errors.contains("boom"), "\(failed.errors)")
        let saved = try #require(try checkpoints(of: program).last)
        #expect(saved > "step-000010" && failed.errors.contains(saved), "\(failed.errors)")
        try program.folder.write(Program.recipe, to: "recipe.lua")
        // What was in force goes on failing, and says how the mended file is taken.
        let again = try program.run(arguments + ["--resume"])
        #expect(again.code == 2 && again.errors.contains("--edited"), "\(again.errors)")
        let mended = try program.run(arguments + ["--resume", "--edited"])
        #expect(mended.code == 0, "\(mended.errors)")
    }

    /// Whatever the recipe says of full disks, a run that could not save its end did not succeed.
    @Test func aRunThatCouldNotSaveItsEndFails() throws {
        let program = try Program()
        let blocked = program.run.appending(path: "checkpoints/step-000006")
        let arguments =
            short + [
                "--set", "checkpoint.every_steps=100", "--set", "on.disk_full=continue",
            ]
        // A file stands where the last checkpoint would go, in a folder that cannot change.
        try FileManager.default.createDirectory(
            at: blocked.deletingLastPathComponent(), withIntermediateDirectories: true)
        let limit = [
            "/usr/bin/env", "bash", "-c", "ulimit -f 64; trap '' XFSZ; exec \"$@\"", "bash",
        ]
        let outcome = try program.run(arguments, prefix: limit)
        #expect(outcome.code == 3 && !outcome.wasSignalled, "\(outcome.code) \(outcome.errors)")
        #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: blocked.path))
    }
}
