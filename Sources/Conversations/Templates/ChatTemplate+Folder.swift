import Templates

extension ChatTemplate {
    /// The file of a model folder that holds the template alone.
    public static let fileName = "chat_template.jinja"
    private static let configurationName = "tokenizer_config.json"

    /// The template of a model folder: `chat_template.jinja`, else the `chat_template` of
    /// `tokenizer_config.json`, which is a text or a list of named texts.
    ///
    /// - Parameters:
    ///   - files: the tokenizer's files by name.
    ///   - folder: what errors call the folder.
    /// - Returns: nil where the folder has none.
    /// - Throws: `ConversationError` of code `badTemplate` naming the file.
    public static func of(
        files: [(name: String, contents: [UInt8])], folder: String
    ) throws(ConversationError) -> ChatTemplate? {
        if let file = files.first(where: { $0.name == fileName }) {
            guard let text = String(validating: file.contents, as: UTF8.self) else {
                throw ConversationError(.badTemplate, "\(folder)/\(fileName) is not UTF-8")
            }
            return try ChatTemplate(text, name: "\(folder)/\(fileName)")
        }
        guard let file = files.first(where: { $0.name == configurationName }) else { return nil }
        return try ofConfiguration(file.contents, path: "\(folder)/\(configurationName)")
    }

    private static func ofConfiguration(
        _ contents: [UInt8], path: String
    ) throws(ConversationError) -> ChatTemplate? {
        let value: TemplateValue
        do throws(TemplateError) {
            value = try TemplateValue(json: contents, name: path)
        } catch {
            throw ConversationError(.badTemplate, "\(error)")
        }
        guard case .dictionary(let keys) = value, let template = keys["chat_template"] else {
            return nil
        }
        let place = "\(path), chat_template"
        switch template {
        case .string(let text): return try ChatTemplate(text, name: place)
        case .none: return nil
        case .list(let named):
            var texts: [String: String] = [:]
            for case .dictionary(let entry) in named {
                guard case .string(let name)? = entry["name"],
                    case .string(let text)? = entry["template"]
                else { continue }
                texts[name] = text
            }
            guard let text = texts["default"] else {
                throw ConversationError(
                    .badTemplate, "\(place): the list has no template named \"default\"")
            }
            return try ChatTemplate(text, name: place, toolSource: texts["tool_use"])
        default:
            throw ConversationError(
                .badTemplate, "\(place): a text, or a list of named texts, is due")
        }
    }
}
