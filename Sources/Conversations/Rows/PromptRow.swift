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
        if let weight = try row.optional("weight"), try weight.weight() != 1 {
            throw weight.fault("a prompt counts as any other; leave the weight out")
        }
        let keys = try row.object()
        let isList = keys.has("messages") && !keys.has("prompt")
        let prompt = try row.member(isList ? "messages" : "prompt")
        guard case .list = prompt.value else {
            let text = try prompt.text()
            guard !text.isEmpty else { throw prompt.fault("the prompt is empty", .emptyTurn) }
            content = .text(text)
            return
        }
        let messages = try TrainingRow.messages(in: prompt, isLearned: false)
        try TurnOrder.check(messages, endsAsked: true)
        content = .conversation(
            try TrainingRow.ordered(
                messages, of: row, tools: row.optional("tools")?.tools()))
    }
}
