import Conversations
import Corpora

/// A document on its way through the steps; of a row of a conversation, the text of its strings, and
/// the row.
struct PreparedItem: Sendable {
    /// What the steps see.
    private(set) var document: Document
    /// The row that is written; nil for text.
    private(set) var row: [UInt8]?

    /// What stands between the strings of a row: a character that no text needs, and a line end.
    static let separator = Array("\u{2029}\n".utf8)

    /// A document of text.
    init(_ document: Document) { self.document = document }

    /// A row of a conversation.
    private init(_ document: Document, text: [UInt8]) {
        self.document = document
        row = document.utf8
        self.document.utf8 = text
    }

    /// A row of a conversation, read as it is for training.
    ///
    /// - Throws: `ConversationError` for a row that cannot be learned.
    static func conversation(
        _ document: Document, _ rows: Source.ConversationRows
    ) throws(ConversationError) -> PreparedItem {
        _ = try TrainingRow(json: document.utf8, format: rows.format, fields: rows.fields)
        guard let strings = RowStrings(document.utf8) else {
            throw ConversationError(.notJSON, "the line is no object")
        }
        return PreparedItem(document, text: Self.text(of: strings))
    }

    private static func text(of strings: RowStrings) -> [UInt8] {
        Array(strings.values.joined(separator: separator))
    }

    /// The same with another text, as a step gave it; nil where the strings of the row cannot be told
    /// apart in it.
    func rewritten(_ text: [UInt8]) -> PreparedItem? {
        var changed = self
        changed.document.utf8 = text
        guard let row else { return changed }
        guard let strings = RowStrings(row) else { return nil }
        let parts = Self.parts(of: text)
        guard parts.count == strings.values.count else { return nil }
        changed.row = strings.replacing(parts) { DocumentLine.quote($0, into: &$1) }
        return changed
    }

    /// The texts between separators.
    private static func parts(of text: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var index = 0
        while index < text.count {
            if text[index] == separator[0], text[index...].starts(with: separator) {
                parts.append([])
                index += separator.count
            } else {
                parts[parts.count - 1].append(text[index])
                index += 1
            }
        }
        return parts
    }
}
