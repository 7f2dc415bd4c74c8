/// Why a row of a conversation, or a chat template, cannot be used.
public struct ConversationError: Error, Sendable, Hashable {
    /// The kinds of failure; the raw values are what rows are counted by.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// The row fits no format, or several.
        case unknownFormat = "format unknown"
        /// The row is no JSON object.
        case notJSON = "not JSON"
        /// A key is missing.
        case missingKey = "key missing"
        /// A value is of another kind than it must be, or out of range.
        case wrongValue = "wrong value"
        /// A message is by someone unknown.
        case unknownRole = "unknown role"
        /// The turns of user and assistant do not follow each other.
        case notAlternating = "turns do not alternate"
        /// The assistant says nothing.
        case emptyTurn = "empty assistant turn"
        /// A message holds a token that only a template may set.
        case specialToken = "special token in a message"
        /// The chat template said no to the row.
        case refused = "refused by the template"
        /// The chat template writes nothing of a message, or of the tools.
        case leftOut = "left out by the template"
        /// What is trained is not what is asked for in use.
        case unfaithful = "training and serving differ"
        /// Nothing counts in the loss.
        case nothingTrained = "nothing to train"
        /// No whole answer fits.
        case tooLong = "longer than the context"
        /// The template itself fails: it cannot be read, or does not end.
        case badTemplate = "bad template"
        /// The template writes tokens that the vocabulary does not have.
        case foreignTemplate = "template of another vocabulary"
        /// The assistant's turn ends without a token that says so, or that token is not learned.
        case openTurn = "no end of turn"
    }

    /// What kind of failure it is.
    public var code: Code
    /// What happened, in one sentence.
    public var message: String
    /// The key of the row: `messages[2].role`; nil where the whole row is at fault.
    public var key: String?

    /// An error about a key of the row, or the whole row.
    public init(_ code: Code, _ message: String, key: String? = nil) {
        self.code = code
        self.message = message
        self.key = key
    }

    /// Whether the template is at fault rather than the row: every other row will fail alike.
    public var isOfTemplate: Bool {
        switch code {
        case .badTemplate, .foreignTemplate, .openTurn: true
        default: false
        }
    }

    /// A row, a template and a setting are the user's.
    public var isUserMistake: Bool { true }
}

extension ConversationError: CustomStringConvertible {
    /// The key and the sentence.
    public var description: String { key.map { "\($0): \(message)" } ?? message }
}
