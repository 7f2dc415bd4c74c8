import Templates

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
        do throws(TemplateError) {
            return try Template("{{ value | tojson }}").render(["value": .dictionary(row)]).text
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
