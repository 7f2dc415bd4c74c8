import Foundation
import Generation
import Tokenizers
public import Training
public import Transformers

/// Prompts that the model answers freely, each by its likeliest tokens: the answer is compared with
/// the right one to the letter, or a script says what it is worth.
public struct AnswerProbe: ProbeRecipe {
    /// How an answer is judged.
    public enum Judge: Sendable, Hashable {
        /// It equals what the row says, spaces at its ends aside: `exact_match`.
        case exact(answer: FieldText)
        /// The mean of what a script says of each: `score`.
        case script(answer: FieldText?)
    }

    public let name: String
    /// A file of JSON rows.
    public let path: String
    /// What the model continues, or is asked.
    public let prompt: FieldText
    /// How answers are judged.
    public let judge: Judge
    /// Whether prompts are what a user says; nil where the run's rows are conversations.
    public let isChat: Bool?
    /// The most tokens of an answer.
    public let maximumNewTokens: Int
    /// An answer ends before the first of these; nil for the end of the line, and none in a chat.
    public let stop: [String]?
    /// The most rows, spread over the file.
    public let limit: Int?

    /// A probe of a file's prompts.
    public init(
        name: String, path: String, prompt: FieldText, judge: Judge, isChat: Bool?,
        maximumNewTokens: Int, stop: [String]?, limit: Int?
    ) {
        self.name = name
        self.path = path
        self.prompt = prompt
        self.judge = judge
        self.isChat = isChat
        self.maximumNewTokens = maximumNewTokens
        self.stop = stop
        self.limit = limit
    }

    public func open(in setting: ProbeSetting) throws -> any Probe {
        let writer = try ProbePrompt(isChat: isChat, in: setting, of: name)
        let expected: FieldText? =
            switch judge {
            case .exact(let answer): answer
            case .script(let answer): answer
            }
        var rows = try ProbeRows(path: path, limit: limit)
        let items = try rows.map { row throws(RowFault) -> (ProbeAnswer, [Int32]) in
            let text = try prompt.text(of: row.fields)
            return (
                ProbeAnswer(
                    row: row.line, prompt: text, completion: "",
                    expected: try expected?.text(of: row.fields)),
                try writer.ids(of: text, leaving: maximumNewTokens)
            )
        }
        return OpenAnswerProbe(
            name: name, answers: items.map(\.0),
            asking: Asking(
                prompts: items.map(\.1), maximumNewTokens: maximumNewTokens, stopStrings: stop ?? (writer.isChat ? [] : ["\n"]),
                stopTokens: Set(
                    ([writer.end] + setting.model.endTokens.map { Int32(clamping: $0) })
                        .compactMap { $0 })), isExact: isExact, dropped: rows.dropped,
            tokenizer: setting.tokenizer, bootstrap: Bootstrap(seed: setting.seed, name: name))
    }

    private var isExact: Bool {
        if case .exact = judge { true } else { false }
    }
}

/// An answer probe with its prompts.
struct OpenAnswerProbe: Probe {
    let name: String
    let answers: [ProbeAnswer]
    let asking: Asking
    let isExact: Bool
    let dropped: [String: Int]
    let tokenizer: any Tokenizer
    let bootstrap: Bootstrap

    func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult? {
        guard let written = try asking.ask(model, tokenizer, for: host) else { return nil }
        let answers = zip(self.answers, written).map { answer, continuation in
            var answer = answer
            answer.completion = continuation.text
            return answer
        }
        let items: [Double]
        if isExact {
            items = answers.map { OpenAnswerProbe.isRight($0) ? 1 : 0 }
        } else {
            let door = "\(OpenAnswerProbe.group).\(name).score"
            items = try host.scores(of: answers, by: door)
            guard items.count == answers.count, items.allSatisfy(\.isFinite) else {
                throw EvaluationError(
                    .badAnswer, "\(door) gave something else than a finite number an answer.")
            }
        }
        return ProbeResult(
            name: name,
            values: [.init(mean: isExact ? "exact_match" : "score", of: items, bootstrap)],
            count: items.count, dropped: dropped)
    }

    /// Where the functions of scripts that score answers stand.
    private static let group = "probes"

    private static func isRight(_ answer: ProbeAnswer) -> Bool {
        func trimmed(_ text: String) -> String {
            text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return trimmed(answer.completion) == trimmed(answer.expected ?? "")
    }
}
