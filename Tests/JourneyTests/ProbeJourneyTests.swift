import Foundation
import TestSupport
import Testing

/// Probes as a user has them: in a run, and alone.
@Suite struct ProbeJourneyTests {
    private func program() throws -> Program {
        let program = try Program()
        func rows(_ row: (Int) -> String, _ count: Int, to name: String) throws {
            try program.folder.write(
                (0..<count).map(row).joined(separator: "\n") + "\n", to: name)
        }
        try rows(
            { #"{"question": "Swift \#($0) flew", "choices": ["miles", "zzq x"], "answer": 0}"# },
            20, to: "quiz.jsonl")
        try rows(
            { #"{"prompt": "Swift \#($0) flew", "answer": "far", "text": "bird \#($0)", "label": "\#($0 % 3)"}"# },
            12, to: "rows.jsonl")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "probed", seed = 3, steps = 12, sequence_length = 48,
              batch = { size = 4, micro = 2 }, precision = "f32", tokenizer = "byte",
              model = nj.model.init { hidden_size = 16, intermediate_size = 24,
                num_hidden_layers = 1, num_attention_heads = 2 },
              data = nj.data.text { path = "birds.txt", split = "blank_line" },
              checkpoint = { every_steps = 4, keep_last = 9 },
              probes = {
                every_steps = 4,
                nj.probe.loss { name = "general", sets = "data", tokens = 400 },
                nj.probe.choice { name = "quiz", path = "quiz.jsonl", prompt = "{question}" },
                nj.probe.exact_match { name = "far", path = "rows.jsonl", max_new_tokens = 4 },
                nj.probe.labels { name = "thirds", path = "rows.jsonl", prompt = "{text}: " },
                length = nj.probe.script {
                  name = "length", path = "rows.jsonl", max_new_tokens = 6,
                  score = function(ctx) return #ctx.completion end,
                },
              },
              hooks = {
                on_probe = function(ctx)
                  if ctx.step == 8 then
                    return { dials = { ["schedule.factor"] = 0.5 }, reason = "half way" }
                  end
                end,
              },
            }
            """, to: "probed.lua")
        return program
    }

    /// What a probe lacks is said before any time is spent on a run.
    @Test func checkingARecipeOpensItsProbes() throws {
        let program = try program()
        let whole = try program.run(["check", "probed.lua"])
        #expect(whole.code == 0, "\(whole.errors)")
        let rows = try String(contentsOf: program.folder.file("quiz.jsonl"), encoding: .utf8)
        try program.folder.write(
            rows.replacingOccurrences(of: "\"choices\"", with: "\"choice\""), to: "quiz.jsonl")
        let lacking = try program.run(["check", "probed.lua"])
        #expect(lacking.code == 2 && lacking.errors.contains("quiz"), "\(lacking.errors)")
        #expect(lacking.errors.contains("choices"), "\(lacking.errors)")
    }

    private func probeLines(_ program: Program) throws -> [[String: Any]] {
        try String(contentsOf: program.folder.file("runs/probed/metrics.jsonl"), encoding: .utf8)
            .split(separator: "\n")
            .compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }.filter { $0["type"] as? String == "probe" }
    }

    @Test func aloneTheNumbersAreThoseOfTheRun() throws {
        let program = try program()
        let train = try program.run(["train", "probed.lua"])
        #expect(train.code == 0, "\(train.errors)")
        #expect(train.output.contains("macro_f1") && train.output.contains("exact_match"))
        #expect(train.errors.contains("probe general"))
        let lines = try probeLines(program)
        #expect(lines.compactMap { $0["step"] as? Int } == [0, 4, 8, 12])
        for step in [4, 8, 12] {
            let eval = try program.run(["eval", "runs/probed@step-\(step)", "--json"])
            #expect(eval.code == 0, "\(eval.errors)")
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(eval.output.utf8)) as? [String: Any])
            let probes = try #require(object["probes"] as? [String: [String: Any]])
            let line = try #require(lines.first { $0["step"] as? Int == step })
            #expect(Set(probes.keys) == ["general", "quiz", "far", "thirds", "length"])
            for (probe, values) in probes {
                for (name, value) in values {
                    let inRun = try #require(line["probe/\(probe)/\(name)"] as? Double)
                    #expect(inRun == value as? Double, "\(probe) \(name) at \(step)")
                }
            }
        }
        let events = try String(
            contentsOf: program.folder.file("runs/probed/events.jsonl"), encoding: .utf8)
        #expect(events.contains("schedule.factor"))
        let pair = try program.run([
            "eval", "runs/probed", "--against", "runs/probed@step-4", "--probe", "general", "--json",
            "--draws",
        ])
        #expect(pair.code == 0, "\(pair.errors)")
        let compared = try #require(
            JSONSerialization.jsonObject(with: Data(pair.output.utf8)) as? [String: Any])
        func value(_ key: String, _ name: String) -> Double? {
            ((compared[key] as? [String: Any])?["general"] as? [String: Any])?[name] as? Double
        }
        let difference = try #require(value("differences", "loss"))
        #expect(
            try abs(
                difference
                    - (#require(value("probes", "loss")) - #require(value("probes_against", "loss"))))
                < 1e-9)
        #expect(try #require(value("differences", "loss_low")) <= difference)
        let general = (compared["probes"] as? [String: Any])?["general"] as? [String: Any]
        #expect((general?["loss_draws"] as? [Double])?.count == 1000)
        let one = try program.run(["eval", "runs/probed", "--probe", "quiz"])
        #expect(one.code == 0 && one.output.contains("accuracy_norm"))
        #expect(!one.output.contains("macro_f1"))
    }

    @Test func mistakesAreNamed() throws {
        let program = try program()
        for (set, words) in [
            ("probes.general.sets=dat", "did you mean \"data\""),
            ("probes.quiz.path=gone.jsonl", "gone.jsonl"),
            ("probes.every_step=3", "every_steps"),
            ("probes.quiz.prompt={question", "without its }"),
            ("probes.thirds.label=nothing", "no \"nothing\""),
            ("probes.far.chat=true", "chat"),
        ] {
            let outcome = try program.run(["train", "probed.lua", "--set", set])
            #expect(outcome.code == 2, "\(set): \(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(set): \(outcome.errors)")
        }
        let none = try program.run(["eval", "runs/none", "--probe", "x"])
        #expect(none.code == 2)
    }

    @Test func theGuardRaisesReplay() throws {
        let program = try program()
        try program.folder.write(
            (0..<60).map { "1 + \($0) = \($0 + 1); 2 + \($0) = \($0 + 2)" }
                .joined(separator: "\n\n"), to: "sums.txt")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "guarded", steps = 24, sequence_length = 32, batch = { size = 4 },
              precision = "f32", tokenizer = "model", model = "runs/probed",
              data = nj.data.mix {
                sums = { percent = 100, nj.data.text { path = "sums.txt", split = "blank_line" } },
                replay = { birds = { percent = 100,
                  nj.data.text { path = "birds.txt", split = "blank_line" } } },
              },
              optimizer = nj.optim.adamw { lr = 5e-2 },
              checkpoint = { every_steps = 4, keep_last = 9 },
              probes = { every_steps = 4,
                nj.probe.loss { name = "general", sets = "replay", tokens = 2000 } },
              use = { { "forgetting-guard", tolerance = 0.0001, rollback_at = 10.0 } },
            }
            """, to: "guarded.lua")
        let first = try program.run(["train", "probed.lua", "--set", "steps=200"])
        #expect(first.code == 0, "\(first.errors)")
        let second = try program.run(["train", "guarded.lua"])
        #expect(second.code == 0, "\(second.errors)")
        let events = try String(
            contentsOf: program.folder.file("runs/guarded/events.jsonl"), encoding: .utf8)
        #expect(events.contains("data.sums.percent"), "\(second.errors)")
    }
}
