import Foundation
import TestSupport
import Testing

/// `nightjar run` as a user sees it: the same weights as `nightjar train`, and nothing lost.
@Suite(.serialized) struct ProgramTests {
    private func program(_ source: String) throws -> Program {
        let program = try Program()
        try program.folder.write("local nj = require \"nightjar\"\n" + source, to: "program.lua")
        return program
    }

    private func weights(_ program: Program, _ name: String, step: Int = 24) throws -> Data {
        let step = String(format: "%06d", step)
        return try Data(
            contentsOf: program.folder.file(
                "runs/\(name)/checkpoints/step-\(step)/model.safetensors"))
    }

    @Test func aProgramThatOnlyStepsIsTrain() throws {
        let trained = try Program()
        #expect(try trained.run(["train", "recipe.lua"]).code == 0)
        let driven = try program(
            """
            local run = nj.run.open "recipe.lua"
            while run:active() do run:step() end
            print(run:finish().ending, ...)
            """)
        let outcome = try driven.run(["run", "program.lua", "one", "--two"])
        #expect(outcome.code == 0 && outcome.output == "completed\tone\t--two\n", "\(outcome)")
        #expect(outcome.errors.contains("journey: step 24: held-out loss"), "\(outcome.errors)")
        #expect(try driven.finalWeights() == trained.finalWeights())
        #expect(try driven.metrics() == trained.metrics())
    }

    @Test func runsSideBySideAreEachAlone() throws {
        let together = try program(
            """
            local runs = {}
            for i = 1, 3 do
              runs[i] = nj.run.open("recipe.lua", {
                name = "bird-" .. i, quiet = true, set = { seed = i, ["optimizer.lr"] = i * 1e-3 },
              })
            end
            while runs[1]:active() do
              for i = #runs, 1, -1 do runs[i]:step() end
            end
            """)
        let outcome = try together.run(["run", "program.lua"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("bird-2 was open when the script ended"))
        let alone = try Program()
        for seed in 1...3 {
            let arguments = [
                "train", "recipe.lua", "--set", "seed=\(seed)", "--set", "name=bird-\(seed)",
                "--set", "optimizer.lr=\(Double(seed) * 1e-3)",
            ]
            #expect(try alone.run(arguments).code == 0)
            #expect(
                try weights(together, "bird-\(seed)") == weights(alone, "bird-\(seed)"))
        }
    }

    @Test func anErrorInTheMiddleLosesNothing() throws {
        let failing = try program(
            """
            local run = nj.run.open "recipe.lua"
            for _ = 1, 10 do run:step() end
            local nothing = nil
            print(nothing.loss)
            """)
        let outcome = try failing.run(["run", "program.lua"])
        #expect(outcome.code == 2 && outcome.errors.contains("program.lua:5: attempt to index"))
        #expect(outcome.errors.contains("The run is saved as step-000010, before the error."))
        #expect(try failing.run(["train", "recipe.lua", "--resume"]).code == 0)
        let whole = try Program()
        #expect(try whole.run(["train", "recipe.lua"]).code == 0)
        #expect(try failing.finalWeights() == whole.finalWeights())
        #expect(try failing.metrics() == whole.metrics())
    }

    @Test func aRunThatFailsGivesItsOwnCode() throws {
        let failing = try program(
            """
            local run = nj.run.open "recipe.lua"
            while run:active() do run:forward_backward() run:optim_step { lr = 1e30 } end
            """)
        let outcome = try failing.run(["run", "program.lua"])
        #expect(outcome.code == 1 && outcome.errors.contains("program.lua:3:"), "\(outcome)")
    }

    // MARK: - Ctrl-C

    /// Starts a program and waits until it has printed its first line.
    private func started(_ program: Program) throws -> Program.Started {
        let started = try program.start(["run", "program.lua"])
        let metrics = program.folder.file("runs/journey/metrics.jsonl").path
        while started.process.isRunning,
            (FileManager.default.contents(atPath: metrics) ?? Data()).count(where: { $0 == 10 })
                < 4
        {
            Thread.sleep(forTimeInterval: 0.005)
        }
        return started
    }

    private static let endless = """
        local run = nj.run.open("recipe.lua", { set = { steps = 1000000 } })
        while run:active() do
          local report = run:step()
          if report.loss < 0 then break end
        end

        """

