import Foundation
import TestSupport
import Testing

/// Mistakes get a sentence that says what to do, exit code 2, and nothing is lost.
@Suite struct BadInputTests {
    struct Mistake: CustomTestStringConvertible {
        var testDescription: String
        /// What to replace in the recipe, and with what.
        var change: (String, String)
        var arguments: [String] = []
        /// What the message must contain.
        var says: [String]
    }

    static let mistakes: [Mistake] = [
        .init(
            testDescription: "an unknown key names the nearest",
            change: ("sequence_length", "sequence_lenght"),
            says: ["sequence_lenght", "sequence_length", "recipe.lua"]),
        .init(
            testDescription: "a wrong type names the key", change: ("steps = 24", "steps = \"many\""),
            says: ["steps", "recipe.lua"]),
        .init(
            testDescription: "a value out of range", change: ("steps = 24", "steps = 0"),
            says: ["steps"]),
        .init(
            testDescription: "a missing file is named", change: ("birds.txt", "bards.txt"),
            says: ["bards.txt"]),
        .init(
            testDescription: "heads that do not divide",
            change: ("num_attention_heads = 2", "num_attention_heads = 3"),
            says: ["num_attention_heads"]),
        .init(
            testDescription: "a micro-batch that does not divide",
            change: ("micro = 2", "micro = 3"), says: ["micro"]),
        .init(
            testDescription: "a syntax error has file and line",
            change: ("return nj.recipe {", "return nj.recipe {{"), says: ["recipe.lua:"]),
        .init(
            testDescription: "a runtime error has file, line and traceback",
            change: (
                "return nj.recipe {",
                "local function rate() return nil + 1 end\nlocal lr = rate() + 0\nreturn nj.recipe {"
            ),
            says: ["recipe.lua:2", "in local 'rate'", "recipe.lua:3: in main chunk"]),
        .init(
            testDescription: "a schedule that fails names its line",
            change: ("return 1 - 0.5 * progress", "return nil"), says: ["schedule"]),
        .init(
            testDescription: "two budgets", change: ("steps = 24", "steps = 24, tokens = 100"),
            says: ["steps", "tokens"]),
        .init(
            testDescription: "an override of nothing", change: ("", ""),
            arguments: ["--set", "batch.sise=3"], says: ["batch.sise", "did you mean \"size\""]),
    ]

    @Test(arguments: mistakes) func aMistakeIsExplained(_ mistake: Mistake) throws {
        let program = try Program()
        let (old, new) = mistake.change
        let recipe =
            old.isEmpty
            ? Program.recipe : Program.recipe.replacingOccurrences(of: old, with: new)
        try program.folder.write(recipe, to: "recipe.lua")
        let outcome = try program.run(["train", "recipe.lua"] + mistake.arguments)
        #expect(outcome.code == 2, "\(outcome.errors)")
        for words in mistake.says {
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
        }
    }

    @Test func aRecipeThatLoopsForEverIsStopped() throws {
        let program = try Program()
        try program.folder.write(
            "while true do end", to: "recipe.lua")
        let outcome = try program.run(["check", "recipe.lua"])
        #expect(outcome.code == 2 && outcome.errors.contains("recipe.lua"), "\(outcome.errors)")
    }

    @Test func anEmptyCorpusIsRefused() throws {
        let program = try Program()
        try program.folder.write("", to: "birds.txt")
        let outcome = try program.run(["train", "recipe.lua"])
        #expect(outcome.code == 2 && outcome.errors.contains("birds"), "\(outcome.errors)")
    }

    @Test func twoProcessesOnOneRunAreRefused() throws {
        let program = try Program()
        let first = try program.start(["train", "recipe.lua", "--set", "steps=100000"])
        defer {
            first.kill()
            _ = first.wait()
        }
        let metrics = program.run.appending(path: "metrics.jsonl").path
        while first.process.isRunning, !FileManager.default.fileExists(atPath: metrics) {
            Thread.sleep(forTimeInterval: 0.01)
        }
        let second = try program.run(["train", "recipe.lua", "--resume"])
        #expect(second.code == 2)
        #expect(second.errors.contains("\(first.process.processIdentifier)"), "\(second.errors)")
    }

    @Test func trainOntoAnExistingRunIsRefused() throws {
        let program = try Program()
        #expect(try program.run(["train", "recipe.lua", "--set", "steps=2"]).code == 0)
        let again = try program.run(["train", "recipe.lua"])
        #expect(again.code == 2 && again.errors.contains("--resume"), "\(again.errors)")
    }

    @Test func aRowThatIsNotJSONIsCountedOrStopsTheRun() throws {
        let program = try Program()
        let rows = (0 ..< 60).map { #"{"text": "row \#($0) of many, long enough"}"# }
        try program.folder.write(
            (rows[..<30] + ["{broken"] + rows[30...]).joined(separator: "\n"), to: "rows.jsonl")
        let recipe = Program.recipe.replacingOccurrences(
            of: #"nj.data.text { path = "birds.txt", split = "blank_line" }"#,
            with: #"nj.data.jsonl { path = "rows.jsonl" }"#)
        try program.folder.write(recipe, to: "recipe.lua")
        let skipped = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(skipped.code == 0 && skipped.errors.contains("rows.jsonl:31"), "\(skipped.errors)")
        let stopped = try program.run([
            "train", "recipe.lua", "--set", "on.bad_row=stop", "--set", "name=other",
        ])
        #expect(stopped.code == 2 && stopped.errors.contains("rows.jsonl:31"), "\(stopped.errors)")
    }
}
