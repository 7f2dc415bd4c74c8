import Autograd
import Corpora
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training
import Transformers

@testable import Evaluation

/// What probes ask, on a model too small to know anything.
@Suite struct ProbeTests {
    private static let tokenizer = ByteTokenizer()

    private struct Host: ProbeHost {
        var isStopped = false

        func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double] {
            answers.map { Double($0.completion.utf8.count) }
        }
    }

    private let model: Decoder

    private static func makeModel() -> Decoder {
        let sizes = ModelConfiguration(
            vocabularySize: tokenizer.vocabularySize, hiddenSize: 16, intermediateSize: 24,
            layerCount: 2, headCount: 2, keyValueHeadCount: 1, headSize: 8, maximumPositions: 64,
            initializerRange: 0.3)
        let model = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        model.initialize(seed: 5)
        return model
    }

    private func setting(heldOut: [ProbeSetting.HeldOut] = [], microRows: Int = 2) throws
        -> ProbeSetting
    {
        ProbeSetting(
            tokenizer: Self.tokenizer, model: model.configuration, heldOut: heldOut,
            packing: try Packing(length: 16, tokens: Self.tokenizer.specialTokens), positions: 64,
            rows: 4, microRows: microRows, seed: 7)
    }

    private func heldOut(_ name: String, _ texts: [String], isReplay: Bool = false) throws
        -> ProbeSetting.HeldOut
    {
        .init(
            tokens: try MemoryTokens(
                name: name,
                runs: texts.enumerated().map {
                    TokenRun(document: $0, ids: Self.tokenizer.encode($1))
                }), isReplay: isReplay)
    }

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        model = ProbeTests.makeModel()
    }

    private func file(_ rows: [String], _ name: String = "rows.jsonl") throws -> String {
        try folder.write(rows.joined(separator: "\n") + "\n", to: name).path
    }

    /// The sum of the negative log-likelihoods of what follows `given`, token by token.
    private func nats(_ text: String, given: Int, end: Bool = false) -> (Double, Int) {
        var ids = Self.tokenizer.encode(text)
        if end, let token = Self.tokenizer.specialTokens.end { ids.append(token) }
        let shape: Shape = [ids.count - 1]
        let backend = model.backend
        let context = SequenceContext(
            batch: 1, time: ids.count - 1,
            positions: Tensor((0..<ids.count - 1).map(Int32.init), shape: shape, on: backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor([Int32](repeating: 0, count: ids.count - 1), shape: shape, on: backend)
            ))
        let hidden = model.hidden(
            Tensor(Array(ids.dropLast()), shape: shape, on: backend), in: context,
            on: Tape(gradients: nil))
        let losses = model.loss(
            hidden, targets: Tensor(Array(ids.dropFirst()), shape: shape, on: backend),
            weights: Tensor([Float](repeating: 1, count: ids.count - 1), shape: shape, on: backend),
            normalizer: 1, on: Tape(gradients: nil)
        ).tokenLosses.read()
        let asked = losses.dropFirst(max(0, given - 1))
        return (asked.reduce(0) { $0 + Double($1) }, asked.count)
    }

    // MARK: - Loss

    @Test func lossIsTheMeanOfTheCategories() throws {
        let texts = [["abc", "defgh"], ["swift", "x y"]]
        let setting = try setting(heldOut: [
            heldOut("law", texts[0], isReplay: true), heldOut("fiction", texts[1], isReplay: true),
        ])
        let probe = try LossProbe(name: "general", text: .heldOut(["replay"]), tokens: 1000)
            .open(in: setting)
        let result = try #require(try probe.measure(model, for: Host()))
        let expected = texts.map { texts in
            let parts = texts.map { nats($0, given: 1, end: true) }
            return parts.reduce(0) { $0 + $1.0 } / Double(parts.reduce(0) { $0 + $1.1 })
        }
        #expect(abs(try #require(result["loss/law"]) - expected[0]) < 1e-5)
        #expect(abs(try #require(result["loss/fiction"]) - expected[1]) < 1e-5)
        #expect(abs(try #require(result["loss"]) - (expected[0] + expected[1]) / 2) < 1e-5)
        #expect(result.headline?.name == "loss" && result.count == 4)
        let headline = try #require(result.headline)
        #expect(try #require(headline.low) <= headline.value)
        #expect(try #require(headline.high) >= headline.value)
    }

    @Test func theAnswerIsTheSameHoweverManyRowsAPassHas() throws {
        let held = try heldOut("law", (0..<9).map { "row \($0) of some length \($0 * $0)" })
        var seen: Set<ProbeResult> = []
        for micro in [1, 2, 4] {
            let probe = try LossProbe(name: "law", text: .heldOut(["law"]), tokens: 200)
                .open(in: setting(heldOut: [held], microRows: micro))
            seen.insert(try #require(try probe.measure(model, for: Host())))
        }
        #expect(seen.count == 1)
    }

    @Test func textThatIsNotHeldOutIsNamed() throws {
        let setting = try setting(heldOut: [heldOut("law", ["abc"])])
        let error = #expect(throws: EvaluationError.self) {
            try LossProbe(name: "p", text: .heldOut(["lav"]), tokens: 10).open(in: setting)
        }
        #expect(error?.message.contains("did you mean \"law\"") == true)
        #expect(throws: EvaluationError.self) {
            try LossProbe(name: "p", text: .heldOut(["replay"]), tokens: 10).open(in: setting)
        }
    }

    // MARK: - Choice

    @Test func choicesAreComparedByTheirLikelihood() throws {
        let path = try file([
            #"{"question": "one", "choices": ["a", "bcd", "zz"], "answer": 1}"#,
            #"{"question": "two", "choices": ["ef", "g"], "answer": "B"}"#,
            #"{"question": "three", "choices": ["h", "ij"], "answer": "h"}"#,
            #"{"question": "four", "choices": ["h"], "answer": 0}"#,
            #"{"question": "five", "choices": ["h", "i"], "answer": "x"}"#,
        ])
        let probe = try ChoiceProbe(
            name: "quiz", path: path, prompt: FieldText("{question}:"), choices: "choices",
            answer: "answer", limit: nil
        ).open(in: setting())
        let result = try #require(try probe.measure(model, for: Host()))
        var plain = 0.0
        var normalized = 0.0
        for (question, choices, right) in [
            ("one", ["a", "bcd", "zz"], 1), ("two", ["ef", "g"], 1), ("three", ["h", "ij"], 0),
        ] {
            let lead = question.utf8.count + 1
            let scores = choices.map { nats("\(question): \($0)", given: lead).0 }
            let rated = zip(scores, choices).map { $0 / Double($1.utf8.count + 1) }
            plain += scores.indices.min { scores[$0] < scores[$1] } == right ? 1 : 0
            normalized += rated.indices.min { rated[$0] < rated[$1] } == right ? 1 : 0
        }
        #expect(result["accuracy"] == plain / 3 && result["accuracy_norm"] == normalized / 3)
        #expect(result.count == 3)
        #expect(result.dropped == ["fewer than two answers": 1, "\"answer\" names none of the answers": 1])
        #expect(result.remark?.contains("1 (fewer than two answers)") == true)
    }

    // MARK: - Answers

    @Test func answersAreComparedToTheLetter() throws {
        func probe(_ answer: String, _ judge: AnswerProbe.Judge) throws -> ProbeResult? {
            let path = try file([#"{"prompt": "ab", "answer": "\#(answer)"}"#])
            return try AnswerProbe(
                name: "echo", path: path, prompt: FieldText("prompt"), judge: judge, isChat: nil,
                maximumNewTokens: 5, stop: nil, limit: nil
            ).open(in: setting()).measure(model, for: Host())
        }
        let judge = AnswerProbe.Judge.exact(answer: try FieldText("answer"))
        #expect(try probe("surely not", judge)?["exact_match"] == 0)
        let scored = try #require(try probe("x", .script(answer: nil)))
        let score = try #require(scored["score"])
        #expect(scored.headline?.name == "score" && (0...20).contains(score))
    }

    @Test func aStoppedProbeSaysNothing() throws {
        let held = try heldOut("law", ["abc", "def"])
        let probe = try LossProbe(name: "law", text: .heldOut(["law"]), tokens: 100)
            .open(in: setting(heldOut: [held]))
        #expect(try probe.measure(model, for: Host(isStopped: true)) == nil)
    }

    // MARK: - Labels

    @Test func labelsAreWrittenAndScoredByLevel() throws {
        let path = try file([
            #"{"text": "iron", "code": "11", "path": ["1", "11"]}"#,
            #"{"text": "gold", "code": "12", "path": ["1", "12"]}"#,
            #"{"text": "corn", "code": "21", "path": ["2", "21"]}"#,
            #"{"text": "wheat", "code": "21", "path": ["2", "21"]}"#,
            #"{"text": "odd", "code": "21", "path": ["3", "21"]}"#,
        ])
        let probe = try LabelProbe(
            name: "codes", path: path, prompt: FieldText("{text}: "), label: FieldText("code"),
            levels: "path", labelsPath: nil, isChat: nil, limit: nil
        ).open(in: setting())
        let result = try #require(try probe.measure(model, for: Host()))
        #expect(result.values.map(\.name).prefix(4) == [
            "macro_f1", "accuracy", "macro_f1/level_1", "accuracy/level_1",
        ])
        let leaf = try #require(result["accuracy"]), root = try #require(result["accuracy/level_1"])
        #expect(root >= leaf)
        // The last level is the label's own.
        #expect(result["macro_f1/level_2"] == result["macro_f1"])
    }

    @Test func aFileWithoutRowsThatCanBeAskedIsAnError() throws {
        let path = try file([#"{"txt": "a"}"#, #"{"txt": "b"}"#])
        let error = #expect(throws: EvaluationError.self) {
            try LabelProbe(
                name: "codes", path: path, prompt: FieldText("text"), label: FieldText("label"),
                levels: nil, labelsPath: nil, isChat: nil, limit: nil
            ).open(in: setting())
        }
        #expect(error?.message.contains("none of 2 rows") == true)
        let broken = try file([#"{"text": "a""#])
        let second = #expect(throws: EvaluationError.self) {
            try AnswerProbe(
                name: "x", path: broken, prompt: FieldText("text"), judge: .script(answer: nil),
                isChat: nil, maximumNewTokens: 1, stop: nil, limit: nil
            ).open(in: setting())
        }
        #expect(second?.message.contains("line 1") == true)
    }

    @Test func aChatNeedsATemplate() throws {
        let path = try file([#"{"prompt": "a", "answer": "b"}"#])
        let error = #expect(throws: EvaluationError.self) {
            try AnswerProbe(
                name: "x", path: path, prompt: FieldText("prompt"),
                judge: .exact(answer: FieldText("answer")), isChat: true, maximumNewTokens: 1,
                stop: nil, limit: nil
            ).open(in: setting())
        }
        #expect(error?.message.contains("chat = true") == true)
    }
}

extension ProbeSetting {
    /// A setting without a template and with no sources to tokenize.
    fileprivate init(
        tokenizer: any Tokenizer, model: ModelConfiguration, heldOut: [HeldOut], packing: Packing,
        positions: Int, rows: Int, microRows: Int, seed: UInt64
    ) {
        self.init(
            tokenizer: tokenizer, model: model, template: { nil }, readsConversations: false,
            heldOut: heldOut, packing: packing, positions: positions, rows: rows,
            microRows: microRows, seed: seed,
            tokenize: { source in
                throw TrainingError(.badConfiguration, "\(source.name) is not to be read")
            })
    }
}
