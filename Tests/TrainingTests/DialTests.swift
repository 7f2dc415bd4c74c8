import Foundation
import Optimizers
import Telemetry
import TestSupport
import Testing

@testable import Training

/// Laws of dials by themselves.
@Suite struct DialBoardTests {
    private func board(steps: Int = 100) throws -> DialBoard {
        DialBoard(try TinyRun().configuration, totalSteps: steps, readings: [])
    }

    private func refusal(_ path: String, _ value: DialValue, step: Int = 10) throws -> String? {
        let board = try board()
        do {
            _ = try board.check(
                [DialChange(path: path, value: value, origin: "test")], step: step)
            return nil
        } catch let error as TrainingError {
            #expect(error.code == .badDial && error.isUserMistake)
            return error.message
        }
    }

    @Test func everyDialHasItsValueAndTakesIt() throws {
        let board = try board()
        // Three forms of a share, of which a run of two sources has one for each.
        #expect(board.dials.count == Dial.catalogue.count - 3 + 2)
        for dial in board.dials {
            let value = try #require(board.values[dial.path])
            #expect(dial.accept(value) == value)
            #expect(try refusal(dial.path, value) == nil)
            #expect(!dial.documentation.isEmpty)
        }
        #expect(board.values["data.sums.weight"] == .number(0.5))
        #expect(board.values["evaluate.every_steps"] == .integer(3))
        #expect(board.values["schedule.factor"] == .number(1))
    }

    @Test func unknownPathsNameTheNearest() throws {
        #expect(try refusal("optimizer.learning", .number(1))?.contains("optimizer") == true)
        #expect(try refusal("data.bird.weight", .number(1))?.contains("data.birds.weight") == true)
        #expect(try refusal("data.<source>.weight", .number(1)) != nil)
    }

