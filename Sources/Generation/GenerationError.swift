/// What can be wrong with a request for text.
public struct GenerationError: Error, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Sendable, Hashable {
        /// A request that can never be served.
        case badRequest
        /// A model that computes no numbers.
        case notFinite
    }

    public let code: Code
    /// What happened, then what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
