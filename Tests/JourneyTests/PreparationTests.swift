import Foundation
import TestSupport
import Testing

/// Text is prepared, killed on the way, gone on with, and drawn from by a recipe.
@Suite(.serialized) struct PreparationTests {
    private static let script = """
        local nj = require "nightjar"
        return nj.data.prepare {
          out = "clean", description = "Birds.", save_every_s = 0.01, shard_mb = 1,
          from = { birds = nj.data.jsonl { path = "birds.jsonl", licence = "CC0-1.0" } },
          steps = {
            nj.filter.length { min_words = 5 },
            nj.filter.exact_duplicates {},
            nj.filter.near_duplicates {},
            nj.filter.personal_data {},
            function(document)
              if document.text:find "owl" then return false, "owls" end
            end,
          },
        }
        """

    private func prepare(_ program: Program, documents: Int) throws {
        try program.folder.write(Self.script, to: "prepare.lua")
        var lines = ""
        for index in 0..<documents {
            let number = index % 5 == 4 ? index - 3 : index
            let bird = ["swift", "heron", "owl", "wren"][number % 4]
            let words = (0..<120).map { "word\(number * 131 % 9973 * ($0 + 7) % 99991)" }
            lines += "{\"text\": \"A \(bird) of p\(number)@example.org flew "
                + words.joined(separator: " ") + ".\"}\n"
            if index == 7 { lines += "no row\n" }
        }
        try program.folder.write(lines, to: "birds.jsonl")
    }

    private func contents(_ program: Program, _ folder: String) throws -> [String: Data] {
        let root = program.folder.file(folder).path
        let names = FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []
        return Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                FileManager.default.contents(atPath: root + "/" + name).map { data in
                    let text = String(decoding: data, as: UTF8.self)
                    return (name, Data(text.replacing(folder, with: "OUT").utf8))
                }
            })
    }

    @Test func killedAndGoneOnWithItWritesTheSameBytes() throws {
        let program = try Program()
        try prepare(program, documents: 12_000)
        let whole = try program.run(["data", "prepare", "prepare.lua", "--set", "out=made-whole"])
        #expect(whole.code == 0, "\(whole.errors)")
        #expect(whole.errors.contains("1 of 12001 rows dropped (not JSON)"))
        #expect(whole.output.contains("exact duplicates"))

        let arguments = ["data", "prepare", "prepare.lua", "--set", "out=made-cut"]
        var kills = 0
        let state = program.folder.file("made-cut/preparing.json")
        for attempt in 0..<40 {
            let started = try program.start(arguments + (attempt > 0 ? ["--resume"] : []))
            let before = try? Data(contentsOf: state)
            // Killed as soon as another state is saved.
            while started.process.isRunning {
                if let now = try? Data(contentsOf: state), now != before, !now.isEmpty {
                    started.kill()
                    break
                }
                usleep(500)
            }
            let outcome = started.wait()
            guard outcome.wasSignalled else {
                #expect(outcome.code == 0, "\(outcome.errors)")
                break
            }
            kills += 1
        }
        #expect(kills >= 2)
        if kills == 40 {
            #expect(try program.run(arguments + ["--resume"]).code == 0)
        }
        let (cut, expected) = (
            try contents(program, "made-cut"), try contents(program, "made-whole")
        )
        #expect(Set(cut.keys) == Set(expected.keys))
        for (name, data) in expected { #expect(cut[name] == data, "\(name)") }

        // The same again does nothing; another setting is refused.
        let again = try program.run(arguments)
        #expect(again.code == 0 && again.errors.contains("Nothing has changed"))
        let other = try program.run(arguments + ["--set", "shard_mb=2"])
        #expect(other.code == 2 && other.errors.contains("shard_mb has changed"))
    }

    @Test func whatWasPreparedIsACatalogThatARecipeDrawsFrom() throws {
        let program = try Program()
        try prepare(program, documents: 400)
        let prepared = try program.run(["data", "prepare", "prepare.lua", "--json"])
        #expect(prepared.code == 0, "\(prepared.errors)")
        let objects = try prepared.output.split(separator: "\n").map {
            try #require(
                JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
        #expect(objects.map { $0["kind"] as? String } == ["source"] + Array(repeating: "step", count: 5) + ["whole"])
        let whole = try #require(objects.last)
        #expect(whole["documents"] as? Int == 400)
        #expect(objects[2]["dropped"] as? Int == 80)
        #expect(objects[4]["rewritten"] as? Int == objects[4]["seen"] as? Int)
        let catalog = try program.run(["data", "catalog", "clean"])
        #expect(catalog.code == 0 && catalog.output.contains("CC0-1.0"), "\(catalog.errors)")
        try program.folder.write(
            Program.recipe.replacing(
                "data = nj.data.text { path = \"birds.txt\", split = \"blank_line\" },",
                with: """
                    data = nj.data.mix {
                      own = { percent = 50, nj.data.text { path = "birds.txt", split = "blank_line" } },
                      replay = { catalog = "clean" },
                    },
                    """), to: "replay.lua")
        let mix = try program.run(["data", "mix", "replay.lua"])
        #expect(mix.code == 0 && mix.output.contains("birds"), "\(mix.errors)")
    }

    @Test func mistakesHaveTheirCodeAndTheirPlace() throws {
        let program = try Program()
        try prepare(program, documents: 5)
        let missing = try program.run(["data", "prepare", "nothing.lua"])
        #expect(missing.code == 2)
        try program.folder.write("", to: "birds.jsonl")
        let empty = try program.run(["data", "prepare", "prepare.lua"])
        #expect(empty.code == 2 && empty.errors.contains("holds no document"), "\(empty.errors)")
        try program.folder.write("{\"txt\": \"x\"}\n{\"text\": \"y\"}\n", to: "birds.jsonl")
        try program.folder.write(
            Self.script.replacing(
                "licence = \"CC0-1.0\"", with: "max_bad_rows = 0"), to: "prepare.lua")
        let bad = try program.run(["data", "prepare", "prepare.lua", "--set", "out=other"])
        #expect(bad.code == 2, "\(bad.errors)")
        #expect(bad.errors.contains("birds.jsonl:1: no 'text'; is it 'txt'?"), "\(bad.errors)")
    }
}
