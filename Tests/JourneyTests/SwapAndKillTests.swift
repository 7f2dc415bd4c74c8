import Foundation
import TestSupport
import Testing

/// The promise: a plugin that is edited while a run goes on takes effect at one step, and a run that
/// is killed soon after goes on with that swap at that very step, from its last checkpoint or, where
/// there is none, from its beginning.
@Suite(.serialized) struct SwapAndKillTests {
    private static let swapStep = 44
    private static let steps = 60

    /// - Parameter checkpoint: the steps between two checkpoints.
    private static func recipe(checkpoint: Int) -> String {
        Program.recipe
            .replacing(
                "schedule = function(progress) return 1 - 0.5 * progress end",
                with: "schedule = \"tutor\""
            )
            .replacing("steps = 24,", with: "steps = \(steps),")
            .replacing("evaluate = { every_steps = 6,", with: "evaluate = { every_steps = 12,")
            .replacing(
                "checkpoint = { every_steps = 3, keep_last = 2 },",
                with: """
                    checkpoint = { every_steps = \(checkpoint), keep_last = 2 },
                    limits = { time_s = 300 },
                    use = { "tutor", "gate" },
                    grant = { gate = { "files:read:gate" } },
                    """)
    }

    /// Filters, decides, steers, schedules, remembers and measures; versions differ in all of it.
    private static func tutor(every: Int, decay: Double) -> String {
        """
        local nj = require "nightjar"
        return {
          name = "tutor", api = 1, summary = "Turns the rate and leaves updates out.",
          hooks = {
            on_batch = function(ctx)
              local weights = {}
              for i, document in ipairs(ctx.documents) do
                weights[i] = nj.random.uniform(1 / \(every), 1)
              end
              return weights
            end,
            on_gradients = function(ctx)
              ctx.state.seen = (ctx.state.seen or 0) + 1
              if ctx.state.seen % \(every) == 0 then
                return { action = "skip", reason = "number " .. ctx.state.seen }
              end
            end,
            on_step_end = function(ctx) nj.metric.log("seen", ctx.state.seen) end,
          },
          schedules = { main = function(progress) return 1 - progress / \(every) end },
          curricula = {
            rate = function(ctx)
              ctx.state.rate = (ctx.state.rate or 1) * \(decay)
              return { ["schedule.factor"] = ctx.state.rate }
            end,
          },
          examples = {
            {
              call = "hooks.on_gradients", state = { seen = \(every - 1) },
              gives = { action = "skip", reason = "number \(every)" },
            },
          },
        }
        """
    }

    /// Holds the run at known moments: inside the step before the swap, and after the step of the
    /// kill.
    private static let gate = """
        local nj = require "nightjar"
        local function wait(name)
          while not nj.file.load("gate/" .. name) do end
        end
        return {
          name = "gate", api = 1, summary = "Holds the run.",
          hooks = {
            on_step_start = function(ctx)
              -- Steps made so far.
              if ctx.step == \(swapStep - 1) then nj.log.info "the step before the swap" end
              if ctx.step == \(swapStep + 3) then wait "end" end
            end,
            on_step_end = function(ctx)
              if ctx.step == \(swapStep) then wait "swap" end
              if ctx.step == \(swapStep + 3) then nj.log.info "the step of the kill" end
            end,
          },
        }
        """

    private func write(_ program: Program, tutor: String) throws {
        try program.folder.write(tutor, to: "Plugins/tutor/tutor.lua")
    }

    private func wait(
        for started: Program.Started, until isDone: () -> Bool,
        at location: SourceLocation = #_sourceLocation
    ) {
        let deadline = Date().addingTimeInterval(60)
        while started.process.isRunning, !isDone(), Date() < deadline {
            Thread.sleep(forTimeInterval: 0.005)
        }
        #expect(isDone(), "\(started.errorsSoFar)", sourceLocation: location)
    }

    /// Starts a run, edits its plugin inside a step, and lets it come to the step after the kill.
    private func startedAndSwapped(checkpoint: Int) throws -> (Program, Program.Started) {
        let program = try Program()
        try program.folder.write(Self.recipe(checkpoint: checkpoint), to: "recipe.lua")
        try program.folder.write(Self.gate, to: "Plugins/gate/gate.lua")
        try program.folder.write("", to: "gate/readme")
        try write(program, tutor: Self.tutor(every: 7, decay: 0.98))
        let started = try program.start(["train", "recipe.lua"])
        wait(for: started) { started.errorsSoFar.contains("the step before the swap") }
        try write(program, tutor: Self.tutor(every: 5, decay: 0.9))
        // A file counts as saved once it has been left alone for a moment.
        Thread.sleep(forTimeInterval: 0.3)
        try program.folder.write("", to: "gate/swap")
        wait(for: started) { started.errorsSoFar.contains("the step of the kill") }
        return (program, started)
    }

