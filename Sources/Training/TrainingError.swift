/// What can end a run, other than its budget.
public struct TrainingError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Sendable, Hashable {
        /// A recipe whose parts do not fit together.
        case badConfiguration
        /// A run folder that is in the way, or is not what was asked for.
        case badRunFolder
        /// A mask that would teach something else than the assistant's answers.
        case badMask
        /// A loss or gradient that is not finite.
        case nonFinite
        /// A saved state that does not fit the recipe.
        case badState
        /// A dial that does not exist, or a value it does not take.
        case badDial
        /// A request that a running job refuses, or a run that answers none.
        case badRequest
        /// A hook's answer that cannot be followed.
        case badAnswer
        /// A call of a run's functions in an order that makes no sense.
        case misuse
        /// More rollbacks than the recipe allows.
        case tooManyRollbacks
    }

    public let code: Code
    /// What happened, then what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether asking differently helps (exit code 2); a run that diverged, or
    /// rolled back too often, failed by itself (exit code 1).
    public var isUserMistake: Bool { code != .nonFinite && code != .tooManyRollbacks }

    public var description: String { message }
}
