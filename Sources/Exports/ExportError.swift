/// Why a model is not written: what happened, then what to do.
public struct ExportError: Error, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Sendable, Hashable {
        /// The format has no word for something that the model does.
        case unsupported
        /// Two models do not belong together.
        case mismatch
        /// A setting is out of range.
        case badSetting
    }

    /// The kind of mistake.
    public let code: Code
    /// What happened, then what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
