import Templates

extension TrainingRow {
    /// Reads a row from one line of JSON.
    ///
    /// - Parameter format: `automatic` decides by the keys of the row.
    /// - Throws: `ConversationError` naming the key.
    public init(json: [UInt8], format: RowFormat) throws(ConversationError) {
        let value: TemplateValue
        do throws(TemplateError) {
            value = try TemplateValue(json: json)
        } catch {
            throw ConversationError(.notJSON, "\(error.sentence) (column \(error.column))")
        }
        let row = RowValue(value: value, key: "")
        guard case .dictionary(let members) = value else {
            throw ConversationError(.notJSON, "the line is no object")
        }
        let weight = try row.optional("weight")?.weight() ?? 1
        let format = format == .automatic ? try RowFormat.detected(in: members) : format
        switch format {
        case .messages: self.init(try Self.messages(row), weight: weight)
        case .completion: self.init(try Self.completion(row), weight: weight)
        case .alpaca: self.init(try Self.alpaca(row), weight: weight)
        case .sharegpt: self.init(try Self.shareGPT(row), weight: weight)
        case .converse: self.init(try Self.converse(row), weight: weight)
        case .text, .automatic:
            let text = try row.member("text")
            guard try !text.text().isEmpty else {
                throw text.fault("the text is empty", .emptyTurn)
            }
            self.init(.text(try text.text()), weight: weight)
        }
    }

    /// A conversation whose turns are in order.
    static func conversation(
        _ messages: [Message], of row: RowValue, tools: [TemplateValue]?
    ) throws(ConversationError) -> Content {
        try TurnOrder.check(messages)
        let given = try row.optional("chat_template_kwargs")?.parsed()
        let variables = try given?.object() ?? [:]
        // What the template is told of the row itself; a row that overrode it would be another in use.
        for name in ["messages", "tools", "documents", "add_generation_prompt"]
        where variables[name] != nil {
            throw given!.fault("\(name) is not the row's to set")
        }
        return .conversation(
            Conversation(messages: messages, tools: tools, variables: variables))
    }
}
