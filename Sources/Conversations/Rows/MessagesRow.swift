import Naming
import Templates

extension TrainingRow {
    /// `{"messages": [{"role": ..., "content": ...}, ...], "tools": [...]}`.
    static func messages(_ row: RowValue) throws(ConversationError) -> Content {
        // Some collections keep the same messages under the key of ShareGPT.
        let object = try row.object()
        let isOtherKey = !object.has("messages") && object.has("conversations")
        let list = try row.member(isOtherKey ? "conversations" : "messages")
        return try conversation(
            messages(in: list), of: row, tools: row.optional("tools")?.tools())
    }

    static func messages(
        in list: RowValue, isLearned: Bool = true
    ) throws(ConversationError) -> [Message] {
        var messages: [Message] = []
        for item in try list.items() {
            messages.append(try message(item, isLearned: isLearned))
        }
        return messages
    }

    /// Names of roles, and what each is here.
    private static let roles: [String: Role] = [
        "system": .system, "developer": .system, "user": .user, "assistant": .assistant,
        "bot": .assistant, "model": .assistant, "tool": .tool, "ipython": .tool,
    ]

    static func role(
        _ field: RowValue, among names: [String: Role]
    ) throws(ConversationError) -> Role {
        let name = try field.text()
        if let role = names[name] { return role }
        let known = names.keys.sorted()
        let near = nearestName(to: name, among: known).map { "; is it \"\($0)\"?" }
        throw field.fault(
            "\"\(name)\" is no role" + (near ?? "; there are \(known.joined(separator: ", "))"),
            .unknownRole)
    }

    private static func message(
        _ item: RowValue, isLearned: Bool
    ) throws(ConversationError) -> Message {
        let role = try role(item.member("role"), among: roles)
        var fields = try item.object()
        fields["role"] = .string(role.rawValue)
        if let calls = try item.optional("tool_calls") {
            fields["tool_calls"] = .list(try toolCalls(calls))
        } else {
            fields["tool_calls"] = nil
        }
        if let content = try item.optional("content") {
            fields["content"] = .string(try text(of: content))
        } else {
            // A message that only calls tools has no text; templates join the content to others.
            guard fields.has("tool_calls") else {
                _ = try item.member("content")
                throw item.fault("the message has no content", .missingKey)
            }
            fields["content"] = .string("")
        }
        fields["weight"] = nil
        var weight: Double?
        if let given = try item.optional("weight") {
            weight = try given.weight()
            guard role == .assistant || weight == 0 else {
                throw given.fault("only an assistant's message has a weight above 0")
            }
        }
        return Message(
            role: role, fields: fields, weight: isLearned ? weight : 0, key: item.key)
    }

    /// A string, or a list of parts of type `text`, joined.
    private static func text(of content: RowValue) throws(ConversationError) -> String {
        guard case .list = content.value else { return try content.text() }
        var text = ""
        for part in try content.items() {
            let type = try part.member("type")
            guard try type.text() == "text" else {
                throw type.fault("only parts of type \"text\" can be learned")
            }
            text += try part.member("text").text()
        }
        return text
    }

    /// Calls with their arguments as objects: templates print them as JSON themselves, so that
    /// arguments given as a string of JSON would come out quoted twice.
    private static func toolCalls(
        _ calls: RowValue
    ) throws(ConversationError) -> [TemplateValue] {
        var result: [TemplateValue] = []
        for call in try calls.items() {
            var object = try call.object()
            if let function = try call.optional("function") {
                object["function"] = .dictionary(try withParsedArguments(function))
            } else {
                _ = try call.member("name")
                object = try withParsedArguments(call)
            }
            result.append(.dictionary(object))
        }
        return result
    }

    private static func withParsedArguments(
        _ function: RowValue
    ) throws(ConversationError) -> TemplateDictionary {
        var object = try function.object()
        _ = try function.member("name").text()
        if let arguments = try function.optional("arguments") {
            object["arguments"] = .dictionary(try arguments.parsed().object())
        }
        return object
    }
}
