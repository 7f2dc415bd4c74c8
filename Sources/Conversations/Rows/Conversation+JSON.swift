public import Templates

extension Conversation {
    /// A row of the format `messages`, on one line, that reads as this conversation again.
    ///
    /// - Throws: `ConversationError` where a value is beyond what JSON can say.
    public func messagesRow() throws(ConversationError) -> String {
        var row: TemplateDictionary = [
            "messages": .list(messages.map { .dictionary($0.rowFields) })
        ]
        if let tools { row["tools"] = .list(tools) }
        if !variables.keys.isEmpty { row["chat_template_kwargs"] = .dictionary(variables) }
        return try TemplateValue.dictionary(row).json()
    }
}

extension TemplateValue {
    /// The value as JSON, on one line.
    ///
    /// - Throws: `ConversationError` where it is beyond what JSON can say.
    public func json() throws(ConversationError) -> String {
        do throws(TemplateError) {
            return try Template("{{ value | tojson }}").render(["value": self]).text
        } catch {
            throw ConversationError(.wrongValue, error.sentence)
        }
    }
}

extension Message {
    /// The fields, with the weight where it is not the role's own.
    fileprivate var rowFields: TemplateDictionary {
        var fields = fields
        if weight != (role == .assistant ? 1 : 0) { fields["weight"] = .float(weight) }
        return fields
    }
}
