import Foundation
import TestSupport
import Testing

/// Every program in `Scripts/examples` does what it says, on the recipe and the layout of folders
/// that a fresh clone has, with a few steps.
@Suite(.serialized) struct ExampleProgramTests {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Scripts")

    /// A folder laid out as a clone whose demo data is prepared.
    private func clone() throws -> Program {
        let program = try Program()
        for name in ["examples", "recipes"] {
            try FileManager.default.createDirectory(
                at: program.folder.file("Scripts"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                at: Self.scripts.appending(path: name), to: program.folder.file("Scripts/" + name))
        }
        for (number, source) in ["dictionary", "handbooks", "fortunes"].enumerated() {
            let text = (0..<200).map { "\(source) \($0) says \($0 * (number + 3) % 17)\n\n" }
            try program.folder.write(text.joined(), to: "runs/demo-data/\(source)/text.txt")
        }
        return program
    }

    private func run(_ program: Program, _ name: String, _ arguments: [String]) throws -> String {
        let outcome = try program.run(
            ["run", "--out", "out", "Scripts/examples/\(name).lua"] + arguments)
        #expect(outcome.code == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test func learningRateRange() throws {
        let program = try clone()
        let output = try run(program, "learning-rate-range", ["Scripts/recipes/tiny.lua", "12"])
        #expect(output.contains("the loss falls fastest near a learning rate of"), "\(output)")
        let picture = program.folder.file("out/learning-rate-range.svg")
        #expect(try String(contentsOf: picture, encoding: .utf8).hasPrefix("<svg"))
        // Calling it again takes another name.
        _ = try run(program, "learning-rate-range", ["Scripts/recipes/tiny.lua", "4"])
        #expect(exists(program, "runs/learning-rate-range-2/metrics.jsonl"))
    }

    @Test func population() throws {
        let program = try clone()
        let output = try run(program, "population", ["Scripts/recipes/tiny.lua", "8", "3"])
        #expect(output.contains("the best is #") && output.contains("--set optimizer.lr="))
        #expect(output.contains("step 8: #"), "\(output)")
        for member in 1...3 {
            #expect(exists(program, "runs/population-\(member)/checkpoints/step-000008"))
        }
        // Dials were handed on.
        let events = try (1...3).map {
            try String(
                contentsOf: program.folder.file("runs/population-\($0)/events.jsonl"),
                encoding: .utf8)
        }
        #expect(events.contains { $0.contains("\"event\":\"dial\"") })
    }

    @Test func earlyStopping() throws {
        let program = try clone()
        try program.folder.write(
            """
            local recipe = require "tiny"
            recipe.steps, recipe.sequence_length, recipe.batch = 400, 32, { size = 4 }
            recipe.optimizer.lr = 0.3 -- so high that held-out loss soon climbs
            return recipe
            """, to: "Scripts/recipes/hot.lua")
        let output = try run(program, "early-stopping", ["Scripts/recipes/hot.lua", "4", "3"])
        #expect(output.contains("no better for 3 looks; stopping at step"), "\(output)")
        #expect(output.contains("back to the weights of step-"), "\(output)")
        let best = try #require(output.firstMatch(of: /back to the weights of (step-\d+)/)).1
        let run = program.folder.file("runs/early-stopping")
        let stage = try String(
            contentsOf: run.appending(path: "events.jsonl"), encoding: .utf8)
        #expect(stage.contains("\"event\":\"rollback\""))
        func weights(_ name: String) throws -> Data {
            try Data(contentsOf: run.appending(path: "checkpoints/\(name)/model.safetensors"))
        }
        let names = try FileManager.default.contentsOfDirectory(
            atPath: run.path + "/checkpoints"
        ).filter { $0.hasPrefix("step-") }.sorted()
        #expect(try weights(#require(names.last)) == weights(String(best)))
    }

    @Test func curriculumSearch() throws {
        let program = try clone()
        let output = try run(program, "curriculum-search", ["../../runs/demo-data", "6"])
        for plan in ["even", "mostly-handbooks", "short-texts-first"] {
            #expect(output.contains(plan) && exists(program, "runs/plan-\(plan)/metrics.jsonl"))
        }
        #expect(output.contains("the best plan after 6 steps is"), "\(output)")
        let events = try String(
            contentsOf: program.folder.file("runs/plan-short-texts-first/events.jsonl"),
            encoding: .utf8)
        #expect(events.contains("data.handbooks.weight"))
    }

    @Test func report() throws {
        let program = try clone()
        let trained = try program.run([
            "train", "Scripts/recipes/tiny.lua", "--set", "steps=5", "--set",
            "evaluate.every_steps=2",
        ])
        #expect(trained.code == 0, "\(trained.errors)")
        let output = try run(program, "report", [])
        #expect(output.contains("the report is in"), "\(output)")
        let text = try String(
            contentsOf: program.folder.file("out/report.md"), encoding: .utf8)
        #expect(text.hasPrefix("# tiny\n") && text.contains("| steps | 5 |"), "\(text)")
        #expect(text.contains("- step 5: completed"))
        #expect(exists(program, "out/losses.svg"))
        let shown = try program.run(["run", "Scripts/examples/report.lua", "runs/tiny"])
        #expect(shown.code == 0 && shown.output.contains("nothing is written"))
    }

    /// The five are short, and every one stands here.
    @Test func everyExampleIsRunHereAndShort() throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: Self.scripts.path + "/examples"
        ).sorted()
        #expect(
            names == [
                "curriculum-search.lua", "early-stopping.lua", "learning-rate-range.lua",
                "population.lua", "report.lua",
            ])
        for name in names {
            let text = try String(
                contentsOf: Self.scripts.appending(path: "examples/" + name), encoding: .utf8)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 101)
            #expect(text.contains("nightjar run"), "\(name) says how to call it")
        }
    }

    private func exists(_ program: Program, _ name: String) -> Bool {
        FileManager.default.fileExists(atPath: program.folder.file(name).path)
    }
}
