import Corpora
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

extension TrainerTests {
    /// The rows of every step, found again from what a run left.
    @Suite struct StepInspectionTests {
        private func inspect(_ run: TinyRun, _ step: Int) throws -> StepInspection {
            try StepInspection(
                run.configuration, run: run.path, step: step,
                on: ReferenceBackend.shared.description, cacheFolder: run.folder.file("cache").path,
                remark: { _ in }, progress: { _, _ in })
        }

        /// Trains to the end, turning dials on the way; the batches by step.
        private func train(
            _ trainer: Trainer, turning dials: [Int: [(String, DialValue)]], until last: Int,
            into batches: inout [Int: Batch]
        ) throws {
            try trainer.begin()
            while trainer.isActive, trainer.state.step < last {
                if let changes = dials[trainer.state.step] {
                    try trainer.setDials(
                        changes.map { DialChange(path: $0.0, value: $0.1, origin: "program") })
                }
                _ = try trainer.forwardBackward()
                batches[trainer.state.step + 1] = trainer.pending?.batch
                _ = try trainer.optimStep()
            }
        }

        @Test func rowsOfEveryStepAreFoundAgain() throws {
            let run = try TinyRun(steps: 30)
            run.configuration.checkpoints = .init(everySteps: 8, keepLast: 2, keepBest: 0)
            let dials: [Int: [(String, DialValue)]] = [
                3: [("data.sums.weight", .number(2))],
                8: [("data.birds.weight", .number(1)), ("data.sums.weight", .number(1))],
                13: [("data.max_document_tokens", .integer(70)), ("optimizer.lr", .number(0.001))],
                23: [("data.sums.weight", .number(0))],
                // One after the other would leave no source with a share.
                25: [("data.birds.weight", .number(0)), ("data.sums.weight", .number(1))],
                19: [("data.max_document_tokens", .nothing), ("data.birds.weight", .integer(3))],
            ]
            var batches: [Int: Batch] = [:]
            // Killed at step 21 and resumed from 16: steps from there on are made again.
            do {
                try train(run.trainer(), turning: dials, until: 21, into: &batches)
                try run.forgetCheckpoints(after: 16)
            }
            try train(run.trainer(resumes: true), turning: dials, until: 30, into: &batches)
            #expect(batches.count == 30)
            for (step, batch) in batches {
                let found = try inspect(run, step)
                #expect(found.numbers.step == step && found.before.count == min(20, step - 1))
                #expect(found.pieces.count == batch.pieces.count, "step \(step)")
                for (piece, expected) in zip(found.pieces, batch.pieces) {
                    #expect(piece.row == expected.row && piece.columns == expected.columns)
                    #expect(piece.offset == expected.offset && piece.epoch == expected.epoch)
                    #expect(piece.origin.source == batch.sources[expected.source])
                    let start = expected.row * batch.length + expected.columns.lowerBound
                    let ids = Array(batch.inputs[start..<start + expected.columns.count])
                    #expect(piece.ids == ids, "step \(step)")
                }
            }
            // Without any checkpoint the stream is made from the beginning.
            try run.forgetCheckpoints(after: 0)
            let last = try inspect(run, 30)
            #expect(last.pieces.flatMap(\.ids) == batches[30]?.inputs)
        }

        @Test func aStepThatWasNotMadeIsRefused() throws {
            let run = try TinyRun(steps: 3)
            #expect(throws: TrainingError.self) { try inspect(run, 1) }
            try run.train()
            for step in [0, 4, -1, .max] {
                let error = #expect(throws: TrainingError.self) { try inspect(run, step) }
                #expect(error?.message.contains("has no step \(step)") == true)
            }
            #expect(try inspect(run, 3).rows == 4)
        }

        @Test func otherDataIsRefused() throws {
            let run = try TinyRun(steps: 4)
            try run.train()
            run.configuration.data[0].source.place = .memory(["another text", "and one more"])
            #expect(throws: CorporaError.self) { try inspect(run, 4) }
        }
    }
}
