import Foundation
import TestSupport
import Testing

/// `method = "distill"` as a user writes it.
@Suite(.serialized) struct DistillTests {
    private static func recipe(_ keys: String) -> String {
        """
        local nj = require "nightjar"
        return nj.recipe {
          name = "student", steps = 4, sequence_length = 32, batch = { size = 4 },
          precision = "f32",
          model = nj.model.init { hidden_size = 8, intermediate_size = 12, num_hidden_layers = 1,
            num_attention_heads = 2 },
          data = nj.data.text { path = "birds.txt", split = "blank_line" },
          \(keys)
        }
        """
    }

    @Test func aSmallModelLearnsFromALargerOne() throws {
        let program = try Program()
        let train = try program.run(["train", "recipe.lua", "--set", "steps=6"])
        #expect(train.code == 0, "\(train)")
        try program.folder.write(
            Self.recipe(#"tokenizer = "byte", method = "distill", teacher = "runs/journey","#),
            to: "student.lua")
        let check = try program.run(["check", "student.lua"])
        #expect(check.code == 0 && check.output.contains("teacher"), "\(check)")
        let distill = try program.run(["train", "student.lua", "--set", "teacher.top_k=8"])
        #expect(distill.code == 0, "\(distill)")
        let metrics = try String(
            contentsOf: program.folder.file("runs/student/metrics.jsonl"), encoding: .utf8)
        #expect(metrics.contains("\"kl\":"))
        let text = try program.run(["generate", "runs/student", "--prompt", "Swift", "--greedy"])
        #expect(text.code == 0, "\(text)")
    }

    @Test func whatDoesNotFitIsRefusedByName() throws {
        let program = try Program()
        let train = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(train.code == 0, "\(train)")
        let learned = try program.run([
            "tokenize", "train", ".", "--vocab-size", "300", "--out", "words",
        ])
        #expect(learned.code == 0, "\(learned)")
        for (keys, sentences) in [
            (
                #"tokenizer = "words", method = "distill", teacher = "runs/journey","#,
                ["258 ids", "300", "not the same"]
            ),
            (#"tokenizer = "byte", method = "distill","#, ["teacher", "learns from a teacher"]),
            (#"tokenizer = "byte", teacher = "runs/journey","#, [#"only method = "distill""#]),
            (
                #"tokenizer = "byte", method = "distill", teacher = "runs/jurney","#,
                ["runs/jurney"]
            ),
            (
                #"tokenizer = "byte", method = "distill", teacher = { from = "runs/journey", on_policy = 2 },"#,
                ["on_policy"]
            ),
            (
                #"tokenizer = "byte", method = "distill", teacher = { from = "runs/journey", topk = 4 },"#,
                ["top_k"]
            ),
        ] {
            try program.folder.write(Self.recipe(keys), to: "student.lua")
            let outcome = try program.run(["train", "student.lua"])
            #expect(outcome.code == 2, "\(outcome)")
            for sentence in sentences {
                #expect(outcome.errors.contains(sentence), "\(sentence): \(outcome)")
            }
        }
    }
}
