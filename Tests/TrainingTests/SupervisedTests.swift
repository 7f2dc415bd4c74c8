import Conversations
import Foundation
import TestSupport
import Testing
import Tokenizers

@testable import Corpora
@testable import Training

extension TrainerTests {
    /// Supervised runs: what is learned, what is asserted, and that they resume.
    @Suite struct SupervisedTests {
        @Test func answersAreLearnedAndSetsAreMeasured() throws {
            let run = try SupervisedRun.make(steps: 12)
            let log = RunLog()
            let summary = try run.train(observer: log)
            let before = try #require(summary.heldOutBefore)
            let after = try #require(summary.heldOutAfter)
            #expect(after.loss < before.loss)
            #expect(Set(after.lossBySource.keys).isSuperset(of: ["large"]))
            #expect(log.remarks.contains { $0.contains("tokens are learned; the masks of") })
            let unwritten = log.remarks.filter { $0.contains("are learned as they stand") }
            #expect(unwritten.count == 1 && unwritten[0].hasPrefix("plain: "))
            // Far fewer tokens count than are read.
            #expect(log.steps.allSatisfy { $0.lossTokens < $0.tokens / 2 && $0.lossTokens > 0 })
            #expect(try run.text("chat_template.jinja", step: 12) == SupervisedRun.template)
        }

        @Test(arguments: [1, 3]) func resumingEqualsNeverHavingStopped(stopAfter: Int) throws {
            let whole = try SupervisedRun.make()
            try whole.train()
            let stopped = try SupervisedRun.make()
            stopped.configuration.prefetch = 0
            let log = RunLog()
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            let summary = try stopped.train(observer: log)
            StopSignal.reset()
            #expect(summary.steps == stopAfter)
            stopped.configuration.prefetch = 3
            try stopped.train(resumes: true)
            #expect(try whole.weights(step: 6) == stopped.weights(step: 6))
            #expect(try whole.metrics() == stopped.metrics())
        }

        @Test func aTemplateOfTheFolderIsCarriedAlong() throws {
            let first = try SupervisedRun.make(steps: 2)
            first.configuration.checkpoints.everySteps = nil
            try first.train()
            let second = try SupervisedRun.make(steps: 2)
            second.configuration.model = .folder(first.path)
            second.configuration.tokenizer = .model
            second.configuration.chatTemplate = .model
            try second.train()
            #expect(try second.text("chat_template.jinja", step: 2) == SupervisedRun.template)
        }

