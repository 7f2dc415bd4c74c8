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
            testDescription: "a wrong type names the key",
            change: ("steps = 24", "steps = \"many\""),
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
            testDescription: "a constructor that does not exist names the nearest",
            change: ("nj.optim.adamw", "nj.optim.adam"),
            says: ["nj.optim has no 'adam'; did you mean 'adamw'?"]),
        .init(
            testDescription: "a width that other tools refuse",
            change: ("hidden_size = 16,", "hidden_size = 17, head_dim = 8,"),
            says: ["hidden_size (17)", "num_attention_heads"]),
        .init(
            testDescription: "a run that no machine can hold", change: ("", ""),
            arguments: ["--set", "batch.size=1048576", "--set", "batch.micro=1048576"],
            says: ["of memory and this machine has", "batch.micro"]),
        .init(
            testDescription: "more steps than can be counted",
            change: ("steps = 24", "epochs = 1e300"), says: ["epochs"]),
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

    @Test func resumingNothingBeginsAtStepZero() throws {
        let program = try Program()
        let outcome = try program.run(["train", "recipe.lua", "--resume", "--set", "steps=2"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("There is nothing to resume"), "\(outcome.errors)")
    }

    @Test func aTokenizerTooLargeForTheModelIsRefused() throws {
        let program = try Program()
        let recipe = Program.recipe.replacingOccurrences(
            of: "hidden_size = 16,", with: "hidden_size = 16, vocab_size = 100,")
        try program.folder.write(recipe, to: "recipe.lua")
        let outcome = try program.run(["train", "recipe.lua"])
        #expect(outcome.code == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains("the model's vocab_size is 100"), "\(outcome.errors)")
    }

    @Test func aLossThatIsNotFiniteStopsTheRunAndNamesItsDocuments() throws {
        let program = try Program()
        let diverges = ["train", "recipe.lua", "--set", "optimizer.lr=1e30"]
        let stopped = try program.run(diverges)
        #expect(stopped.code == 1 && stopped.errors.contains("birds.txt"), "\(stopped.errors)")
        let skipped = try program.run(diverges + ["--set", "on.nan=skip", "--set", "name=skips"])
        #expect(skipped.code == 0, "\(skipped.errors)")
        #expect(skipped.errors.contains("The step is left out."), "\(skipped.errors)")
    }

    /// Kibibytes of weights fit into the limit, gibibytes do not.
    @Test func missingMemoryIsTheMachinesFailure() throws {
        let program = try Program()
        let limit = ["/usr/bin/env", "bash", "-c", "ulimit -v 1000000; exec \"$@\"", "bash"]
        let shape = ["bench", "train", "--steps", "1", "--dtype", "f32", "--shape"]
        let small = try program.run(shape + ["32,1,2,2,64,256,2,32"], prefix: limit)
        #expect(small.code == 0, "\(small.errors)")
        let large = try program.run(shape + ["8192,1,2,2,16384,4096,2,32"], prefix: limit)
        #expect(large.code == 3 && !large.wasSignalled, "\(large.errors)")
        #expect(large.errors.contains("bytes of memory left"), "\(large.errors)")
    }

    @Test func aRowThatIsNotJSONIsCountedOrStopsTheRun() throws {
        let program = try Program()
        let rows = (0..<60).map { #"{"text": "row \#($0) of many, long enough"}"# }
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
