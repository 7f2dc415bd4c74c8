import Foundation
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing
import Training
import Transformers

extension TrainerTests {
    /// Laws of probes within a run.
    @Suite struct ProbeRunTests {
        /// Asks the model for one of its weights: any other weights give another answer.
        private struct WeightProbe: ProbeRecipe, Probe {
            var name = "weight"
            var onMeasure: @Sendable () -> Void = {}

            func open(in setting: ProbeSetting) throws -> any Probe { self }

            func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult? {
                onMeasure()
                if host.isStopped { return nil }
                let sum = model.trained.all[0].value.read().reduce(0) { $0 + Double($1) }
                return ProbeResult(
                    name: name, values: [.init("sum", sum, low: sum - 1, high: sum + 1)], count: 3)
            }
        }

        private func run(
            steps: Int = 8, every: Int? = 3, probe: WeightProbe = WeightProbe()
        ) throws -> TinyRun {
            let run = try TinyRun(steps: steps)
            run.configuration.probes = ProbeSettings(everySteps: every, recipes: [probe])
            run.configuration.checkpoints = CheckpointSettings(
                everySteps: 2, keepLast: 20, keepBest: 0)
            return run
        }

        private func probed(_ run: TinyRun) throws -> [String] {
            try run.metrics().filter { $0.contains("\"type\":\"probe\"") }
        }

        @Test func probesAreAskedFirstLastAndInBetween() throws {
            let run = try run()
            let summary = try run.train()
            let lines = try probed(run)
            #expect(lines.count == 4)
            for (line, step) in zip(lines, [0, 3, 6, 8]) {
                #expect(line.contains("\"step\":\(step),") || line.contains("\"step\":\(step)}"))
                #expect(line.contains("probe\\/weight\\/sum_low"))
            }
            #expect(summary.probesBefore?.step == 0 && summary.probesAfter?.step == 8)
            #expect(summary.probesBefore?["weight"]?["sum"] != summary.probesAfter?["weight"]?["sum"])
            let alone = try self.run(every: nil)
            try alone.train()
            #expect(try probed(alone).count == 2)
        }

        @Test func probesChangeNothingOfTheRun() throws {
            let with = try run()
            let without = try run()
            without.configuration.probes = ProbeSettings()
            try with.train()
            try without.train()
            #expect(try with.weights(step: 8) == without.weights(step: 8))
            let others = try with.metrics().filter { !$0.contains("\"type\":\"probe\"") }
            #expect(try others == without.metrics())
        }

        @Test func aRunThatIsKilledAsksAgainAndComesToTheSame() throws {
            let whole = try run()
            try whole.train()
            for step in [2, 4, 6] {
                let broken = try run()
                try broken.train()
                try broken.forgetCheckpoints(after: step)
                try broken.train(resumes: true)
                #expect(try broken.metrics() == whole.metrics())
                #expect(try broken.weights(step: 8) == whole.weights(step: 8))
            }
        }

        @Test func aRunThatIsStoppedWhileItAsksAsksWhenItGoesOn() throws {
            let whole = try run()
            try whole.train()
            let stopsAt = Counter()
            let stopped = try run(
                probe: WeightProbe { if stopsAt.next() == 3 { StopSignal.request() } })
            let first = try stopped.train()
            StopSignal.reset()
            #expect(first.ending == .interrupted && first.steps == 6)
            try stopped.train(resumes: true)
            #expect(try stopped.metrics() == whole.metrics())
            #expect(try stopped.weights(step: 8) == whole.weights(step: 8))
        }

        @Test func aVerdictTurnsDialsAndGoesBack() throws {
            let run = try run()
            let log = RunLog()
            let hooks = ClosureHooks()
            var seen: [ProbeFacts] = []
            hooks.onProbe = { facts in
                seen.append(facts)
                guard facts.progress.step == 6 else { return ProbeVerdict() }
                return ProbeVerdict(
                    action: .rollback(reason: "worse"),
                    changes: [
                        DialChange(path: "schedule.factor", value: .number(0.5), origin: "test")
                    ])
            }
            let summary = try run.train(observer: log, hooks: hooks)
            #expect(summary.steps == 8)
            #expect(seen.map(\.progress.step) == [0, 3, 6, 8])
            #expect(seen[0].rollbackTarget == nil && seen[2].rollbackTarget == 4)
            #expect(seen[2].progress.firstProbes?.step == 0 && seen[2].progress.lastProbes?.step == 6)
            #expect(try run.events(["rollback", "dial"]) == ["dial@6", "rollback@6"])
            // The checkpoint of step 6 holds the weights that came back.
            #expect(try run.weights(step: 6) == run.weights(step: 4))
            #expect(log.steps.map(\.step) == Array(1...8))
            let again = try self.run()
            let others = ClosureHooks()
            others.onProbe = hooks.onProbe
            try again.train(hooks: others)
            try again.forgetCheckpoints(after: 4)
            try again.train(resumes: true, hooks: others)
            #expect(try again.weights(step: 8) == run.weights(step: 8))
        }

        @Test func aVerdictMayEndTheRun() throws {
            let run = try run()
            let hooks = ClosureHooks()
            hooks.onProbe = {
                ProbeVerdict(action: $0.progress.step == 3 ? .stop(reason: "enough") : .keep)
            }
            let summary = try run.train(hooks: hooks)
            #expect(summary.ending == .stopped && summary.steps == 3 && summary.reason == "enough")
        }

        @Test func withoutACheckpointARollbackIsSaid() throws {
            let run = try run()
            let log = RunLog()
            let hooks = ClosureHooks()
            hooks.onProbe = {
                ProbeVerdict(action: $0.progress.step == 0 ? .rollback(reason: "early") : .keep)
            }
            #expect(try run.train(observer: log, hooks: hooks).steps == 8)
            #expect(log.remarks.contains { $0.contains("no checkpoint yet to go back to") })
        }

        @Test func aScriptThatFailsEndsTheRunUnlessToldOtherwise() throws {
            struct Failure: Error {}
            let hooks = ClosureHooks()
            hooks.onProbe = { if $0.progress.step == 3 { throw Failure() } else { ProbeVerdict() } }
            let run = try run()
            #expect(throws: Failure.self) { try run.train(hooks: hooks) }
            let patient = try self.run()
            patient.configuration.responses.script = .skip
            #expect(try patient.train(hooks: hooks).steps == 8)
            #expect(try patient.events(["script_error"]) == ["script_error@3"])
        }

        @Test func aDialThatIsNoneIsRefusedAndNothingTurned() throws {
            let run = try run()
            let hooks = ClosureHooks()
            hooks.onProbe = { _ in
                ProbeVerdict(changes: [
                    DialChange(path: "schedule.factor", value: .number(0.5), origin: "test"),
                    DialChange(path: "nonsense", value: .number(1), origin: "test"),
                ])
            }
            let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect(error?.code == .badDial)
            #expect(try run.events(["dial"]) == [])
        }
    }
}

/// Counts calls; a test's closures share it.
private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}
