/// What cannot be done with a text: what happened, where in it, and what to do.
public struct TextsError: Error, Sendable, Hashable {
    /// The kinds of failure.
    public enum Kind: Sendable, Hashable {
        /// A pattern that does not compile; the offset is in the pattern.
        case pattern
        /// A replacement that names no group of its pattern; the offset is in the replacement.
        case replacement
        /// Bytes that are no UTF-8; the offset is that of the first such byte.
        case malformed
        /// More work than the named bound allows.
        case work
    }

    /// The kind of failure.
    public let kind: Kind
    /// What happened and what to do, in one or two sentences, the offset included.
    public let message: String
    /// Where, in bytes from 0; nil where the failure has no place.
    public let offset: Int?

    init(_ kind: Kind, _ message: String, offset: Int? = nil) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }

    /// Texts, patterns and settings all come from the user.
    public var isUserMistake: Bool { true }
}

extension TextsError: CustomStringConvertible {
    public var description: String { message }
}