        @Test func whatDoesNotFitTogetherIsRefused() throws {
            func message(_ change: (TinyRun) -> Void) throws -> String {
                let run = try SupervisedRun.make(steps: 1)
                change(run)
                let error = #expect(throws: (any Error).self) { try run.train() }
                return "\(error.map { "\($0)" } ?? "")"
            }
            #expect(
                try message { $0.configuration.packing = .chunk }.contains("\"whole\" or \"pad\""))
            #expect(try message { $0.configuration.method = .languageModelling }.contains("sft"))
            #expect(
                try message { $0.configuration.chatTemplate = .model }.contains("chat_template"))
            #expect(
                try message { $0.configuration.chatTemplate = .chatML }.contains("<|im_start|>"))
            #expect(
                try message { $0.configuration.chatTemplate = .text("{% if %}") }
                    .contains("chat_template:1:"))
            #expect(
                try message { $0.configuration.evaluation.sets[0].name = "counts" }
                    .contains("names a source and a validation set"))
            #expect(
                try message { run in
                    run.configuration.data = [
                        WeightedSource(source: Source(name: "a", place: .memory(["text"])))
                    ]
                }.contains("nj.data.chat"))
        }

        /// What ends a turn ends texts in other programs too, which read it from that file alone.
        @Test func theEndOfATurnIsTold() throws {
            let run = try SupervisedRun.make(steps: 2)
            let settings = "checkpoints/step-000002/generation_config.json"
            try run.train()
            #expect(!FileManager.default.fileExists(atPath: run.path + "/" + settings))
            let other = try SupervisedRun.make(steps: 2)
            other.configuration.chatTemplate = .text(
                SupervisedRun.template.replacingOccurrences(of: "eos_token", with: "pad_token"))
            try other.train()
            let text = try String(contentsOfFile: other.path + "/" + settings, encoding: .utf8)
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            #expect(object?["eos_token_id"] as? [Int] == [256, 257])
        }

        // MARK: - The assertions before the first step

        private struct Made {
            let folder: TemporaryFolder
            let shard: TokenShard
            let source: Source
        }

        /// A shard of one row, masked by hand.
        private func shard(
            _ row: String, _ mask: (TrainedTokens) -> [Float],
            template: String = SupervisedRun.template
        ) throws -> Made {
            let folder = try TemporaryFolder()
            let tokenizer = ByteTokenizer()
            let encoder = try encoder(template)
            let tokens = try encoder.encode(TrainingRow(json: Array(row.utf8), format: .automatic))
            let path = folder.file("x.shard").path
            let writer = try ShardWriter(
                path: path, vocabularySize: tokenizer.vocabularySize,
                tokenizerFingerprint: tokenizer.fingerprint, sourceKey: "", isWeighted: true)
            let document = Document(
                utf8: Array(row.utf8), origin: DocumentOrigin(source: "x", line: 1))
            try writer.append(
                EncodedDocument(
                    ids: tokens.ids, lossWeights: mask(tokens), textBytes: 1, startsMidway: true,
                    goesOn: true), of: document)
            try writer.finish()
            return Made(
                folder: folder, shard: try TokenShard(path: path, name: "x"),
                source: SupervisedRun.source("x", [row]))
        }

        private func encoder(_ template: String) throws -> ConversationEncoder {
            ConversationEncoder(
                template: try ChatTemplate(template, name: "test"), tokenizer: ByteTokenizer())
        }

        private func check(
            _ made: Made, template: String = SupervisedRun.template
        ) throws -> Int {
            try MaskCheck(
                encoder: encoder(template), tokenizer: ByteTokenizer(),
                packing: Packing(policy: .whole, length: 128, tokens: ByteTokenizer().specialTokens)
            ).check(made.shard, of: made.source)
        }

        private static let row = SupervisedRun.rows(3..<4)[0]

        @Test func aTrueMaskPasses() throws {
            #expect(try check(shard(Self.row) { $0.lossWeights }) == 1)
        }

        /// Masks that a mistake could make, and what the run says of them.
        @Test(arguments: [
            ("nothing", "nothing is learned"), ("everything", "learned"), ("no end", "ends the"),
            ("a word of a user", "a system or a user"),
            ("a byte late", "after what the model is given"),
            ("other weights", "another weight"),
        ])
        func aFalseMaskEndsTheRunAndShowsTheRow(kind: String, sentence: String) throws {
            let made = try shard(Self.row) { tokens in
                var weights = tokens.lossWeights
                switch kind {
                case "nothing": weights = weights.map { _ in 0 }
                case "everything": weights = weights.map { _ in 1 }
                case "no end": for answer in tokens.answers { weights[answer.upperBound - 1] = 0 }
                case "a word of a user": weights[tokens.answers[0].lowerBound - 12] = 1
                case "a byte late": for answer in tokens.answers { weights[answer.lowerBound] = 0 }
                default: weights = weights.map { $0 > 0 ? 1 : 0 }
                }
                return weights
            }
            let error = #expect(throws: TrainingError.self) { try self.check(made) }
            #expect(error?.code == .badMask, "\(kind): \(String(describing: error))")
            #expect(error?.message.contains("x: memory:1") == true)
            // What differs first may be another assertion's word.
            #expect(
                error?.message.contains(sentence) == true
                    || error?.message.contains("are learned") == true
                    || error?.message.contains("ends the assistant's turn") == true,
                "\(kind): \(String(describing: error))")
        }

        @Test func anotherPromptInUseEndsTheRun() throws {
            let made = try shard(Self.row) { $0.lossWeights }
            let other = SupervisedRun.template.replacingOccurrences(
                of: "'assistant: '", with: "'assistant:'")
            let error = #expect(throws: TrainingError.self) {
                try self.check(made, template: other)
            }
            #expect(error?.code == .badMask)
        }

        @Test func rowsAreShownWithTheirMasks() throws {
            let run = try SupervisedRun.make()
            let inspection = try MaskInspection(
                run.configuration, cacheFolder: run.folder.file("cache").path, rows: 1,
                remark: { _ in }, progress: { _, _ in })
            #expect(inspection.parts.map(\.name) == ["counts", "plain", "large"])
            #expect(inspection.parts.map(\.isHeldOut) == [false, false, true])
            let end = ByteTokenizer.end
            #expect(
                inspection.parts[2].rows[0].marked
                    == "system: count\(end)user: 500\(end)assistant: {+501\(end)+}user: on\(end)"
                    + "assistant: {+502\(end)+}")
            #expect(inspection.parts[1].rows[0].marked == "0 + 1 = {+1\(end)+}")
            #expect(inspection.parts[2].trainedCount == 5 * 8)
            #expect(inspection.parts[2].rows[0].stretches.map(\.weight) == [0, 0.5, 0, 1])
        }
    }
}