    @Test func valuesOutOfRangeAreRefusedWithWhatIsTaken() throws {
        let bad: [(String, DialValue)] = [
            ("optimizer.lr", .number(-1)), ("optimizer.lr", .number(.nan)),
            ("optimizer.lr", .number(.infinity)), ("optimizer.lr", .nothing),
            ("optimizer.lr", .boolean(true)), ("gradient_clip", .number(0)),
            ("data.birds.weight", .number(-0.5)), ("data.max_document_tokens", .integer(0)),
            ("checkpoint.keep_last", .integer(0)), ("checkpoint.keep_last", .nothing),
            ("evaluate.every_steps", .number(1.5)), ("steps", .integer(9)), ("steps", .nothing),
        ]
        for (path, value) in bad {
            let sentence = try refusal(path, value)
            #expect(sentence?.contains(path) == true, "\(path) \(value)")
        }
        let good: [(String, DialValue)] = [
            ("optimizer.lr", .integer(0)), ("gradient_clip", .nothing),
            ("evaluate.every_steps", .nothing), ("evaluate.every_steps", .number(4)),
            ("steps", .integer(10)), ("data.max_document_tokens", .nothing),
        ]
        for (path, value) in good { #expect(try refusal(path, value) == nil, "\(path) \(value)") }
    }

    @Test func valuesAreReadAsTheyAreTyped() {
        let read: [(String, DialValue?)] = [
            ("3e-4", .number(3e-4)), ("12", .integer(12)), ("-2", .integer(-2)),
            ("none", .nothing), ("nil", .nothing), ("true", .boolean(true)), ("0.5", .number(0.5)),
            ("nan", nil), ("inf", nil), ("0x10", nil), ("", nil), ("a", nil),
        ]
        for (text, value) in read { #expect(DialValue(text: text) == value, "\(text)") }
        for value: DialValue in [.number(0.1), .integer(7), .boolean(false), .nothing] {
            #expect(DialValue(text: value.description) == value)
            #expect(DialValue(metric: value.metric) == value)
        }
    }

    @Test func theLaterWordHolds() throws {
        var board = try board()
        let change = DialChange(path: "optimizer.lr", value: .number(0.5), origin: "test")
        #expect(board.set(change, step: 4) == .number(1e-2))
        #expect(board.learningRate == 0.5)
        // The recipe has not changed since: what was set holds.
        var same = try self.board()
        var remarks: [String] = []
        same.restore(board.settings) { remarks.append($0) }
        #expect(same.learningRate == 0.5 && remarks.count == 1)
        // The recipe was edited after: it holds.
        let edited = try TinyRun()
        edited.configuration.optimizer.learningRate = 2e-2
        var later = DialBoard(edited.configuration, totalSteps: 100, readings: [])
        later.restore(board.settings) { remarks.append($0) }
        #expect(later.learningRate == 2e-2 && remarks.last?.contains("the recipe says") == true)
    }
}

extension TrainerTests {
    /// Laws of dials that are turned while a run goes on.
    @Suite struct DialTests {
        /// Hooks that turn dials at steps.
        private func turning(_ changes: [Int: [(String, DialValue)]]) -> ClosureHooks {
            let hooks = ClosureHooks()
            hooks.onSteer = { facts in
                (changes[facts.step] ?? []).map {
                    DialChange(path: $0.0, value: $0.1, origin: "test")
                }
            }
            return hooks
        }

        @Test func aDialActsFromTheNextStepOn() throws {
            let run = try TinyRun(steps: 4)
            run.configuration.schedule = .constant(.init())
            let log = RunLog()
            try run.train(
                observer: log,
                hooks: turning([
                    1: [("optimizer.lr", .number(0.5))], 2: [("schedule.factor", .number(0.5))],
                    3: [("steps", .integer(5)), ("optimizer.lr", .integer(0))],
                ]))
            #expect(log.steps.map(\.learningRate) == [1e-2, 0.5, 0.25, 0, 0])
            #expect(log.steps.map(\.totalSteps) == [4, 4, 4, 5, 5])
            #expect(try run.events(["dial"]) == ["dial@1", "dial@2", "dial@3", "dial@3"])
            let lines = try run.metrics().filter { $0.contains("\"type\":\"dial\"") }
            #expect(lines.count == 4 && lines[0].contains("\"before\":0.01"))
            #expect(lines[0].contains("\"origin\":\"test\"") && lines[0].contains("\"step\":1"))
        }

        @Test func aDialEqualsTheRecipeThatSaysSo() throws {
            let (turned, written) = (try TinyRun(), try TinyRun())
            try turned.train(
                hooks: turning([
                    0: [
                        ("optimizer.weight_decay", .number(0.3)), ("gradient_clip", .number(0.2)),
                        ("data.sums.weight", .number(2)), ("optimizer.lr", .number(3e-2)),
                    ]
                ]))
            written.configuration.optimizer = .adamW(
                .init(learningRate: 3e-2, weightDecay: 0.3))
            written.configuration.gradientClip = 0.2
            written.configuration.data[1].share = .weight(2)
            try written.train()
            #expect(try turned.weights(step: 6) == written.weights(step: 6))
        }

        @Test func decayIsADialOfEveryOptimizer() throws {
            let (turned, written) = (try TinyRun(steps: 3), try TinyRun(steps: 3))
            for run in [turned, written] {
                run.configuration.optimizer = .sgd(.init(momentum: 0.9))
            }
            try turned.train(hooks: turning([0: [("optimizer.weight_decay", .number(0.3))]]))
            written.configuration.optimizer = .sgd(.init(momentum: 0.9, weightDecay: 0.3))
            try written.train()
            #expect(try turned.weights(step: 3) == written.weights(step: 3))
        }

        @Test func aRunMayBeShortenedToWhereItIs() throws {
            let run = try TinyRun(steps: 6)
            let summary = try run.train(hooks: turning([4: [("steps", .integer(4))]]))
            #expect(summary.steps == 4 && summary.ending == .completed)
            #expect(summary.heldOutAfter != nil)
        }

        @Test func aRefusedChangeLeavesAllAsItWas() throws {
            let run = try TinyRun(steps: 4)
            run.configuration.responses.script = .skip
            let log = RunLog()
            try run.train(
                observer: log,
                hooks: turning([
                    2: [("optimizer.lr", .number(0.5)), ("data.max_document_tokens", .integer(1))],
                    3: [("data.birds.weight", .integer(0)), ("data.sums.weight", .integer(0))],
                ]))
            #expect(log.steps.map(\.skipReason) == [nil, nil, .scriptError, .scriptError])
            #expect(log.steps[3].learningRate < 0.1)
            #expect(try run.events(["dial"]) == [])
        }

        @Test func whatIsMadeAheadDoesNotMatter() throws {
            let changes: [Int: [(String, DialValue)]] = [
                1: [("data.sums.weight", .number(3))], 3: [("data.birds.weight", .number(0.1))],
                4: [("data.max_document_tokens", .integer(60))],
                6: [("data.max_document_tokens", .nothing)],
            ]
            var bytes: [Data] = []
            for depth in [0, 1, 5] {
                let run = try TinyRun(steps: 8)
                run.configuration.prefetch = depth
                try run.train(hooks: turning(changes))
                bytes.append(try run.weights(step: 8))
            }
            #expect(Set(bytes).count == 1)
            let other = try TinyRun(steps: 8)
            try other.train()
            #expect(try other.weights(step: 8) != bytes[0])
        }

        @Test func longDocumentsArePassedOverAndCounted() throws {
            let run = try TinyRun(steps: 3)
            let hooks = turning([0: [("data.max_document_tokens", .integer(12))]])
            var longest = 0
            hooks.onFilter = { facts in
                longest = max(
                    longest,
                    facts.documents.filter { $0.source == "birds" }.map(\.tokens).max() ?? 0)
                return nil
            }
            // All birds are longer.
            run.configuration.data[0].share = .weight(0)
            let log = RunLog()
            try run.train(observer: log, hooks: hooks)
            #expect(longest == 0 && log.steps.allSatisfy { $0.tokensBySource["birds"] == 0 })
            let mixed = try TinyRun(steps: 3)
            let all = RunLog()
            try mixed.train(
                observer: all,
                hooks: turning([0: [("data.max_document_tokens", .integer(60))]]))
            #expect(all.steps[2].passedOver > 0)
            #expect(try mixed.metrics().contains { $0.contains("documents_passed_over") })
        }

        @Test(arguments: [2, 3, 4, 5]) func resumingAcrossAChangeIsExact(stopAfter: Int) throws {
            let changes: [Int: [(String, DialValue)]] = [
                3: [
                    ("data.sums.weight", .number(3)), ("optimizer.lr", .number(5e-3)),
                    ("data.max_document_tokens", .integer(60)), ("steps", .integer(9)),
                ]
            ]
            let whole = try TinyRun()
            try whole.train(hooks: turning(changes))
            let stopped = try TinyRun()
            let log = RunLog()
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            try stopped.train(observer: log, hooks: turning(changes))
            StopSignal.reset()
            try stopped.train(resumes: true, hooks: turning(changes))
            #expect(try whole.weights(step: 9) == stopped.weights(step: 9))
            #expect(try whole.metrics() == stopped.metrics())
        }

        @Test func anEditedRecipeOvertakesADial() throws {
            let run = try TinyRun(steps: 3)
            try run.train(hooks: turning([1: [("optimizer.lr", .number(0.5))]]))
            run.configuration.budget = .steps(5)
            run.configuration.schedule = .constant(.init())
            let kept = RunLog()
            try run.train(resumes: true, observer: kept)
            #expect(kept.steps.first?.learningRate == 0.5)
            run.configuration.budget = .steps(6)
            run.configuration.optimizer.learningRate = 0.125
            let edited = RunLog()
            try run.train(resumes: true, observer: edited)
            #expect(edited.steps.first?.learningRate == 0.125)
            #expect(edited.remarks.contains { $0.contains("optimizer.lr") })
        }
    }
}
