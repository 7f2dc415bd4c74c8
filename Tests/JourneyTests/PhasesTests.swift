import Foundation
import TestSupport
import Testing

/// Recipes with phases, stages and advice, as a user has them.
@Suite(.serialized) struct PhasesTests {
    private static let recipe = """
        local nj = require "nightjar"
        return nj.recipe {
          name = "life", seed = 3, steps = 8, sequence_length = 32, batch = { size = 4 },
          precision = "f32", tokenizer = "byte",
          model = { init = { hidden_size = 16, intermediate_size = 24, num_hidden_layers = 1,
            num_attention_heads = 2 } },
          data = nj.data.text { path = "birds.txt", split = "blank_line" },
          optimizer = nj.optim.adamw { lr = 3e-3 },
          evaluate = { every_steps = 4, batches = 2 },
          checkpoint = { every_steps = 3, keep_last = 2 },
          phases = {
            { name = "stable" },
            { name = "decay", continue = true, steps = 14, schedule = nj.schedule.wsd { decay_steps = 6 } },
            { name = "answers", method = "sft", steps = 6,
              data = nj.data.chat { path = "chats.jsonl" }, evaluate = { batches = 1 } },
          },
        }
        """

    private func program() throws -> Program {
        let program = try Program()
        try program.folder.write(Self.recipe, to: "life.lua")
        let rows = (0..<60).map {
            #"{"prompt": "Miles of \#($0)? ", "completion": "\#($0 * 17 % 23) miles."}"#
        }
        try program.folder.write(rows.joined(separator: "\n"), to: "chats.jsonl")
        return program
    }

    private func file(_ program: Program, _ path: String) throws -> Data {
        try Data(contentsOf: program.folder.file("runs/life/" + path))
    }

    private let ends = [
        "stable/checkpoints/step-000008", "decay/checkpoints/step-000014",
        "answers/checkpoints/step-000006",
    ]

