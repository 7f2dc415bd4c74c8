import Foundation
import TestSupport
import Testing

/// Adapters as a user has them: trained beside a base, asked, merged, exported.
@Suite(.serialized) struct AdapterTests {
    static let recipe = """
        local nj = require "nightjar"
        return nj.recipe {
          name = "adapter", seed = 4, steps = 12, sequence_length = 32,
          batch = { size = 4, micro = 2 }, precision = "f32",
          model = {
            from = "runs/journey",
            lora = nj.lora { rank = 4, alpha = 16, dropout = 0.1, dora = true, plus_ratio = 4 },
          },
          data = nj.data.text { path = "birds.txt", split = "blank_line" },
          optimizer = nj.optim.adamw { lr = 3e-3 },
          evaluate = { every_steps = 6, batches = 2 },
          checkpoint = { every_steps = 3, keep_last = 2 },
        }
        """

    private func program() throws -> Program {
        let program = try Program()
        try program.folder.write(Self.recipe, to: "adapter.lua")
        let base = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(base.code == 0, "\(base.errors)")
        return program
    }

    private func logits(_ program: Program, _ model: String, _ more: String...) throws -> [Float] {
        let name = UUID().uuidString + ".safetensors"
        let outcome = try program.run(
            ["logits", model, "--ids", "70,3,9,81,12,44", "--out", name] + more)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let data = try Data(contentsOf: program.folder.file(name))
        return data.suffix(6 * 258 * 4).withUnsafeBytes { bytes in
            (0..<6 * 258).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test func anAdapterIsTrainedAskedMergedAndExported() throws {
        let program = try program()
        let check = try program.run(["check", "adapter.lua"])
        #expect(check.code == 0, "\(check.errors)")
        for word in ["of them trained", "adapters of 14 maps", "frozen weights (f32)"] {
            #expect(check.output.contains(word), "\(word): \(check.output)")
        }
        let train = try program.run(["train", "adapter.lua"])
        #expect(train.code == 0, "\(train.errors)")
        #expect(train.errors.contains("of adapters"), "\(train.errors)")

        let text = try program.run([
            "generate", "runs/adapter", "--prompt", "Swift ", "--max-new", "8", "--greedy",
        ])
        #expect(text.code == 0 && text.output.hasPrefix("Swift "), "\(text)")
        let both = try logits(program, "runs/adapter")
        #expect(distance(both, try logits(program, "runs/journey")) > 1e-3)

        let report = try program.run(["import", "runs/adapter"])
        #expect(report.code == 0, "\(report)")
        for word in ["LoRA, DoRA", "runs/journey", "as the base has it"] {
            #expect(report.output.contains(word), "\(word): \(report.output)")
        }

        let merge = try program.run(["merge", "runs/adapter", "--to", "merged"])
        #expect(merge.code == 0, "\(merge)")
        #expect(distance(both, try logits(program, "merged")) < 1e-4)
        let again = try program.run(["merge", "runs/adapter", "--to", "merged"])
        #expect(again.code == 2 && again.errors.contains("exists already"), "\(again)")

        let plain = try program.run([
            "export", "runs/adapter", "--format", "hf", "--to", "peft",
        ])
        #expect(plain.code == 0, "\(plain)")
        #expect(try logits(program, "peft") == both)
        let gguf = try program.run([
            "export", "runs/adapter", "--format", "gguf", "--to", "gguf",
        ])
        #expect(gguf.code == 2 && gguf.errors.contains("nightjar merge"), "\(gguf)")
    }

    @Test func aBaseThatMovedIsNamedAndCanBeGiven() throws {
        let program = try program()
        #expect(try program.run(["train", "adapter.lua", "--set", "steps=3"]).code == 0)
        let both = try logits(program, "runs/adapter")
        try FileManager.default.moveItem(
            at: program.folder.file("runs/journey"), to: program.folder.file("runs/moved"))
        let lost = try program.run(["generate", "runs/adapter", "--prompt", "x"])
        #expect(lost.code == 2 && lost.errors.contains("--base"), "\(lost)")
        #expect(lost.errors.contains("runs/journey") && lost.errors.contains("runs/adapter"))
        #expect(try logits(program, "runs/adapter", "--base", "runs/moved") == both)
        // One that holds other numbers is not taken for it.
        let other = try program.run(["train", "recipe.lua", "--set", "steps=2", "--set", "seed=9"])
        #expect(other.code == 0, "\(other)")
        let wrong = try program.run(["import", "runs/adapter"])
        #expect(wrong.code == 2 && wrong.errors.contains("another model"), "\(wrong)")
        let whole = try program.run(["generate", "runs/journey", "--base", "x", "--prompt", "x"])
        #expect(whole.code == 2 && whole.errors.contains("--base"), "\(whole)")
        let two = try program.run([
            "merge", "runs/journey", "runs/moved", "--alpha", "0.5", "--base", "x", "--to", "y",
        ])
        #expect(two.code == 2, "\(two)")
        let none = try program.run(["merge", "runs/moved", "--to", "y"])
        #expect(none.code == 2 && none.errors.contains("nothing to merge"), "\(none)")
    }

    @Test func killsAtRandomMomentsChangeNothing() throws {
        let program = try program()
        let clock = ContinuousClock()
        let duration = try clock.measure {
            let outcome = try program.run(["train", "adapter.lua"])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        func result(_ run: String) throws -> [Data] {
            try ["adapter_model.safetensors", "optimizer.safetensors"].map {
                try Data(
                    contentsOf: program.folder.file("runs/\(run)/checkpoints/step-000012/\($0)"))
            }
        }
        var random = SplitMix64(seed: 21)
        var kills = 0
        let seconds =
            Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let resume = ["train", "adapter.lua", "--resume", "--set", "out=runs/killed1"]
        while kills < 6 {
            let started = try program.start(resume)
            Thread.sleep(forTimeInterval: Double.random(in: 0.1..<1.1, using: &random) * seconds)
            started.kill()
            if started.wait().wasSignalled {
                kills += 1
            } else {
                try FileManager.default.removeItem(at: program.folder.file("runs/killed1"))
            }
        }
        let last = try program.run(resume)
        #expect(last.code == 0, "\(last.errors)")
        #expect(try result("killed1") == result("adapter"))
    }
}
