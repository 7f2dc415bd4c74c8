/// What can end a run, other than its budget.
public struct TrainingError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// A recipe whose parts do not fit together.
        case badConfiguration
        /// A run folder that is in the way, or is not what was asked for.
        case badRunFolder
        /// A loss or gradient that is not finite.
        case nonFinite
        /// A saved state that does not fit the recipe.
        case badState
    }

    public let code: Code
    /// What happened, then what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether asking differently helps (exit code 2); a run that diverged failed by itself
    /// (exit code 1).
    public var isUserMistake: Bool { code != .nonFinite }

    public var description: String { message }
}
