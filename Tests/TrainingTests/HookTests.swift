import Corpora
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Training

extension TrainerTests {
    /// Laws of hooks: when they are asked, and what their answers do.
    @Suite struct HookTests {
        @Test func callsFollowTheTimeline() throws {
            let run = try TinyRun(steps: 3)
            run.configuration.checkpoints.everySteps = 2
            run.configuration.evaluation.everySteps = 2
            let hooks = ClosureHooks()
            try run.train(hooks: hooks)
            let step = ["steer", "step_start", "batch", "gradients", "step_end"]
            #expect(
                hooks.calls == ["start", "evaluate"] + step + step + ["evaluate", "checkpoint"]
                    + step + ["evaluate", "end"])
            let known = RunTimeline.entries.map(\.name)
            #expect(Set(hooks.calls).isSubset(of: known))
            #expect(RunTimeline.entries.filter(\.isOfEveryStep).map(\.name) == step)
        }

        @Test func hooksThatDoNothingChangeNothing() throws {
            let (plain, hooked) = (try TinyRun(), try TinyRun())
            try plain.train()
            try hooked.train(hooks: ClosureHooks())
            #expect(try plain.weights(step: 6) == hooked.weights(step: 6))
            #expect(try hooked.metrics().contains { $0.contains("\"hook_errors\":0") })
        }

