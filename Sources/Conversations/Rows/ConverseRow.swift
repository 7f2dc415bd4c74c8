import Templates

extension TrainingRow {
    /// `{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": ...}], "messages":
    /// [{"role": ..., "content": [{"text": ...}, ...]}, ...], "toolConfig": ...}`.
    static func converse(_ row: RowValue) throws(ConversationError) -> Content {
        var messages: [Message] = []
        if let system = try row.optional("system") {
            var text = ""
            for block in try system.items() { text += try block.member("text").text() }
            if !text.isEmpty { messages.append(Message(.system, text, key: system.key)) }
        }
        for item in try row.member("messages").items() {
            guard try !item.object().has("candidates") else {
                throw item.fault(
                    "the row compares answers (candidates); supervised rows have one answer")
            }
            let role = try role(
                item.member("role"), among: ["user": .user, "assistant": .assistant])
            let blocks = try item.member("content").items()
            if role == .user {
                messages += try asked(blocks, item)
            } else {
                messages.append(try answered(blocks, item))
            }
        }
        return try conversation(messages, of: row, tools: tools(row))
    }

    /// A user's message: results of tools first, each a message of its own, then the text.
    private static func asked(
        _ blocks: [RowValue], _ item: RowValue
    ) throws(ConversationError) -> [Message] {
        var messages: [Message] = []
        var text: String?
        for block in blocks {
            if let result = try block.optional("toolResult") {
                guard text == nil else {
                    throw block.fault("a tool's result stands before the user's text")
                }
                messages.append(try toolResult(result))
            } else {
                text = (text ?? "") + (try self.text(block))
            }
        }
        if let text { messages.append(Message(.user, text, key: item.key)) }
        guard !messages.isEmpty else { throw item.fault("the message has no content") }
        return messages
    }

    private static func answered(
        _ blocks: [RowValue], _ item: RowValue
    ) throws(ConversationError) -> Message {
        var fields: TemplateDictionary = ["role": "assistant"]
        var text = ""
        var reasoning = ""
        var calls: [TemplateValue] = []
        for block in blocks {
            if let call = try block.optional("toolUse") {
                let arguments = try call.optional("input")?.object() ?? [:]
                var object: TemplateDictionary = [
                    "type": "function",
                    "function": .dictionary([
                        "name": .string(try call.member("name").text()),
                        "arguments": .dictionary(arguments),
                    ]),
                ]
                object["id"] = try call.optional("toolUseId")?.value
                calls.append(.dictionary(object))
            } else if let thought = try block.optional("reasoningContent") {
                reasoning += try thought.member("reasoningText").member("text").text()
            } else {
                text += try self.text(block)
            }
        }
        fields["content"] = .string(text)
        if !reasoning.isEmpty { fields["reasoning_content"] = .string(reasoning) }
        if !calls.isEmpty { fields["tool_calls"] = .list(calls) }
        return Message(
            role: .assistant, fields: fields, weight: try item.optional("weight")?.weight(),
            key: item.key)
    }

    private static func toolResult(_ result: RowValue) throws(ConversationError) -> Message {
        var text = ""
        for block in try result.member("content").items() {
            if let json = try block.optional("json") {
                text += try printed(json)
            } else {
                text += try self.text(block)
            }
        }
        var fields: TemplateDictionary = ["role": "tool", "content": .string(text)]
        fields["tool_call_id"] = try result.optional("toolUseId")?.value
        return Message(role: .tool, fields: fields, key: result.key)
    }

    /// A value as Python's `json.dumps` writes it, which is what templates do with results.
    private static func printed(_ json: RowValue) throws(ConversationError) -> String {
        do throws(TemplateError) {
            return try Template("{{ value | tojson }}").render(["value": json.value]).text
        } catch {
            throw json.fault(error.sentence)
        }
    }

    private static func text(_ block: RowValue) throws(ConversationError) -> String {
        let keys = try block.object().keys
        guard keys.contains("text") else {
            throw block.fault(
                "a block of \(keys.first.map { "\"\($0)\"" } ?? "nothing") cannot be learned here; "
                    + "there are text, reasoningContent, toolUse and toolResult")
        }
        return try block.member("text").text()
    }

    /// `toolConfig.tools[].toolSpec` as JSON schemas of functions.
    private static func tools(_ row: RowValue) throws(ConversationError) -> [TemplateValue]? {
        guard let tools = try row.optional("toolConfig")?.member("tools") else { return nil }
        var result: [TemplateValue] = []
        for tool in try tools.items() {
            let specification = try tool.member("toolSpec")
            var function: TemplateDictionary = [
                "name": .string(try specification.member("name").text())
            ]
            function["description"] = try specification.optional("description")?.value
            function["parameters"] = try specification.optional("inputSchema")?.member("json").value
            result.append(.dictionary(["type": "function", "function": .dictionary(function)]))
        }
        return result.isEmpty ? nil : result
    }
}
