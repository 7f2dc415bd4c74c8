import Foundation
import TestSupport
import Testing

/// `nightjar export` and `nightjar merge` on a model that was trained here.
@Suite(.serialized) struct ExportTests {
    private func trained() throws -> Program {
        let program = try Program()
        let outcome = try program.run(["train", "recipe.lua", "--set", "steps=6"])
        #expect(outcome.code == 0, "\(outcome)")
        return program
    }

    private func logits(_ program: Program, _ model: String) throws -> Data {
        let out = "\(UUID().uuidString).safetensors"
        let outcome = try program.run(["logits", model, "--ids", "72,101,10,0", "--out", out])
        #expect(outcome.code == 0, "\(outcome)")
        return try Data(contentsOf: program.folder.file(out))
    }

    @Test func anExportedFolderAnswersAlike() throws {
        let program = try trained()
        let outcome = try program.run(["export", "runs/journey", "--to", "out", "--format", "hf"])
        #expect(outcome.code == 0 && outcome.output.contains("out/model.safetensors"), "\(outcome)")
        let names = try FileManager.default.contentsOfDirectory(
            atPath: program.folder.file("out").path)
        #expect(!names.contains("state.json") && !names.contains("optimizer.safetensors"))
        #expect(try logits(program, "out") == logits(program, "runs/journey"))
        let shards = try program.run([
            "export", "out", "--to", "deep/shards", "--format", "hf", "--shard-size", "4KB",
            "--json",
        ])
        #expect(shards.code == 0 && shards.output.contains(#""dtype":"f32""#), "\(shards)")
        #expect(try logits(program, "deep/shards") == logits(program, "out"))
    }

    @Test func aGGUFFileHasTheTokenizer() throws {
        let program = try trained()
        let outcome = try program.run([
            "export", "runs/journey", "--to", "gguf", "--format", "gguf", "--dtype", "q8_0",
        ])
        #expect(outcome.code == 0 && outcome.output.contains("gguf/model.gguf"), "\(outcome)")
        try program.folder.write("[1, 72, 256, 10]", to: "ids")
        let decoded = try program.run([
            "tokenize", "decode", "--tokenizer", "gguf/model.gguf", "--ids", "72,105",
        ])
        #expect(decoded.code == 0 && decoded.output.hasPrefix("Hi"), "\(decoded)")
    }

    @Test func mergedModelsLieBetween() throws {
        let program = try trained()
        let (a, b) = ("runs/journey@step-3", "runs/journey@step-6")
        let outcome = try program.run(["merge", a, b, "--alphas", "0,0.5,1", "--to", "soup"])
        #expect(outcome.code == 0, "\(outcome)")
        #expect(try logits(program, "soup/alpha-0") == logits(program, a))
        #expect(try logits(program, "soup/alpha-1") == logits(program, b))
        #expect(try logits(program, "soup/alpha-0.5") != logits(program, a))
        let manifest = try String(
            contentsOf: program.folder.file("soup/alpha-0.5/manifest.json"), encoding: .utf8)
        #expect(manifest.contains("step-000003") && manifest.contains("step-000006"))
        let beyond = try program.run(["merge", a, b, "--alpha", "-0.5", "--to", "beyond"])
        #expect(beyond.code == 0, "\(beyond)")
        let twice = try program.run(["merge", a, b, "--alphas", "0.2,1", "--to", "soup"])
        #expect(twice.code == 2 && twice.errors.contains("alpha-1 exists already"), "\(twice)")
        #expect(!FileManager.default.fileExists(atPath: program.folder.file("soup/alpha-0.2").path))
    }

    /// A run that begins from a folder hands on how the model is sampled.
    @Test func generationSettingsTravel() throws {
        let program = try trained()
        let settings = #"{"eos_token_id": [256, 7], "do_sample": true, "temperature": 0.5}"#
        _ = try program.run(["export", "runs/journey", "--to", "base", "--format", "hf"])
        try program.folder.write(settings, to: "base/generation_config.json")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "second", steps = 2, sequence_length = 32, batch = { size = 2 }, precision = "f32",
              model = { from = "base" },
              data = nj.data.text { path = "birds.txt", split = "blank_line" },
              checkpoint = { every_steps = 2 },
            }
            """, to: "second.lua")
        let train = try program.run(["train", "second.lua"])
        #expect(train.code == 0, "\(train)")
        let kept = "runs/second/checkpoints/step-000002/generation_config.json"
        #expect(try String(contentsOf: program.folder.file(kept), encoding: .utf8) == settings)
        _ = try program.run(["export", "runs/second", "--to", "last", "--format", "hf"])
        let last = program.folder.file("last/generation_config.json")
        #expect(try String(contentsOf: last, encoding: .utf8) == settings)
    }

    @Test func badArgumentsAreExplained() throws {
        let program = try trained()
        let run = "runs/journey"
        try program.folder.write("mine", to: "taken/notes.txt")
        for (arguments, sentence) in [
            (["export", run, "--to", "taken", "--format", "hf"], "exists already"),
            (["export", run, "--to", "x", "--format", "onnx"], "onnx"),
            (["export", run, "--to", "x", "--format", "hf", "--dtype", "f8"], "f8"),
            (
                ["export", run, "--to", "x", "--format", "hf", "--dtype", "q8_0"],
                "f32, bf16 or f16"
            ),
            (["export", run, "--to", "x", "--format", "gguf", "--dtype", "bf16"], "q8_0"),
            (["export", run, "--to", "x.gguf", "--format", "gguf"], "names the folder"),
            (["export", run, "--to", "x", "--format", "hf", "--shard-size", "much"], "much"),
            (["export", "nowhere", "--to", "x", "--format", "hf"], "no such folder"),
            (["merge", run, run, "--to", "x"], "--alpha or --alphas"),
            (["merge", run, run, "--to", "x", "--alpha", "half"], "not a number"),
            (["merge", run, run, "--to", "x", "--alphas", "1,,2"], "not a number"),
            (["merge", run, run, "--to", "x", "--alphas", "1,1.0"], "twice"),
            (["merge", run, run, "--to", "taken", "--alpha", "1"], "exists already"),
        ] {
            let outcome = try program.run(arguments)
            #expect(
                outcome.code == 2 && outcome.errors.contains(sentence), "\(arguments): \(outcome)")
        }
        #expect(!FileManager.default.fileExists(atPath: program.folder.file("x").path))
    }
}
