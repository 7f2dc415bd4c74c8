import Templates

extension TrainingRow {
    /// Reads a row from one line of JSON.
    ///
    /// - Parameters:
    ///   - format: `automatic` decides by the keys of the row.
    ///   - fields: where the row keeps what the format calls by these names, a key or a path of
    ///     keys with dots between; where any is given, the row is those and `commonKeys`.
    /// - Throws: `ConversationError` naming the key.
    public init(
        json: [UInt8], format: RowFormat, fields: [String: String] = [:]
    ) throws(ConversationError) {
        let row = try Self.row(json: json, fields: fields)
        let weight = try row.optional("weight")?.weight() ?? 1
        let format = format == .automatic ? try RowFormat.detected(in: row.object()) : format
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

    /// The object that a line of JSON is, under the format's names where `fields` gives any.
    ///
    /// - Parameter keepsOthers: whether keys that `fields` does not name stay what they are.
    static func row(
        json: [UInt8], fields: [String: String], keepsOthers: Bool = false
    ) throws(ConversationError) -> RowValue {
        let value: TemplateValue
        do throws(TemplateError) {
            value = try TemplateValue(json: json)
        } catch {
            throw ConversationError(.notJSON, "\(error.sentence) (column \(error.column))")
        }
        guard case .dictionary = value else {
            throw ConversationError(.notJSON, "the line is no object")
        }
        let row = RowValue(value: value, key: "")
        guard !fields.isEmpty else { return row }
        var members = try mapped(row, fields)
        if keepsOthers {
            let own = try row.object()
            for key in own.keys where !members.has(key) { members[key] = own[key] }
        }
        return RowValue(value: .dictionary(members), key: "")
    }

    /// Keys that rows of every format may have.
    public static let commonKeys = ["weight", "tools", "chat_template_kwargs"]

    /// The row under the format's names.
    private static func mapped(
        _ row: RowValue, _ fields: [String: String]
    ) throws(ConversationError) -> TemplateDictionary {
        var members = TemplateDictionary()
        for key in commonKeys where fields[key] == nil {
            members[key] = try row.optional(key)?.value
        }
        for (name, path) in fields.sorted(by: { $0.key < $1.key }) {
            if let whole = try row.optional(path) {
                members[name] = whole.value
                continue
            }
            var place = row
            for key in path.split(separator: ".", omittingEmptySubsequences: false) {
                place = try place.member(String(key))
            }
            members[name] = place.value
        }
        return members
    }

    /// A conversation whose turns are in order.
    static func conversation(
        _ messages: [Message], of row: RowValue, tools: [TemplateValue]?
    ) throws(ConversationError) -> Content {
        try TurnOrder.check(messages)
        return .conversation(try ordered(messages, of: row, tools: tools))
    }

    /// A conversation of messages whose order was checked.
    static func ordered(
        _ messages: [Message], of row: RowValue, tools: [TemplateValue]?
    ) throws(ConversationError) -> Conversation {
        let given = try row.optional("chat_template_kwargs")?.parsed()
        let variables = try given?.object() ?? [:]
        // What the template is told of the row itself; a row that overrode it would be another in use.
        for name in ["messages", "tools", "documents", "add_generation_prompt"]
        where variables[name] != nil {
            throw given!.fault("\(name) is not the row's to set")
        }
        return Conversation(messages: messages, tools: tools, variables: variables)
    }
}
