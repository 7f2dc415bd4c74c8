public import Conversations
import Templates

/// The messages of a chat, and how many of the oldest the model no longer sees.
///
/// An exchange is a user's message with all that follows up to the next one. Exchanges leave the
/// model's sight whole, the oldest first; the system's message always stays in sight.
public struct ChatHistory: Sendable, Equatable {
    /// All of the chat, what is out of sight included.
    public private(set) var conversation: Conversation
    /// Messages after the system's that are out of the model's sight.
    public private(set) var hiddenCount = 0

    /// A chat that has not begun, or one to go on with.
    public init(_ conversation: Conversation = Conversation(messages: [])) {
        self.conversation = conversation
    }

    /// What frames the chat, where something does.
    public var system: String? {
        get { conversation.messages.first.flatMap { $0.role == .system ? $0.content : nil } }
        set {
            if conversation.messages.first?.role == .system { conversation.messages.removeFirst() }
            if let newValue { conversation.messages.insert(Message(.system, newValue), at: 0) }
        }
    }

    /// The messages that the model is given.
    public var shown: ArraySlice<Message> {
        let messages = conversation.messages
        let start = systemCount
        return (messages[..<start] + messages[(start + hiddenCount)...])[...]
    }

    /// How often the user has spoken.
    public var exchangeCount: Int { exchangeStarts.count }

    /// Whether nothing was said yet; a system's message alone says nothing.
    public var isEmpty: Bool { exchangeCount == 0 }

    /// Adds a message.
    public mutating func append(_ role: Role, _ content: String) {
        conversation.messages.append(
            Message(role, content, key: "messages[\(conversation.messages.count)]"))
    }

    /// Takes back the last exchange.
    ///
    /// - Returns: what the user said in it; nil where nothing was said.
    @discardableResult
    public mutating func undo() -> String? {
        guard let start = exchangeStarts.last else { return nil }
        let said = conversation.messages[start].content
        conversation.messages.removeLast(conversation.messages.count - start)
        hiddenCount = min(hiddenCount, start - systemCount)
        return said
    }

    /// Forgets all but what the system says.
    public mutating func clear() {
        conversation.messages.removeLast(conversation.messages.count - systemCount)
        hiddenCount = 0
    }

    /// Takes the oldest exchange in sight out of it; the last one stays.
    ///
    /// - Returns: false where there is no other.
    mutating func hideOldestExchange() -> Bool {
        let first = systemCount + hiddenCount
        guard let next = exchangeStarts.first(where: { $0 > first }) else { return false }
        hiddenCount = next - systemCount
        return true
    }

    private var systemCount: Int { conversation.messages.first?.role == .system ? 1 : 0 }

    private var exchangeStarts: [Int] {
        conversation.messages.indices.filter { conversation.messages[$0].role == .user }
    }
}
