import Corpora
import Foundation
import TestSupport
import Testing

@testable import Training

/// Laws of `state.json`.
@Suite struct RunStateTests {
    private func state() throws -> RunState {
        var state = try RunState(json: Array(RunStateTests.formatOne.utf8), path: "here")
        state.course.dials["optimizer.lr"] = DialBoard.Setting(
            value: .number(0.1), recipe: .number(1), origin: "x", step: 3)
        state.course.begun = BegunStep(
            hasFailed: false, isFiltered: true, edit: BatchEdit(weights: [0.1, 1]),
            verdict: .rollback(reason: "because"))
        state.course.history.append(
            .init(step: 4, loss: .nan, gradientNorm: .infinity, isSkipped: true))
        return state
    }

    @Test func whatIsWrittenIsRead() throws {
        let text = try state().json()
        let again = try RunState(json: Array(text.utf8), path: "here")
        #expect(try again.json() == text)
        #expect(again.course.begun?.verdict == .rollback(reason: "because"))
        #expect(again.course.history.losses[0].isNaN)
    }

    @Test func formatOneMigrates() throws {
        let state = try RunState(json: Array(RunStateTests.formatOne.utf8), path: "here")
        #expect(state.format == RunState.currentFormat && state.step == 4)
        #expect(state.course.rollbackTarget == 4 && state.course.announcedCheckpoint == 4)
        #expect(state.course.dials.isEmpty && state.loader.sources[0].passedOver == 0)
    }

    @Test func newerFormatsAreRefusedByNumber() throws {
        let newer = RunStateTests.formatOne.replacing(
            "\"format\" : 1,\n  \"last",
            with:
                "\"format\" : 3,\n  \"last")
        let error = #expect(throws: TrainingError.self) {
            try RunState(json: Array(newer.utf8), path: "here")
        }
        #expect(error?.message.contains("format 3") == true)
    }

    @Test func historyForgetsTheOldest() {
        var history = StepHistory()
        for step in 1...(StepHistory.capacity + 5) {
            history.append(
                .init(step: step, loss: Double(step), gradientNorm: 1, isSkipped: false))
        }
        #expect(history.entries.count == StepHistory.capacity && history.losses.first == 6)
    }

    /// As the version before wrote it.
    static let formatOne = """
        {
          "backend" : {
            "hasNativeBFloat16" : false,
            "instructionSet" : "plain",
            "name" : "reference",
            "products" : "none",
            "threadCount" : 1
          },
          "best" : [

          ],
          "build" : "0.1.0",
          "format" : 1,
          "lastHeldOut" : {
            "loss" : 3.5,
            "step" : 3
          },
          "loader" : {
            "batches" : 4,
            "format" : 1,
            "seed" : 0,
            "sources" : [
              {
                "epoch" : 0,
                "fingerprint" : "f",
                "mixTokens" : 10,
                "name" : "birds",
                "open" : [

                ],
                "place" : 2,
                "tokens" : 10
              }
            ]
          },
          "lossTokens" : 90,
          "metricsOffset" : 100,
          "optimizerSteps" : 4,
          "precision" : "f32",
          "seed" : 0,
          "step" : 4,
          "tokens" : 96
        }
        """
}
