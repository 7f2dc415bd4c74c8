import Corpora
import Generation
import Templates
import Tokenizers
public import Training
public import Transformers

/// Multiple choice by log-likelihood: the model chooses the answer that it finds likeliest after
/// the question.
///
/// `accuracy` compares the answers' log-likelihoods, `accuracy_norm` those a byte of text, which
/// does not favour short answers; the names are those of EleutherAI's evaluation harness, where
/// they are `acc` and `acc_norm`. `probability` is the mean share of the right answer among all, by
/// likelihood: it moves before the accuracy of a small model does.
public struct ChoiceProbe: ProbeRecipe {
    public let name: String
    /// A file of JSON rows.
    public let path: String
    /// What stands before an answer.
    public let prompt: FieldText
    /// The field with the list of answers.
    public let choices: String
    /// The field with the right one: its index from 0, its letter, or its text.
    public let answer: String
    /// What stands between prompt and answer.
    public let separator: String
    /// The most rows, spread over the file.
    public let limit: Int?

    /// A probe of a file's questions.
    public init(
        name: String, path: String, prompt: FieldText, choices: String, answer: String,
        separator: String = " ", limit: Int?
    ) {
        self.name = name
        self.path = path
        self.prompt = prompt
        self.choices = choices
        self.answer = answer
        self.separator = separator
        self.limit = limit
    }

    public func open(in setting: ProbeSetting) throws -> any Probe {
        var rows = try ProbeRows(path: path, limit: limit)
        let questions = try rows.map { row throws(RowFault) in
            try question(row, in: setting)
        }
        var runs: [TokenRun] = []
        var bytes: [Int] = []
        for question in questions {
            for choice in question.choices {
                runs.append(
                    TokenRun(
                        document: runs.count, ids: choice.ids, lossWeights: choice.weights))
                bytes.append(choice.bytes)
            }
        }
        let length = runs.reduce(1) { max($0, $1.ids.count) }
        return OpenChoiceProbe(
            name: name,
            set: try EvaluationSet(
                MemoryTokens(name: name, runs: runs, byteCounts: bytes),
                // What follows an answer is not asked.
                packing: Packing(policy: .whole, length: length, end: nil),
                tokenizer: setting.tokenizer, rows: setting.rows),
            right: questions.map(\.right), counts: questions.map(\.choices.count), bytes: bytes,
            dropped: rows.dropped, microRows: setting.microRows,
            bootstrap: Bootstrap(seed: setting.seed, name: name))
    }

    private struct Question {
        var choices: [(ids: [Int32], weights: [Float], bytes: Int)]
        var right: Int
    }

    private func question(
        _ row: ProbeRows.Row, in setting: ProbeSetting
    ) throws(RowFault) -> Question {
        let asked = try prompt.text(of: row.fields)
        guard case .list(let list) = try FieldText.field(choices, of: row.fields) else {
            throw RowFault(cause: "\"\(choices)\" is no list")
        }
        var texts: [String] = []
        for value in list {
            guard case .string(let text) = value, !text.isEmpty else {
                throw RowFault(cause: "an answer that is no text")
            }
            texts.append(text)
        }
        guard texts.count > 1 else { throw RowFault(cause: "fewer than two answers") }
        let right = try index(of: FieldText.field(answer, of: row.fields), among: texts)
        let lead = setting.tokenizer.prompt(asked, of: setting.model)
        var choices: [(ids: [Int32], weights: [Float], bytes: Int)] = []
        for text in texts {
            let continuation = separator + text
            // The answer's tokens are those that the whole has beyond the question's: where the two
            // meet, words may be cut otherwise.
            let whole = setting.tokenizer.prompt(asked + continuation, of: setting.model)
            let shared = min(zip(lead, whole).prefix { $0 == $1 }.count, whole.count - 1)
            guard shared > 0 else { throw RowFault(cause: "an empty question") }
            let answer = whole.count - shared
            let most = setting.positions
            guard answer < most else { throw RowFault(cause: "an answer longer than the model") }
            // A question that is too long loses its beginning.
            let ids = Array(whole.suffix(most))
            choices.append(
                (
                    ids,
                    Array(repeating: 0, count: ids.count - answer)
                        + Array(repeating: 1, count: answer),
                    continuation.utf8.count
                ))
        }
        return Question(choices: choices, right: right)
    }

    private func index(of value: TemplateValue, among texts: [String]) throws(RowFault) -> Int {
        switch value {
        case .integer(let index) where texts.indices.contains(Int(index)): return Int(index)
        case .string(let text):
            if let index = texts.firstIndex(of: text) { return index }
            if text.utf8.count == 1, let letter = text.uppercased().utf8.first,
                case let index = Int(letter) - 65, texts.indices.contains(index)
            {
                return index
            }
            if let index = Int(text), texts.indices.contains(index) { return index }
        default: break
        }
        throw RowFault(cause: "\"\(answer)\" names none of the answers")
    }
}

/// A choice probe with its questions.
struct OpenChoiceProbe: Probe {
    let name: String
    /// Every answer of every question, one document each.
    let set: EvaluationSet
    /// By question.
    let right: [Int]
    let counts: [Int]
    /// By answer.
    let bytes: [Int]
    let dropped: [String: Int]
    let microRows: Int
    let bootstrap: Bootstrap

    func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult? {
        let losses = try set.documentLosses(
            of: model, microRows: microRows, isStopped: { host.isStopped })
        guard let losses else { return nil }
        var plain: [Double] = []
        var normalized: [Double] = []
        var share: [Double] = []
        var first = 0
        for (question, count) in counts.enumerated() {
            let answers = first..<first + count
            first += count
            let own = answers.map { losses[$0].nats }
            let rated = answers.map { losses[$0].nats / Double(max(1, bytes[$0])) }
            plain.append(least(own) == right[question] ? 1 : 0)
            normalized.append(least(rated) == right[question] ? 1 : 0)
            let lowest = own.min() ?? 0
            let likelihoods = own.map { Likelihood.of($0 - lowest) }
            share.append(likelihoods[right[question]] / likelihoods.reduce(0, +))
        }
        return ProbeResult(
            name: name,
            values: [
                value("accuracy", plain), value("accuracy_norm", normalized),
                value("probability", share),
            ], count: counts.count, dropped: dropped)
    }

    /// The first of the smallest.
    private func least(_ numbers: [Double]) -> Int {
        numbers.indices.min { numbers[$0] < numbers[$1] } ?? 0
    }

    private func value(_ name: String, _ items: [Double]) -> ProbeResult.Value {
        ProbeResult.Value(mean: name, of: items, bootstrap)
    }
}