    /// The last checkpoint is 20 steps older than the swap, or there is none.
    @Test(arguments: [swapStep - 20, 1000])
    func aSwapIsRepeatedByARunThatWasKilledThreeStepsLater(checkpoint: Int) throws {
        let hasCheckpoint = checkpoint < Self.swapStep
        let (whole, running) = try startedAndSwapped(checkpoint: checkpoint)
        try whole.folder.write("", to: "gate/end")
        let finished = running.wait()
        #expect(finished.code == 0, "\(finished.errors)")

        let (killed, doomed) = try startedAndSwapped(checkpoint: checkpoint)
        if hasCheckpoint {
            let manifest = "checkpoints/step-0000\(checkpoint)/manifest.json"
            wait(for: doomed) {
                FileManager.default.fileExists(atPath: killed.run.appending(path: manifest).path)
            }
        }
        doomed.kill()
        #expect(doomed.wait().wasSignalled)
        // A third version stands on the disk by the time it goes on, and was never in force.
        try write(killed, tutor: Self.tutor(every: 2, decay: 0.5))
        try killed.folder.write("", to: "gate/end")
        let resumed = try killed.run(["train", "recipe.lua", "--resume"])
        #expect(resumed.code == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("not those that were in force"), "\(resumed.errors)")

        #expect(try killed.finalWeights(step: Self.steps) == whole.finalWeights(step: Self.steps))
        #expect(try killed.metrics() == whole.metrics())
        #expect(try memory(killed) == memory(whole))
        let (journal, other) = (try events(killed), try events(whole))
        #expect(decisions(journal) == decisions(other))
        let swaps = journal.filter { $0["event"] == "\"swap\"" }
        #expect(swaps.count == 1 && swaps.first?["step"] == "\(Self.swapStep)", "\(journal)")
        let beginnings = journal.filter { ["\"start\"", "\"resume\""].contains($0["event"]) }
        #expect(
            beginnings.last?["step"] == (hasCheckpoint ? "\(checkpoint)" : "0"), "\(beginnings)")
        // From the beginning, it is the very same beginning.
        if !hasCheckpoint { #expect(beginnings.count == 2 && Set(beginnings).count == 1) }
        // The versions did differ: updates were left out at other steps.
        let skips = decisions(other).filter { $0.contains("\"skip\"") }
        #expect(skips.contains { $0.contains("number 42") }, "\(skips)")
        #expect(skips.contains { $0.contains("number 45") }, "\(skips)")
    }

    // MARK: - What a run left behind

    /// The scripts' memories and versions in the last checkpoint, without what names the folder.
    private func memory(_ program: Program) throws -> [String: String] {
        let path = "checkpoints/step-0000\(Self.steps)/hooks.json"
        let data = try Data(contentsOf: program.run.appending(path: path))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let states = try #require(object?["states"] as? [String: String])
        return try states.mapValues { text in
            let bytes = try #require(Data(base64Encoded: text))
            return String(decoding: bytes, as: UTF8.self).replacing(
                program.folder.path, with: "FOLDER/")
        }
    }

    /// The journal, each value as JSON, without what names the folder or the time.
    private func events(_ program: Program) throws -> [[String: String]] {
        let journal = try String(
            contentsOf: program.run.appending(path: "events.jsonl"), encoding: .utf8)
        return try journal.split(separator: "\n").map { line in
            let object =
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return try object.filter { $0.key != "time" }.mapValues { value in
                let data = try JSONSerialization.data(
                    withJSONObject: value,
                    options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
                return String(decoding: data, as: UTF8.self).replacing(
                    program.folder.path, with: "FOLDER/")
            }
        }
    }

    /// What scripts brought about, in the order of the steps.
    ///
    /// What was lived through twice is journalled twice, and must be the same then.
    private func decisions(_ events: [[String: String]]) -> [String] {
        let names = ["skip", "swap", "dial", "swap_refused", "script_error", "impure", "cut_off"]
        let lines = events.filter { event in
            names.contains { event["event"] == "\"\($0)\"" }
        }.map { event in
            // How long an edit took to check is the machine's.
            let fields = event.filter { $0.key != "seconds" }.sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }
            let step = String(format: "%06d", Int(event["step"] ?? "") ?? -1)
            return "\(step) \(fields.joined(separator: " "))"
        }
        return Set(lines).sorted()
    }
}
