/// What a probe cannot be asked with.
public struct EvaluationError: Error, CustomStringConvertible, Sendable, Hashable {
    /// What kind of failure it is.
    public enum Code: Sendable, Hashable {
        /// A setting that cannot be.
        case badSetting
        /// A file that cannot be read.
        case unreadable
        /// A file's rows.
        case badRow
        /// A script's answer.
        case badAnswer
    }

    /// The kind.
    public let code: Code
    /// What happened, where, and what to do.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