    @Test func phasesRunInOrderAndAreOneLife() throws {
        let program = try program()
        let outcome = try program.run(["train", "life.lua"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        for (number, name) in ["stable", "decay", "answers"].enumerated() {
            #expect(outcome.errors.contains("phase \(number + 1) of 3: \(name)"))
        }
        #expect(outcome.output.contains("stages: pre step-000008"))
        #expect(outcome.output.contains("stages: post step-000006"))
        for end in ends { #expect(try !file(program, end + "/model.safetensors").isEmpty) }
        // The stages of the whole.
        for (reference, end) in [
            ("runs/life@pre", ends[0]), ("runs/life@mid", ends[1]), ("runs/life@post", ends[2]),
            ("runs/life", ends[2]),
        ] {
            let said = try program.run([
                "generate", reference, "--prompt", "Swift", "--greedy", "--max-new", "4", "--json",
            ])
            let same = try program.run([
                "generate", "runs/life/" + end, "--prompt", "Swift", "--greedy", "--max-new", "4",
                "--json",
            ])
            #expect(said.code == 0 && said.output == same.output, "\(said.errors)")
        }
        let step = try program.run(["generate", "runs/life@step-8", "--prompt", "S"])
        #expect(step.code == 2 && step.errors.contains("answers@step-8"), "\(step.errors)")
        // Once more is refused, and resuming has nothing left to do.
        let again = try program.run(["train", "life.lua"])
        #expect(again.code == 2 && again.errors.contains("--resume"), "\(again.errors)")
        let resumed = try program.run(["train", "life.lua", "--resume"])
        #expect(resumed.code == 0 && !resumed.errors.contains("phase 1"), "\(resumed.errors)")
        try inspect(program)
    }

    /// Also after the journey above: a picture of the same life.
    private func inspect(_ program: Program) throws {
        let shown = try program.run(["inspect", "runs/life", "--svg", "life.svg"])
        #expect(shown.code == 0, "\(shown.errors)")
        for word in [
            "stable", "pre", "step-000008", "runs/life/stable@step-000008", "held-out loss",
        ] {
            #expect(shown.output.contains(word), "\(word) is not in\n\(shown.output)")
        }
        let picture = try String(contentsOf: program.folder.file("life.svg"), encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.contains("decay mid"))
        let lines = try program.run(["inspect", "runs/life", "--json"]).output
            .split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }
        #expect(lines.map { $0["phase"] as? String } == ["stable", "decay", "answers"])
        #expect(lines.map { $0["first_step"] as? Int } == [0, 8, 0])
        #expect(lines.map { ($0["training"] as? [Any])?.count } == [8, 6, 6])
        let one = try program.run(["inspect", "runs/life/decay"])
        #expect(one.code == 0 && one.output.contains("mid"))
        let none = try program.run(["inspect", "runs/lif"])
        #expect(none.code == 2 && none.errors.contains("there is no run"))
        #expect(try program.run(["inspect", "birds.txt"]).code == 2)
        #expect(try program.run(["inspect", "maks"]).errors.contains("mask"))
        let step = try program.run(["inspect", "step", "runs/life/decay", "10"])
        #expect(step.code == 0 && step.output.contains("step 10"), "\(step.errors)")
    }

    @Test func aPhaseThatContinuesIsTheUnbrokenRun() throws {
        let program = try program()
        #expect(try program.run(["train", "life.lua"]).code == 0)
        // The same as one run whose rate is constant for 8 of 14 steps.
        let one = Self.recipe.replacing("\"life\"", with: "\"one\"").replacing(
            "steps = 8", with: "steps = 14, schedule = nj.schedule.wsd { decay_steps = 6 }"
        ).split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(one.firstIndex { $0.contains("phases = {") })
        let recipe = one[..<start].joined(separator: "\n") + "\n}\n"
        try program.folder.write(recipe, to: "one.lua")
        let outcome = try program.run(["train", "one.lua"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let weights = program.folder.file("runs/one/checkpoints/step-000014/model.safetensors")
        #expect(try Data(contentsOf: weights) == file(program, ends[1] + "/model.safetensors"))
        #expect(outcome.output.contains("stages: pre step-000008, mid step-000014"))
    }

    @Test func killsAnywhereChangeNothing() throws {
        let whole = try program()
        let clock = ContinuousClock()
        let duration = try clock.measure {
            let outcome = try whole.run(["train", "life.lua"])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        let seconds =
            Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let killed = try program()
        var random = SplitMix64(seed: 4)
        for _ in 0..<12 {
            let started = try killed.start(["train", "life.lua", "--resume"])
            Thread.sleep(forTimeInterval: Double.random(in: 0.1..<1, using: &random) * seconds)
            started.kill()
            _ = started.wait()
        }
        let last = try killed.run(["train", "life.lua", "--resume"])
        #expect(last.code == 0, "\(last.errors)")
        for end in ends {
            #expect(
                try file(killed, end + "/model.safetensors")
                    == file(whole, end + "/model.safetensors"))
        }
        for (phase, stage) in [("stable", "pre"), ("decay", "mid"), ("answers", "post")] {
            #expect(
                try file(killed, "\(phase)/stages/\(stage)")
                    == file(whole, "\(phase)/stages/\(stage)"))
        }
    }

    @Test func checkShowsEachPhaseBeforeAnythingIsTrained() throws {
        let program = try program()
        let outcome = try program.run([
            "check", "life.lua", "--no-timing", "--json", "--set", "phases.answers.steps=9",
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let lines = try outcome.output.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
        #expect(lines.map { $0["phase"] as? String } == ["stable", "decay", "answers"])
        #expect(lines.map { $0["total_steps"] as? Int } == [8, 14, 9])
        #expect(lines.map { $0["made_steps"] as? Int } == [nil, 8, nil])
        #expect(lines.map { $0["stage"] as? String } == ["pre", "mid", "post"])
        let text = try program.run(["check", "life.lua", "--no-timing"])
        #expect(text.output.contains("phase 2 of 3: decay"))
        #expect(text.output.contains("14, of them 8 made before"))
        #expect(!FileManager.default.fileExists(atPath: program.folder.file("runs").path))
        #expect(try program.run(["data", "mix", "life.lua"]).code == 2)
        #expect(try program.run(["data", "mix", "life.lua", "--phase", "stable"]).code == 0)
        let mask = try program.run(["inspect", "mask", "life.lua", "--phase", "answers"])
        #expect(mask.code == 0, "\(mask.errors)")
    }

    @Test func otherPhasesAndOtherFoldersAreRefused() throws {
        let program = try program()
        #expect(try program.run(["train", "life.lua"]).code == 0)
        let swapped = Self.recipe.replacing("\"stable\"", with: "\"first\"")
        try program.folder.write(swapped, to: "life.lua")
        let renamed = try program.run(["train", "life.lua", "--resume"])
        #expect(renamed.code == 2 && renamed.errors.contains("stable, decay, answers"))
        try program.folder.write(Self.recipe, to: "life.lua")
        let journey = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(journey.code == 0)
        let over = try program.run(["train", "life.lua", "--set", "out=runs/journey"])
        #expect(over.code == 2 && over.errors.contains("without phases"), "\(over.errors)")
    }

    @Test func adviceEndsInARecipeThatChecks() throws {
        let program = try program()
        #expect(try program.run(["train", "recipe.lua", "--set", "steps=2"]).code == 0)
        for arguments in [
            ["birds.txt"], ["birds.txt", "--model", "runs/journey"],
            ["chats.jsonl", "--model", "runs/journey"],
            ["birds.txt", "--model", "runs/journey", "--replay", "birds.txt"],
            ["chats.jsonl", "birds.txt", "--model", "runs/journey"], ["recipe.lua"],
        ] {
            let outcome = try program.run(["advise"] + arguments + ["--json"])
            #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
            let object =
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            let recipe = try #require(object?["recipe"] as? String)
            try program.folder.write(recipe, to: "advised.lua")
            let check = try program.run(["check", "advised.lua", "--no-timing"])
            #expect(check.code == 0, "\(arguments): \(check.errors)\n\(recipe)")
        }
        let text = try program.run(["advise", "chats.jsonl", "--model", "runs/journey"])
        #expect(text.output.contains("sft with LoRA") && text.output.contains("1 K+ samples"))
        #expect(try program.run(["advise", "nowhere.txt"]).code == 2)
        try program.folder.write("{\"body\": \"some text\"}\n", to: "odd.jsonl")
        let odd = try program.run(["advise", "odd.jsonl"])
        #expect(odd.code == 2 && odd.errors.contains("--field"), "\(odd.errors)")
        #expect(try program.run(["advise", "odd.jsonl", "--field", "body"]).code == 0)
    }
}
