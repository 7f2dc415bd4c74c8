import Templates

extension TrainingRow {
    /// `{"prompt": ..., "completion": ...}`: texts, or lists of messages.
    static func completion(_ row: RowValue) throws(ConversationError) -> Content {
        let prompt = try row.member("prompt")
        let completion = try row.member("completion")
        guard case .list = prompt.value else {
            guard try !completion.text().isEmpty else {
                throw completion.fault("the completion is empty", .emptyTurn)
            }
            return .completion(prompt: try prompt.text(), completion: try completion.text())
        }
        let asked = try messages(in: prompt, isLearned: false)
        let answered = try messages(in: completion)
        return try conversation(
            asked + answered, of: row, tools: row.optional("tools")?.tools())
    }

    /// `{"instruction": ..., "input": ..., "output": ..., "system": ..., "history": [[...]]}`.
    static func alpaca(_ row: RowValue) throws(ConversationError) -> Content {
        var messages: [Message] = []
        if let system = try row.optional("system"), try !system.text().isEmpty {
            messages.append(Message(.system, try system.text(), key: system.key))
        }
        for turn in try row.optional("history")?.items() ?? [] {
            let pair = try turn.items()
            guard pair.count == 2 else { throw turn.fault("a turn is a question and an answer") }
            messages.append(Message(.user, try pair[0].text(), key: pair[0].key))
            messages.append(Message(.assistant, try pair[1].text(), key: pair[1].key))
        }
        let instruction = try row.member("instruction")
        var question = try instruction.text()
        if let input = try row.optional("input"), try !input.text().isEmpty {
            question += "\n" + (try input.text())
        }
        messages.append(Message(.user, question, key: instruction.key))
        let output = try row.member("output")
        messages.append(Message(.assistant, try output.text(), key: output.key))
        return try conversation(messages, of: row, tools: nil)
    }

    /// `{"conversations": [{"from": "human", "value": ...}, ...], "system": ...}`.
    static func shareGPT(_ row: RowValue) throws(ConversationError) -> Content {
        var messages: [Message] = []
        if let system = try row.optional("system"), try !system.text().isEmpty {
            messages.append(Message(.system, try system.text(), key: system.key))
        }
        for turn in try row.member("conversations").items() {
            let from = try turn.member("from")
            let value = try turn.member("value")
            let weight = try turn.optional("weight")?.weight()
            if try from.text() == "function_call" {
                messages.append(try call(value, weight: weight))
                continue
            }
            let role = try role(from, among: speakers)
            guard role == .assistant || weight ?? 0 == 0 else {
                throw turn.fault("only an assistant's message has a weight above 0")
            }
            messages.append(Message(role, try value.text(), weight: weight, key: turn.key))
        }
        return try conversation(messages, of: row, tools: row.optional("tools")?.tools())
    }

    /// Who speaks in ShareGPT's rows, as different collections name them.
    private static let speakers: [String: Role] = [
        "system": .system, "human": .user, "user": .user, "gpt": .assistant,
        "assistant": .assistant, "chatgpt": .assistant, "model": .assistant, "bot": .assistant,
        "bing": .assistant, "bard": .assistant, "tool": .tool, "observation": .tool,
        "function_response": .tool,
    ]

    /// A call whose name and arguments are a string of JSON.
    private static func call(
        _ value: RowValue, weight: Double?
    ) throws(ConversationError) -> Message {
        let call = try value.parsed()
        let name = try call.member("name").text()
        let arguments = try call.optional("arguments")?.parsed().object() ?? [:]
        let function: TemplateDictionary = [
            "name": .string(name), "arguments": .dictionary(arguments),
        ]
        return Message(
            role: .assistant,
            fields: [
                "role": "assistant", "content": "",
                "tool_calls": .list([
                    .dictionary(["type": "function", "function": .dictionary(function)])
                ]),
            ], weight: weight, key: value.key)
    }
}
