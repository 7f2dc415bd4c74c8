/// What can be wrong with a model: its configuration, its folder, its tensors.
public struct ModelError: Error, Sendable, CustomStringConvertible {
    /// The kind of mistake.
    public enum Code: Sendable, Hashable {
        /// Sizes that do not fit together.
        case badShape
        /// A type or switch that is not built here.
        case unsupported
        /// A configuration that cannot be read.
        case badConfiguration
        /// Tensors that are missing, left over or of another shape.
        case badWeights
    }

    public let code: Code
    /// What happened, then what to do.
    public let message: String
    /// The file, where there is one.
    public let path: String?

    public init(_ code: Code, _ message: String, path: String? = nil) {
        self.code = code
        self.message = message
        self.path = path
    }

    public var description: String { path.map { "\($0): \(message)" } ?? message }
}
