import Templates

/// The order of turns that chats have: a system's message, then user and assistant by turns, with
/// the results of tools after the calls.
enum TurnOrder {
    /// - Parameter endsAsked: whether the last turn is one that the model is to answer, and not the
    ///   assistant's.
    static func check(
        _ messages: [Message], endsAsked: Bool = false
    ) throws(ConversationError) {
        guard let first = messages.first else {
            throw ConversationError(.missingKey, "the conversation has no message")
        }
        var before: Message?
        for message in messages {
            if message.role == .assistant { try checkSaysSomething(message) }
            guard let last = before else {
                guard message.role != .assistant, message.role != .tool else {
                    throw wrong(message, "the first turn is the \(message.role.rawValue)'s")
                }
                before = message
                continue
            }
            let isInOrder: Bool =
                switch message.role {
                case .system: false
                case .user: last.role != .user
                case .assistant: last.role == .user || last.role == .tool
                case .tool: last.role == .tool || (last.role == .assistant && last.calls)
                }
            guard isInOrder else {
                throw wrong(
                    message,
                    "the \(message.role.rawValue)'s message follows the \(last.role.rawValue)'s")
            }
            before = message
        }
        if endsAsked {
            guard let last = before, last.role == .user || last.role == .tool else {
                throw ConversationError(
                    .wrongValue,
                    "the last message is the \(before?.role.rawValue ?? "")'s, and a prompt ends "
                        + "with what is to be answered: a user's message, or a tool's",
                    key: before?.key ?? first.key)
            }
            return
        }
        guard messages.contains(where: { $0.role == .assistant }) else {
            throw ConversationError(
                .nothingTrained, "the assistant says nothing in this conversation", key: first.key)
        }
    }

    private static func wrong(_ message: Message, _ sentence: String) -> ConversationError {
        let rule =
            message.role == .tool
            ? "a tool answers an assistant's call" : "user and assistant take turns, the user first"
        return ConversationError(.notAlternating, "\(sentence); \(rule)", key: message.key)
    }

    private static func checkSaysSomething(_ message: Message) throws(ConversationError) {
        let isBlank = message.content?.allSatisfy(\.isWhitespace) ?? true
        guard isBlank, !message.calls else { return }
        throw ConversationError(
            .emptyTurn, "the assistant's message is empty: nothing but its end would be learned",
            key: message.key)
    }
}

extension Message {
    /// Whether the assistant calls a tool.
    var calls: Bool {
        guard case .list(let calls)? = fields["tool_calls"] else { return false }
        return !calls.isEmpty
    }
}
