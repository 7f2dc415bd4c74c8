import Foundation
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A sweep as a user has it: points, table, picture, and the recipe of the chosen mix.
@Suite struct SweepJourneyTests {
    private let program: Program

    init() throws {
        program = try Program()
        try program.folder.write(
            (0..<120).map { "{\"text\": \"1 + \($0) = \($0 + 1); 2 + \($0) = \($0 + 2)\"}" }
                .joined(separator: "\n") + "\n", to: "sums.jsonl")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "domain", seed = 5, steps = 6, sequence_length = 32, batch = { size = 4 },
              precision = "f32", model = { from = "runs/journey" },
              data = nj.data.mix {
                customer = { percent = 60, nj.data.jsonl { path = "sums.jsonl", validation = 0.2 } },
                replay = { birds = { percent = 100,
                  nj.data.text { path = "birds.txt", split = "blank_line", validation = 0.2 } } },
              },
              optimizer = nj.optim.adamw { lr = 1e-3 },
              checkpoint = { every_steps = 2, keep_last = 1, keep_best = 0 },
            }
            """, to: "domain.lua")
        let base = try program.run(["train", "recipe.lua"])
        try #require(base.code == 0, "\(base.errors)")
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func text(_ object: Any) throws -> String {
        String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys),
            as: UTF8.self)
    }

    private func file(_ name: String) throws -> String {
        try String(contentsOf: program.folder.file("runs/domain-sweep/" + name), encoding: .utf8)
    }

    private func sweep(_ more: [String], mix: String = "customer=100,50,25") throws
        -> Program.Outcome
    {
        try program.run(["sweep", "domain.lua", "--mix", mix] + more)
    }

    private func points(_ object: [String: Any]) throws -> [[String: Any]] {
        try #require(object["points"] as? [[String: Any]])
    }

    private func value(_ point: [String: Any], _ measure: String) throws -> [String: Any] {
        try #require(point[measure] as? [String: Any])
    }

    @Test func aFixedTotalIsComparedAndWrittenBack() throws {
        let outcome = try sweep(["--json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let report = try object(outcome.output)
        let kept = try object(file("report.json"))
        #expect(try text(report) == text(kept))
        let points = try points(report)
        #expect(points.compactMap { $0["percent"] as? Double } == [100, 50, 25])
        // Six steps of four rows of 32 tokens, whatever the share.
        #expect(points.compactMap { $0["tokens"] as? Double } == [768, 768, 768])
        let given = points.compactMap { $0["domain_tokens"] as? Double }
        for (tokens, share) in zip(given, [1.0, 0.5, 0.25]) {
            #expect(abs(tokens / 768 - share) < 0.05, "\(given)")
        }
        // Numbers are those that the run itself wrote, intervals too.
        for (point, folder) in zip(points, ["customer-100", "customer-050", "customer-025"]) {
            #expect(point["runs"] as? [String] == [folder])
            let line = try #require(
                file(folder + "/metrics.jsonl").split(separator: "\n").map {
                    try object(String($0))
                }.last { $0["type"] as? String == "probe" })
            for (measure, probe) in [("domain", "domain"), ("general", "general")] {
                let number = try value(point, measure)
                for (key, suffix) in [("value", ""), ("low", "_low"), ("high", "_high")] {
                    let inRun = line["probe/\(probe)/loss\(suffix)"] as? Double
                    #expect(inRun != nil && number[key] as? Double == inRun)
                }
            }
        }
        // One start for all, and one point is chosen: the best on the domain, or the least loss.
        let start = try #require(report["start"] as? [String: Any])
        let general = try #require(value(start, "general")["value"] as? Double)
        let chosen = try #require(report["chosen"] as? [String: Any])
        let within = try points.filter {
            try #require(value($0, "general")["value"] as? Double) <= general * 1.015
        }
        #expect(chosen["within_tolerance"] as? Bool == !within.isEmpty)
        #expect(points.count { $0["chosen"] as? Bool == true } == 1)
        #expect(points.contains { $0["front"] as? Bool == true })

        let percent = try #require(chosen["percent"] as? Double)
        let written = try String(
            contentsOf: program.folder.file("domain-chosen.lua"), encoding: .utf8)
        #expect(written.contains("recipe.data.customer.percent = \(percent)"))
        let check = try program.run(["check", "domain-chosen.lua", "--no-timing"])
        #expect(check.code == 0, "\(check.errors)")
        let shown = check.output.split(separator: "\n").first {
            $0.contains("data.customer.percent")
        }
        #expect(shown?.hasSuffix("\(percent)") == true, "\(check.output)")

        let picture = try file("plot.svg")
        let parser = XMLParser(data: Data(picture.utf8))
        #expect(parser.parse() && picture.contains(">start"))
        #expect(picture.contains(">50 %</text>"))
        #expect(try file("report.md").contains("customer 50 %"))
    }

    @Test func aFixedDomainLastsLongerAndTheRecipeSaysSo() throws {
        // What is lost does not matter: the best on the domain is chosen.
        let outcome = try sweep(["--design", "domain", "--tolerance", "100", "--json"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        let report = try object(outcome.output)
        let points = try points(report)
        #expect(points.compactMap { $0["steps"] as? Int } == [6, 12, 24])
        let given = points.compactMap { $0["domain_tokens"] as? Double }
        for tokens in given { #expect(abs(tokens / 768 - 1) < 0.1, "\(given)") }
        let chosen = try #require(report["chosen"] as? [String: Any])
        #expect(chosen["within_tolerance"] as? Bool == true)
        let percent = try #require(chosen["percent"] as? Double)
        let steps = ([100: 6, 50: 12, 25: 24] as [Double: Int])[percent]
        let check = try program.run(["check", "domain-chosen.lua", "--no-timing", "--json"])
        #expect(check.code == 0, "\(check.errors)")
        #expect(try object(check.output)["total_steps"] as? Int == steps)
    }

    @Test func whatIsFinishedIsNotRunAgain() throws {
        let whole = try sweep(["--json"], mix: "customer=75,25")
        #expect(whole.code == 0, "\(whole.errors)")
        let again = try SweepJourneyTests()
        let started = try again.program.start(
            ["sweep", "domain.lua", "--mix", "customer=75,25", "--json"])
        // The second run is under way when it is asked to stop.
        let folder = again.program.folder.file("runs/domain-sweep")
        let metrics = folder.appending(path: "customer-025/metrics.jsonl").path
        while started.process.isRunning, lineCount(metrics) < 3 {
            Thread.sleep(forTimeInterval: 0.002)
        }
        started.process.interrupt()
        let stopped = started.wait()
        #expect(stopped.code == 130 || stopped.code == 0, "\(stopped.errors)")
        let refused = try again.sweep([], mix: "customer=75,25")
        #expect(refused.code == 2 && refused.errors.contains("--resume"), "\(refused.errors)")
        let events = folder.appending(path: "customer-075/events.jsonl")
        let before = try Data(contentsOf: events)
        let resumed = try again.sweep(["--json", "--resume"], mix: "customer=75,25")
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(try Data(contentsOf: events) == before)
        let (a, b) = try (points(object(whole.output)), points(object(resumed.output)))
        #expect(try text(a) == text(b))
        // More points and seeds join; those that are there stay.
        let more = try again.sweep(["--json", "--resume", "--seeds", "2"], mix: "customer=75,50")
        #expect(more.code == 0, "\(more.errors)")
        #expect(try Data(contentsOf: events) == before)
        let joined = try points(object(more.output))
        #expect(
            joined.compactMap { $0["runs"] as? [String] } == [
                ["customer-075", "customer-075-seed-6"], ["customer-050", "customer-050-seed-6"],
            ])
        let seeds = try #require(value(joined[0], "domain")["by_seed"] as? [Double])
        let alone = try value(a[0], "domain")["value"] as? Double
        #expect(seeds.count == 2 && seeds[0] == alone)
        let mean = try #require(value(joined[0], "domain")["value"] as? Double)
        #expect(abs(mean - (seeds[0] + seeds[1]) / 2) < 1e-12)
        let other = try again.sweep(["--resume", "--set", "batch.size=8"], mix: "customer=75")
        #expect(other.code == 2 && other.errors.contains("says something else"), "\(other.errors)")
    }

    @Test func weightsAreSweptAsShares() throws {
        let text = try String(contentsOf: program.folder.file("domain.lua"), encoding: .utf8)
            .replacing("customer = { percent = 60,", with: "customer = { weight = 1,")
            .replacing("replay = { birds = { percent = 100,", with: "birds = { weight = 3,")
            .replacing("validation = 0.2 } } },", with: "validation = 0.2 } },")
        try program.folder.write(text, to: "weighed.lua")
        let outcome = try program.run([
            "sweep", "weighed.lua", "--mix", "customer=50", "--to", "out", "--json",
            "--general", "general", "--set", "probes.every_steps=3",
        ])
        // There is no such probe in the recipe; without the option one is added.
        #expect(outcome.code == 2 && outcome.errors.contains("--general"), "\(outcome.errors)")
        let added = try program.run([
            "sweep", "weighed.lua", "--mix", "customer=50", "--to", "out", "--json",
        ])
        #expect(added.code == 0, "\(added.errors)")
        let points = try points(object(added.output))
        let given = try #require(points[0]["domain_tokens"] as? Double)
        #expect(abs(given / 768 - 0.5) < 0.05)
        let check = try program.run(["check", "weighed-chosen.lua", "--no-timing"])
        #expect(check.code == 0 && check.output.contains("50.0"), "\(check.errors)")
    }

    @Test func aLimitOnReadingsIsReported() throws {
        let outcome = try sweep(
            ["--json", "--set", "data.customer.max_epochs=0.12"], mix: "customer=100,5")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let points = try points(object(outcome.output))
        let refused = try #require(points.first { $0["percent"] as? Double == 100 })
        #expect(refused["state"] as? String == "refused")
        #expect((refused["reason"] as? String)?.contains("max_epochs") == true)
        #expect(points.first { $0["percent"] as? Double == 5 }?["state"] as? String == "finished")
        #expect(
            !FileManager.default.fileExists(
                atPath: program.folder.file("runs/domain-sweep/customer-100").path))
        let none = try sweep(
            ["--to", "none", "--set", "data.customer.max_epochs=0.001"], mix: "customer=100")
        #expect(none.code == 2 && none.errors.contains("max_epochs"), "\(none.errors)")
    }

    @Test func mistakesAreNamed() throws {
        try program.folder.write("occupied", to: "full/file")
        try program.folder.write("return 1", to: "mine.lua")
        try program.folder.write(
            try String(contentsOf: program.folder.file("domain.lua"), encoding: .utf8)
                .replacing("model = { from = \"runs/journey\" }", with: """
                    tokenizer = "byte", model = nj.model.init { hidden_size = 16,
                    intermediate_size = 24, num_hidden_layers = 1, num_attention_heads = 2 }
                    """), to: "fresh.lua")
        try program.folder.write(
            """
            local nj = require "nightjar"
            local function part(name, from)
              return { name = name, steps = 4, model = from }
            end
            return nj.recipe {
              name = "phased", sequence_length = 32, tokenizer = "byte",
              data = nj.data.text { path = "birds.txt", split = "blank_line" },
              phases = { part("one", "runs/journey"), part("two", nil) },
            }
            """, to: "phased.lua")
        let cases: [([String], String)] = [
            (["phased.lua", "--mix", "customer=50"], "has phases"),
            (
                ["domain.lua", "--mix", "customer=50", "--set", "model.continue=true"],
                "model.continue"
            ),
            (["domain.lua", "--mix", "custmer=50"], "did you mean \"customer\""),
            (["domain.lua", "--mix", "birds=50"], "category of the replay"),
            (["domain.lua", "--mix", "customer=50,150"], "from 0 to 100"),
            (["domain.lua", "--mix", "customer=50,50"], "stands there twice"),
            (["domain.lua", "--mix", "customer=50,0", "--design", "domain"], "--design total"),
            (["domain.lua", "--mix", "customer=50", "--domain", "quiz"], "no probe \"quiz\""),
            (["domain.lua", "--mix", "customer=50", "--tolerance", "-1"], "--tolerance"),
            (["domain.lua", "--mix", "customer=50", "--seeds", "0"], "--seeds"),
            (["domain.lua", "--mix", "customer=50", "--to", "full"], "no sweep"),
            (["domain.lua", "--mix", "customer=50", "--write", "mine.lua"], "no sweep wrote it"),
            (["domain.lua", "--mix", "customer=50", "--write", "x/y.lua"], "the same folder"),
            (["domain.lua", "--mix", "customer=50", "--write", "domain.lua"], "not the recipe's own"),
            (["recipe.lua", "--mix", "data=50"], "no general text"),
            (["fresh.lua", "--mix", "customer=50", "--seeds", "2"], "model.from"),
            (
                [
                    "domain.lua", "--mix", "customer=50", "--set", "data.customer.validation=0",
                ], "held out"
            ),
        ]
        for (arguments, words) in cases {
            let outcome = try program.run(["sweep"] + arguments)
            #expect(outcome.code == 2, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        }
        #expect(
            !FileManager.default.fileExists(
                atPath: program.folder.file("runs/domain-sweep").path))
        let fresh = try program.run(["sweep", "fresh.lua", "--mix", "customer=50"])
        #expect(fresh.code == 0 && fresh.errors.contains("new weights"), "\(fresh.errors)")
        #expect(fresh.output.contains("chosen"), "\(fresh.output)")
    }

    private func lineCount(_ path: String) -> Int {
        (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == 10 }
    }
}