        @Test func aFilterIsShownEveryDocumentWithItsTokens() throws {
            let run = try TinyRun(steps: 1)
            var seen: BatchFacts?
            let hooks = ClosureHooks()
            hooks.onFilter = {
                seen = $0
                return nil
            }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            let facts = try #require(seen)
            #expect(facts.sources == ["birds", "sums"] && facts.step == 1)
            #expect(facts.documents.reduce(0) { $0 + $1.tokens } == log.steps[0].tokens)
            #expect(
                Set(facts.documents.map { "\($0.source) \($0.index)" }).count
                    == facts.documents.count)
            for source in facts.sources {
                let tokens = facts.documents.filter { $0.source == source }.map(\.tokens)
                #expect(tokens.reduce(0, +) == log.steps[0].tokensBySource[source])
            }
        }

        @Test func factsOfABatchCostLittle() throws {
            let runs = (0..<400).map { TokenRun(document: $0, ids: Array(repeating: 1, count: 99)) }
            let source = try MemoryTokens(name: "a", runs: runs)
            let batch = try BatchLoader(
                mix: Mix(source), packing: Packing(length: 512, end: 0), rows: 8, seed: 1,
                prefetch: 0
            ).next()
            let clock = Stopwatch()
            var documents = 0
            for _ in 0..<200 {
                documents += try BatchFacts.of(batch, step: 1, from: [source]).facts.documents
                    .count
            }
            let microseconds = clock.elapsedSeconds / 200 * 1e6
            print("facts of \(documents / 200) documents: \(microseconds) us")
            #expect(documents >= 200 * 41 && microseconds < 2000)
        }

        @Test func weightsOfOneChangeNothingAndOfZeroLeaveTokensOut() throws {
            let (plain, ones, zeros) = (try TinyRun(), try TinyRun(), try TinyRun())
            let plainLog = RunLog()
            try plain.train(observer: plainLog)
            let hooks = ClosureHooks()
            hooks.onFilter = { BatchEdit(weights: $0.documents.map { _ in 1 }) }
            try ones.train(hooks: hooks)
            #expect(try plain.weights(step: 6) == ones.weights(step: 6))
            hooks.onFilter = {
                BatchEdit(weights: $0.documents.map { $0.source == "birds" ? 0 : 1 })
            }
            let log = RunLog()
            try zeros.train(observer: log, hooks: hooks)
            #expect(try plain.weights(step: 6) != zeros.weights(step: 6))
            #expect(log.steps[0].lossTokens < plainLog.steps[0].lossTokens)
            #expect(log.steps[0].lossTokens > 0 && log.steps[0].tokens == plainLog.steps[0].tokens)
        }

        @Test func aBatchLeftWithoutLossTokensTeachesNothing() throws {
            let run = try TinyRun(steps: 2)
            let hooks = ClosureHooks()
            hooks.onFilter = { facts in
                facts.step == 2 ? BatchEdit(weights: facts.documents.map { _ in 0 }) : nil
            }
            run.configuration.checkpoints.everySteps = 1
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps[1].skipReason == .noLossTokens)
            #expect(try run.weights(step: 1) == run.weights(step: 2))
        }

        @Test func aSkippedStepMovesNothingAndTheDataGoesOn() throws {
            let run = try TinyRun(steps: 3)
            run.configuration.checkpoints = .init(everySteps: 1, keepLast: 5)
            let hooks = ClosureHooks()
            hooks.onDecide = { $0.step == 2 ? .skip(reason: "loud") : .keep }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(try run.weights(step: 1) == run.weights(step: 2))
            #expect(try run.weights(step: 2) != run.weights(step: 3))
            #expect(log.steps.map(\.skipReason) == [nil, .verdict, nil])
            #expect(log.steps[1].totalTokens > log.steps[0].totalTokens)
            #expect(try run.metrics().contains { $0.contains("\"skip_reason\":\"verdict\"") })
            #expect(try run.events(["skip"]) == ["skip@2"])
        }

        @Test func aStopEndsTheRunAfterItsStepAndItGoesOnWhenResumed() throws {
            let run = try TinyRun(steps: 4)
            let hooks = ClosureHooks()
            hooks.onDecide = { $0.step == 2 ? .stop(reason: "enough") : .keep }
            let summary = try run.train(hooks: hooks)
            #expect(summary.ending == .stopped && summary.reason == "enough")
            #expect(summary.steps == 2 && summary.checkpoint == "step-000002")
            #expect(try run.train(resumes: true, hooks: hooks).steps == 4)
        }

        @Test func decidersSeeTheStepsBefore() throws {
            let run = try TinyRun(steps: 4)
            var seen: [[Double]] = []
            let hooks = ClosureHooks()
            hooks.onDecide = {
                seen.append($0.history.losses)
                return .keep
            }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            let losses = log.steps.map(\.loss)
            #expect(seen == (0..<4).map { Array(losses.prefix($0)) })
        }

        @Test func aDeciderMaySaveARunFromALossThatIsNotFinite() throws {
            let run = try TinyRun(steps: 4)
            let hooks = ClosureHooks()
            hooks.onSteer = { facts in
                let rate = facts.step == 1 ? 1e38 : 1e-2
                return [DialChange(path: "optimizer.lr", value: .number(rate), origin: "test")]
            }
            hooks.onDecide = { $0.loss.isFinite ? .keep : .skip(reason: "not finite") }
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps.last?.skipReason == .verdict)
        }

        @Test(arguments: ["steer", "filter", "decide"]) func aFailureEndsTheRunByDefault(
            place: String
        ) throws {
            let run = try TinyRun(steps: 5)
            run.configuration.checkpoints.everySteps = nil
            let error = #expect(throws: ScriptFailure.self) {
                try run.train(hooks: self.failing(at: place, step: 4))
            }
            #expect(error?.description == "broken")
            // The steps before it are saved, and go on as if nothing had happened.
            #expect(try run.train(resumes: true).steps == 5)
            let whole = try TinyRun(steps: 5)
            whole.configuration.checkpoints.everySteps = nil
            try whole.train()
            #expect(try run.weights(step: 5) == whole.weights(step: 5))
        }

        @Test(arguments: ["steer", "filter", "decide"]) func aFailureMayFailItsStepAlone(
            place: String
        ) throws {
            let run = try TinyRun(steps: 5)
            run.configuration.responses.script = .skip
            run.configuration.checkpoints = .init(everySteps: 1, keepLast: 9)
            let log = RunLog()
            let hooks = failing(at: place, step: 4)
            try run.train(observer: log, hooks: hooks)
            #expect(log.steps.map(\.skipReason) == [nil, nil, nil, .scriptError, nil])
            #expect(log.steps.map(\.hookErrors) == [0, 0, 0, 1, 0])
            #expect(try run.weights(step: 3) == run.weights(step: 4))
            #expect(try run.events(["script_error"]) == ["script_error@4"])
            #expect(log.remarks.contains { $0.contains("broken") })
        }

        @Test func answersThatCannotBeFollowedAreFailures() throws {
            let edits: [BatchEdit] = [
                BatchEdit(weights: []), BatchEdit(weights: [.nan]), BatchEdit(weights: [-1]),
            ]
            for edit in edits {
                let run = try TinyRun(steps: 1)
                let hooks = ClosureHooks()
                hooks.onFilter = { facts in
                    BatchEdit(
                        weights: edit.weights.isEmpty
                            ? [] : facts.documents.map { _ in edit.weights[0] })
                }
                let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
                #expect(error?.code == .badAnswer)
            }
            let run = try TinyRun(steps: 1)
            let hooks = ClosureHooks()
            hooks.onSteer = { _ in
                [DialChange(path: "optimiser.lr", value: .number(1), origin: "test")]
            }
            let error = #expect(throws: TrainingError.self) { try run.train(hooks: hooks) }
            #expect(error?.message.contains("optimizer.lr") == true)
        }

        @Test func whatHandlersMeasureJoinsTheStepsLine() throws {
            let run = try TinyRun(steps: 2)
            let hooks = ClosureHooks()
            hooks.measured = HookMeasurements(
                errors: 2, fields: ["hook/guard/calls": 7, "loss": 0, "type": "mine"])
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            let lines = try run.metrics().filter { $0.contains("\"type\":\"step\"") }
            #expect(lines.count == 2)
            #expect(lines.allSatisfy { $0.contains("\"hook\\/guard\\/calls\":7") })
            #expect(lines.allSatisfy { !$0.contains("\"loss\":0,") })
            #expect(log.steps.map(\.hookErrors) == [2, 2])
        }

        @Test func memoryThatCannotBeSavedLeavesTheWeightsSafe() throws {
            let run = try TinyRun(steps: 4)
            let hooks = ClosureHooks()
            hooks.onSave = { throw ScriptFailure(description: "a function cannot be saved") }
            #expect(throws: ScriptFailure.self) { try run.train(hooks: hooks) }
            let log = RunLog()
            let fresh = ClosureHooks()
            #expect(try run.train(resumes: true, observer: log, hooks: fresh).steps == 4)
            #expect(log.steps.first?.step == 3)
            #expect(log.remarks.contains { $0.contains("a function cannot be saved") })
            #expect(fresh.restored == [:])
        }

        private func failing(at place: String, step: Int) -> ClosureHooks {
            let hooks = ClosureHooks()
            let failure = ScriptFailure(description: "broken")
            switch place {
            case "steer": hooks.onSteer = { if $0.step == step - 1 { throw failure } else { [] } }
            case "filter": hooks.onFilter = { if $0.step == step { throw failure } else { nil } }
            default: hooks.onDecide = { if $0.step == step { throw failure } else { .keep } }
            }
            return hooks
        }
    }
}
