import Templates

/// A question that the model is to answer by itself.
public struct PromptRow: Sendable, Equatable {
    /// How the question is written.
    public enum Content: Sendable, Equatable {
        /// The model goes on after a text.
        case text(String)
        /// The model answers the last message.
        case conversation(Conversation)
    }

    /// The question.
    public var content: Content

    /// Reads a row from one line of JSON.
    ///
    /// It is `prompt`, a text or a list of messages, or `messages`; everything else that the row
    /// holds is for whoever judges the answers.
    ///
    /// - Parameter fields: where the row keeps what is called by these names here.
    /// - Throws: `ConversationError` naming the key.
    public init(json: [UInt8], fields: [String: String] = [:]) throws(ConversationError) {
        let row = try TrainingRow.row(json: json, fields: fields, keepsOthers: true)
        guard PromptRow.depth(of: row.value) <= PromptRow.deepest else {
            throw row.fault(
                "the row is nested more than \(PromptRow.deepest) deep, which rewards cannot take")
        }
        let keys = try row.object()
        let isList = keys.has("messages") && !keys.has("prompt")
        let prompt = try row.member(isList ? "messages" : "prompt")
        switch prompt.value {
        case .list: break
        case .string(let text):
            guard !text.isEmpty else { throw prompt.fault("the prompt is empty") }
            content = .text(text)
            return
        default: throw prompt.fault("a prompt is a text or a list of messages")
        }
        let messages = try TrainingRow.messages(in: prompt, isLearned: false)
        try TurnOrder.check(messages, endsAsked: true)
        content = .conversation(
            try TrainingRow.ordered(
                messages, of: row, tools: row.optional("tools")?.tools()))
    }

    /// How deep a row may be nested: what judges answers is handed the whole of it.
    static let deepest = 48

    private static func depth(of value: TemplateValue) -> Int {
        switch value {
        case .list(let items): 1 + (items.map(depth).max() ?? 0)
        case .dictionary(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }
}
