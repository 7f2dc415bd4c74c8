import Naming
import Templates

/// The formats in which rows of conversations are published.
public enum RowFormat: String, Sendable, Hashable, CaseIterable {
    /// Each row is read as what its keys say; a row that fits several formats is refused.
    case automatic = "auto"
    /// `messages` with `role` and `content`, as the chat interface of OpenAI and Hugging Face have
    /// it.
    case messages
    /// `prompt` and `completion`: two texts, or two lists of messages.
    case completion
    /// `text` alone.
    case text
    /// `instruction`, `input` and `output`, with `system` and `history` where there are any.
    case alpaca
    /// `conversations` with `from` and `value`.
    case sharegpt
    /// Amazon Bedrock's Converse: `system` and `messages` whose content is a list of blocks.
    case converse

    /// The formats whose keys a row has.
    static func fitting(_ row: TemplateDictionary) -> [RowFormat] {
        var formats: [RowFormat] = []
        if let messages = row["messages"] {
            let isConverse = row.has("schemaVersion") || Self.hasUntypedBlocks(messages)
            formats.append(isConverse ? .converse : .messages)
        }
        if case .list(let turns)? = row["conversations"] {
            let hasRoles = turns.contains {
                if case .dictionary(let turn) = $0 { turn.has("role") } else { false }
            }
            formats.append(hasRoles ? .messages : .sharegpt)
        } else if row.has("conversations") {
            formats.append(.sharegpt)
        }
        if row.has("prompt"), row.has("completion") { formats.append(.completion) }
        if row.has("instruction"), row.has("output") { formats.append(.alpaca) }
        if row.has("text") { formats.append(.text) }
        return formats
    }

    /// Whether some content is a list of blocks that do not name their type, as only Converse's
    /// are.
    private static func hasUntypedBlocks(_ messages: TemplateValue) -> Bool {
        guard case .list(let messages) = messages else { return false }
        return messages.contains { message in
            guard case .dictionary(let message) = message else { return false }
            if message.has("candidates") { return true }
            guard case .list(let blocks)? = message["content"] else { return false }
            return blocks.contains {
                if case .dictionary(let block) = $0 { !block.has("type") } else { false }
            }
        }
    }

    /// The one format that a row has.
    static func detected(in row: TemplateDictionary) throws(ConversationError) -> RowFormat {
        let formats = fitting(row)
        if formats.count == 1 { return formats[0] }
        guard formats.isEmpty else {
            let names = formats.map { "\"\($0.rawValue)\"" }.joined(separator: " and ")
            throw ConversationError(
                .unknownFormat, "the row fits \(names); say which with format")
        }
        guard !row.has("chosen") || !row.has("rejected") else {
            throw ConversationError(
                .unknownFormat,
                "the row compares two answers (chosen and rejected); rows of conversations have one")
        }
        let known = ["messages", "conversations", "prompt", "completion", "instruction", "text"]
        for key in row.keys where !known.contains(key) {
            if let near = nearestName(to: key, among: known) {
                throw ConversationError(
                    .unknownFormat, "the row has \"\(key)\"; is it \"\(near)\"?", key: key)
            }
        }
        let keys = row.keys.prefix(6).map { "\"\($0)\"" }.joined(separator: ", ")
        throw ConversationError(
            .unknownFormat,
            "the row's keys (\(keys.isEmpty ? "none" : keys)) are those of no format: messages; "
                + "conversations; prompt and completion; instruction and output; text")
    }
}

extension TemplateDictionary {
    /// Whether the name has a value, be it null.
    func has(_ key: String) -> Bool {
        if case .some = self[key] { true } else { false }
    }
}
