import Foundation
import Testing

/// The program's own measurements, on shapes that take no time: each figure is really measured.
@Suite struct BenchTests {
    private static let shape = "32,1,2,2,64,64,4,32"

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(
                JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test func aProfileSaysWhereAStepGoes() throws {
        let program = try Program()
        let outcome = try program.run([
            "bench", "train", "--shape", Self.shape, "--dtype", "f32", "--steps", "1",
            "--profile", "--json",
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let object = try #require(try objects(outcome.output).first)
        let profile = try #require(object["profile"] as? [[String: Any]])
        let operations = Dictionary(
            uniqueKeysWithValues: profile.compactMap { entry in
                (entry["operation"] as? String).map { ($0, entry) }
            })
        // One layer: queries with keys and values, output, gate with up, down; and the head.
        #expect(operations["product forward"]?["calls"] as? Double == 5)
        #expect(operations["attention"]?["calls"] as? Double == 1)
        let weights = [32 * 96, 32 * 32, 32 * 128, 64 * 32, 32 * 64].reduce(0, +)
        let expected = Double(2 * 4 * 32 * weights) / 1e9
        let gflop = try #require(operations["product forward"]?["gflop"] as? Double)
        #expect(abs(gflop - expected) < 1e-9)
        for entry in profile { #expect((entry["ms"] as? Double ?? -1) >= 0, "\(entry)") }
        #expect((operations["adamW"]?["ms"] as? Double ?? 0) > 0)
    }

    @Test func aLadderTurnsOneSwitchAtATime() throws {
        let program = try Program()
        let outcome = try program.run(["bench", "ladder", "--shape", Self.shape, "--json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rungs = try objects(outcome.output)
        try #require(rungs.count == 6)
        for rung in rungs {
            #expect((rung["tokens_per_second"] as? Double ?? 0) > 0, "\(rung)")
            #expect((rung["peak_rss_mib"] as? Double ?? 0) > 1, "\(rung)")
        }
        #expect(rungs[0]["threads"] as? Int == 1)
        #expect(
            rungs[5]["command"] as? String
                == "nightjar bench train --shape \(Self.shape) --steps 3 --dtype bf16 --micro 1 "
                + "--recompute")
        let table = try program.run(["bench", "ladder", "--shape", Self.shape])
        #expect(table.code == 0 && table.output.contains("tokens per second"), "\(table.output)")
    }

    @Test func adaptersAreTimedBesideEveryWeight() throws {
        let program = try Program()
        let outcome = try program.run(["bench", "lora", "--shape", Self.shape, "--json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let rows = try objects(outcome.output)
        try #require(rows.count == 5)
        let trained = rows.map { $0["trained_parameters"] as? Int ?? 0 }
        // Rank 16 beside seven maps: width 32, inner width 64.
        let adapters = 16 * (4 * 64 + 3 * 96)
        #expect(trained[1...3] == [adapters, adapters, adapters], "\(trained)")
        #expect(trained[4] == adapters + 5 * 32 + 2 * 64)
        for row in rows { #expect((row["step_ms"] as? Double ?? 0) > 0, "\(row)") }
        let wrong = try program.run([
            "bench", "train", "--shape", Self.shape, "--base", "int8",
        ])
        #expect(wrong.code == 2 && wrong.errors.contains("--lora"), "\(wrong)")
    }

    /// At every level of commands.
    @Test(arguments: [["trian", "train"], ["bench", "growt", "growth"]])
    func aMistypedCommandNamesTheNearest(_ words: [String]) throws {
        let outcome = try Program().run(Array(words.dropLast()))
        #expect(
            outcome.code == 2 && outcome.errors.contains("did you mean \"\(words.last ?? "")\"?"))
    }

    @Test func aShapeThatIsNoneIsRefused() throws {
        let outcome = try Program().run(["bench", "ladder", "--shape", "1,2"])
        #expect(outcome.code == 2 && outcome.errors.contains("--shape takes eight sizes"))
    }
}
