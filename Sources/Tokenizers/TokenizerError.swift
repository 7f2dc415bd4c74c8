/// What went wrong with a tokenizer: what happened, where, and what to do.
public struct TokenizerError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Kind: Sendable, Hashable {
        /// The name leads to no tokenizer.
        case notFound
        /// The file cannot be read, or ends before its contents do.
        case unreadable
        /// The file is not what it should be: not JSON, a wrong type, a missing key.
        case malformed
        /// The file asks for something that would change ids and is not implemented.
        case unsupported
        /// The vocabulary, the merges or the added tokens contradict each other.
        case inconsistent
        /// A setting is out of range.
        case setting
    }

    /// The kind of failure.
    public let kind: Kind
    /// What happened and what to do, in one or two sentences.
    public let message: String
    /// The file it happened in, where there is one.
    public let file: String?
    /// The dotted key inside the file or the settings, where there is one.
    public let key: String?

    init(_ kind: Kind, _ message: String, file: String? = nil, key: String? = nil) {
        self.kind = kind
        self.message = message
        self.file = file
        self.key = key
    }

    /// Whether the user can mend it (exit code 2); otherwise the machine failed (exit code 3).
    public var isUserMistake: Bool { kind != .unreadable }

    public var description: String {
        let place = [file, key.map { "`\($0)`" }].compactMap { $0 }.joined(separator: ", ")
        return place.isEmpty ? message : "\(place): \(message)"
    }

    /// The same failure, placed in `file` where it names none yet.
    func placed(in file: String) -> TokenizerError {
        TokenizerError(kind, message, file: self.file ?? file, key: key)
    }
}
