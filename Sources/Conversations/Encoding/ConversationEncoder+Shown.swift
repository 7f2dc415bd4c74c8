import Templates
import Texts

/// Whether a template writes all that a conversation says.
extension ConversationEncoder {
    /// Refuses a template that writes nothing of what a system, a user or a tool says, of a call, of a
    /// tool's definition, or of the reasoning before the last answer: the model would never see it, and
    /// nobody would know. Reasoning before earlier answers is left out by many templates on purpose.
    ///
    /// What a template writes may differ from what was said (trimmed, without switches such as
    /// `/no_think`), and a short text may stand there by chance. So each part gets a number of its own
    /// behind it, and the number must come out. Long texts that stand there as they are need no such probe.
    func checkShown(
        _ conversation: Conversation, rendered: String, addsGenerationPrompt: Bool,
        clock: TemplateClock = ChatTemplate.trainingClock
    ) throws(ConversationError) {
        guard let template, !ConversationEncoder.standsPlainly(conversation, in: rendered) else {
            return
        }
        var probe = ShownProbe()
        let marked = probe.mark(conversation)
        // A template that refuses numbers was not asked about them.
        guard !probe.marks.isEmpty,
            let shown = try? template.render(
                marked, addsGenerationPrompt: addsGenerationPrompt, specials: specials,
                clock: clock)
        else { return }
        for mark in probe.marks where !shown.text.holds(mark.digits) {
            throw ConversationError(
                .leftOut,
                "the chat template (\(template.name)) leaves out \(mark.what); take it out, or use a "
                    + "template that writes it", key: mark.key)
        }
    }

    /// Whether nothing but long texts was said, and each stands in the rendering.
    private static func standsPlainly(_ conversation: Conversation, in rendered: String) -> Bool {
        (conversation.tools ?? []).isEmpty
            && conversation.messages.allSatisfy { message in
                guard message.role != .assistant else {
                    return message.fields["tool_calls"] == nil && message.reasoning == nil
                }
                guard message.role != .tool, let text = message.content else { return false }
                return text.utf8.count >= 24 && rendered.holds(text)
            }
    }
}

/// A conversation with a number behind each of its parts.
private struct ShownProbe {
    struct Mark {
        let digits: String
        let what: String
        let key: String
    }

    private(set) var marks: [Mark] = []

    mutating func mark(_ conversation: Conversation) -> Conversation {
        var marked = conversation
        for index in marked.messages.indices {
            mark(&marked.messages[index])
        }
        if let last = marked.messages.indices.last, marked.messages[last].role == .assistant,
            let reasoning = marked.messages[last].reasoning
        {
            let digits = next("the assistant's reasoning", marked.messages[last].key)
            marked.messages[last].fields[reasoning.field] = .string("\(reasoning.text) \(digits)")
        }
        marked.tools = conversation.tools?.enumerated().map { index, tool in
            mark(
                tool, what: "a tool's definition",
                key: "tools[\(index)]", fields: ["name", "description"])
        }
        return marked
    }

    private mutating func mark(_ message: inout Message) {
        if message.role != .assistant, let text = message.content, text.contains(where: { !$0.isWhitespace }) {
            let digits = next("what the \(message.role.rawValue) says", message.key)
            message.fields["content"] = .string("\(text) \(digits)")
        }
        // A turn that is a call alone is looked at by what is learned of it.
        guard message.role == .assistant, message.content?.isEmpty == false,
            case .list(let calls)? = message.fields["tool_calls"]
        else { return }
        message.fields["tool_calls"] = .list(
            calls.map {
                mark($0, what: "a call of a tool", key: message.key, fields: ["name"])
            })
    }

    /// A definition or a call: the fields stand in `function`, or in the value itself.
    private mutating func mark(
        _ value: TemplateValue, what: String, key: String, fields: [String]
    ) -> TemplateValue {
        guard case .dictionary(var members) = value else { return value }
        var inner = members
        if case .dictionary(let function)? = members["function"] { inner = function }
        guard fields.contains(where: { inner[$0] != nil }) else { return value }
        let digits = next(what, key)
        for field in fields {
            if case .string(let text)? = inner[field] { inner[field] = .string(text + digits) }
        }
        guard members["function"] != nil else { return .dictionary(inner) }
        members["function"] = .dictionary(inner)
        return .dictionary(members)
    }

    /// Digits, which no filter for upper or lower case changes.
    private mutating func next(_ what: String, _ key: String) -> String {
        let digits = "90210771\(marks.count)17"
        marks.append(Mark(digits: digits, what: what, key: key))
        return digits
    }
}

extension Message {
    /// What the assistant thought before it answered, and the field that holds it; nil for nothing.
    fileprivate var reasoning: (field: String, text: String)? {
        for field in ["reasoning_content", "reasoning", "thinking"] {
            if case .string(let text)? = fields[field], text.contains(where: { !$0.isWhitespace }) {
                return (field, text)
            }
        }
        return nil
    }
}

extension String {
    /// Whether a text that is not empty occurs in this one, byte for byte.
    fileprivate func holds(_ part: String) -> Bool {
        ByteSearch(Array(part.utf8)).first(in: Array(utf8)) != nil
    }
}
