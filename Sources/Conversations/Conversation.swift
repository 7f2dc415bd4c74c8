public import Templates

/// Who says a message.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// What frames the conversation.
    case system
    /// Who asks.
    case user
    /// Who is trained.
    case assistant
    /// What a tool gave back.
    case tool
}

/// One message of a conversation.
public struct Message: Sendable, Equatable {
    /// Who says it.
    public var role: Role
    /// The message as a template sees it: `role`, `content`, and for tools `tool_calls`, `name` or
    /// `tool_call_id`, in the order of the row.
    public var fields: TemplateDictionary
    /// What the tokens of an assistant's message count in the loss; 0 leaves it as context.
    public var weight: Double
    /// Where the message stands in its row: `messages[2]`.
    public var key: String

    /// A message by its fields; an assistant's counts 1 where no weight is given, others 0.
    public init(
        role: Role, fields: TemplateDictionary, weight: Double? = nil, key: String = "messages"
    ) {
        self.role = role
        self.fields = fields
        self.weight = weight ?? (role == .assistant ? 1 : 0)
        self.key = key
    }

    /// A message of text.
    public init(_ role: Role, _ content: String, weight: Double? = nil, key: String = "messages") {
        self.init(
            role: role, fields: ["role": .string(role.rawValue), "content": .string(content)],
            weight: weight, key: key)
    }

    /// The text of the message, where it has one.
    public var content: String? {
        if case .string(let text)? = fields["content"] { text } else { nil }
    }
}

/// Messages in turn, with the tools that the assistant may call.
public struct Conversation: Sendable, Equatable {
    /// In the order in which they are said.
    public var messages: [Message]
    /// Definitions of tools as JSON schemas, for templates that print them.
    public var tools: [TemplateValue]?
    /// Variables of the row's own for the template (`chat_template_kwargs`).
    public var variables: TemplateDictionary

    /// Messages, with nothing else where nothing is given.
    public init(
        messages: [Message], tools: [TemplateValue]? = nil, variables: TemplateDictionary = [:]
    ) {
        self.messages = messages
        self.tools = tools
        self.variables = variables
    }
}

/// What a row of training data says.
public struct TrainingRow: Sendable, Equatable {
    /// The kinds of rows.
    public enum Content: Sendable, Equatable {
        /// Messages, rendered with a chat template; the assistant's are learned.
        case conversation(Conversation)
        /// Plain text of which the completion is learned.
        case completion(prompt: String, completion: String)
        /// Plain text, all of it learned.
        case text(String)
    }

    /// What the row holds.
    public var content: Content
    /// What the whole row counts in the loss, 0 or more; times the weights of its messages.
    public var weight: Double

    /// A row that counts as any other, unless a weight is given.
    public init(_ content: Content, weight: Double = 1) {
        self.content = content
        self.weight = weight
    }
}
