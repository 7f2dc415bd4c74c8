import Foundation
import TestSupport
import Testing

/// The promise: whatever kills a run, going on gives the weights of a run that never stopped.
@Suite(.serialized) struct ResumeIsExactTests {
    @Test func twentyKillsAtRandomMomentsChangeNothing() throws {
        let whole = try Program()
        let clock = ContinuousClock()
        let duration = try clock.measure {
            let outcome = try whole.run(["train", "recipe.lua"])
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
        let killed = try Program()
        var random = SplitMix64(seed: 20)
        var kills = 0
        while kills < 20 {
            let started = try killed.start(["train", "recipe.lua", "--resume"])
            let share = Double.random(in: 0..<1.1, using: &random)
            Thread.sleep(forTimeInterval: share * duration.seconds)
            started.kill()
            if started.wait().wasSignalled {
                kills += 1
            } else {
                // It was done before the kill; the next one begins anew.
                try FileManager.default.removeItem(at: killed.run)
            }
        }
        let last = try killed.run(["train", "recipe.lua", "--resume"])
        #expect(last.code == 0, "\(last.errors)")
        #expect(try killed.finalWeights() == whole.finalWeights())
        #expect(try killed.metrics() == whole.metrics())
    }

    @Test func interruptingSavesAndGoesOn() throws {
        let whole = try Program()
        #expect(try whole.run(["train", "recipe.lua"]).code == 0)
        let stopped = try Program()
        let started = try stopped.start(["train", "recipe.lua"])
        // Wait for the run to be under way, then ask it to stop as Ctrl-C does.
        let metrics = stopped.run.appending(path: "metrics.jsonl").path
        while started.process.isRunning, lineCount(metrics) < 5 {
            Thread.sleep(forTimeInterval: 0.005)
        }
        started.process.interrupt()
        let outcome = started.wait()
        #expect(outcome.code == 130 || outcome.code == 0, "\(outcome.errors)")
        #expect(try stopped.run(["train", "recipe.lua", "--resume"]).code == 0)
        #expect(try stopped.finalWeights() == whole.finalWeights())
        #expect(try stopped.metrics() == whole.metrics())
    }

    /// A step of many passes is given up between two of them, and done again on resuming.
    @Test func interruptingALongStepDoesNotWaitForItsEnd() throws {
        let program = try Program()
        let long = [
            "train", "recipe.lua", "--set", "batch.size=400000", "--set", "evaluate.batches=1",
        ]
        let started = try program.start(long)
        let metrics = program.run.appending(path: "metrics.jsonl").path
        while started.process.isRunning, lineCount(metrics) < 1 {
            Thread.sleep(forTimeInterval: 0.005)
        }
        started.process.terminate()
        let outcome = started.wait()
        #expect(outcome.code == 130, "\(outcome.errors)")
        #expect(outcome.output.contains("stopped after 0 of 24 steps"), "\(outcome.output)")
        #expect(!outcome.output.contains("after   "), "nothing was learned: \(outcome.output)")
        let saved = program.run.appending(path: "checkpoints/step-000000/manifest.json").path
        #expect(FileManager.default.fileExists(atPath: saved))
    }

    private func lineCount(_ path: String) -> Int {
        (FileManager.default.contents(atPath: path) ?? Data()).count { $0 == 10 }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