    @Test func interruptingEndsTheLoopAndSaves() throws {
        let stopped = try program(Self.endless + "print('after', run:active(), run:step())")
        let started = try started(stopped)
        started.process.interrupt()
        let outcome = started.wait()
        #expect(outcome.code == 130 && !outcome.wasSignalled, "\(outcome.errors)")
        // Between two steps the loop ends; inside one, the script meets a nil that it does not
        // expect, which is no failure of its own.
        #expect(
            outcome.output == "after\tfalse\tnil\n"
                || outcome.errors.contains("The script was stopped, and ended with"))
        #expect(outcome.errors.contains("journey was open when the script ended; it is saved as"))
        #expect(!outcome.errors.contains("error:"))
        let resumed = try stopped.run([
            "train", "recipe.lua", "--resume", "--set", "steps=1",
        ])
        #expect(resumed.code == 0, "\(resumed.errors)")
    }

    @Test func noRunIsOpenedOnceInterrupted() throws {
        let stopped = try program(
            Self.endless + "nj.run.open('recipe.lua', { name = 'other' })\nprint 'never'")
        let started = try started(stopped)
        started.process.interrupt()
        let outcome = started.wait()
        #expect(outcome.code == 130 && outcome.output == "", "\(outcome.errors)")
        let other = stopped.folder.file("runs/other").path
        #expect(!FileManager.default.fileExists(atPath: other))
    }

    /// A script that does not end by itself is ended, its runs saved; a second Ctrl-C does not wait.
    @Test(
        arguments: [1, 2],
        [
            "while true do pcall(function() while true do end end) end",
            // No instruction runs in this one, and so no hook.
            "local t = setmetatable({}, {}) getmetatable(t).__call = t t()",
        ])
    func aScriptThatLoopsForEverIsEnded(presses: Int, loop: String) throws {
        let looping = try program(
            """
            local run = nj.run.open "recipe.lua"
            for _ = 1, 5 do run:step() end
            \(loop)
            """)
        let started = try started(looping)
        Thread.sleep(forTimeInterval: 0.3)
        let clock = ContinuousClock()
        let began = clock.now
        for _ in 0..<presses {
            started.process.interrupt()
            Thread.sleep(forTimeInterval: 0.2)
        }
        let outcome = started.wait()
        #expect(outcome.code == 130 && !outcome.wasSignalled, "\(outcome.errors)")
        #expect(clock.now - began < .seconds(presses == 1 ? 30 : 2.5))
        if presses == 1 {
            #expect(outcome.errors.contains("it is saved as step-"), "\(outcome.errors)")
            #expect(try looping.run(["train", "recipe.lua", "--resume"]).code == 0)
        }
    }

    // MARK: - Words and files

    @Test func wordsAndFilesGoWhereTheyBelong() throws {
        let writing = try program(
            """
            print("printed")
            nj.log.info("logged")
            print(nj.file.save("a/b.txt", "text"))
            print(nj.file.save("../b.txt", "text"))
            """)
        let outcome = try writing.run(["run", "--out", "reports", "program.lua"])
        #expect(outcome.code == 2 && outcome.errors.contains("leads out of the folder"))
        #expect(outcome.output.hasPrefix("printed\n") && outcome.errors.contains("logged"))
        #expect(!outcome.output.contains("logged"))
        let file = writing.folder.file("reports/a/b.txt")
        #expect(try String(contentsOf: file, encoding: .utf8) == "text")
    }

    @Test(arguments: [
        ("nothing.lua", "nothing.lua cannot be read"), ("broken.lua", "broken.lua:1:"),
    ])
    func whatIsNoScriptIsSaid(name: String, sentence: String) throws {
        let program = try Program()
        try program.folder.write("local = 1", to: "broken.lua")
        let outcome = try program.run(["run", name])
        #expect(outcome.code == 2 && outcome.errors.contains(sentence), "\(outcome.errors)")
    }

    @Test func printingToAFullDiskIsSaid() throws {
        let program = try program("print 'x'")
        let shell = ["/usr/bin/env", "bash", "-c", "exec \"$@\" >/dev/full", "bash"]
        let outcome = try program.run(["run", "program.lua"], prefix: shell)
        #expect(outcome.code == 3 && outcome.errors.contains("standard output cannot be written"))
    }
}
