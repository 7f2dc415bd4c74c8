import Naming

/// What went wrong in a script, and where.
///
/// Printed, it reads as one sentence with its place, then the traceback:
///
///     recipe.lua:12: attempt to index a nil value (local 'data')
///       recipe.lua:12: in function 'load'
///       recipe.lua:30: in main chunk
public struct LuaError: Error, Sendable {
    /// What went wrong, coarsely.
    public enum Kind: String, Sendable {
        /// The source does not compile.
        case syntax
        /// The script raised an error, or Lua did on its behalf.
        case runtime
        /// The call ran past its time budget.
        case budgetTime
        /// The state would hold more memory than its budget.
        case budgetMemory
        /// The call ran past its budget of counted instructions.
        case budgetInstructions
        /// Another thread ended the call.
        case interrupted
        /// A value is not of the expected type, range or shape.
        case type
        /// A host function threw; the error it threw is `cause`.
        case host
    }

    public var kind: Kind
    /// What happened, without its place.
    public var message: String
    /// The chunk's name as it was given at loading.
    public var chunk: String?
    /// The line, counted from 1.
    public var line: Int?
    /// The frames from the innermost outwards, one line each.
    public var traceback: [String]
    /// The error that a host function threw, where none of the script's code replaced it.
    public var cause: (any Error)?

    public init(
        kind: Kind, message: String, chunk: String? = nil, line: Int? = nil,
        traceback: [String] = [], cause: (any Error)? = nil
    ) {
        self.kind = kind
        // A script raises what it likes.
        self.message = shortened(message, to: 1 << 12)
        self.chunk = chunk
        self.line = line
        self.traceback = traceback
        self.cause = cause
    }

    /// True: a script is its author's. Where `cause` is set, the cause decides instead.
    public var isUserMistake: Bool { true }

    /// The message with its place before it: `recipe.lua:12: ...`.
    public var sentence: String {
        guard let chunk else { return message }
        guard let line else { return "\(chunk): \(message)" }
        return "\(chunk):\(line): \(message)"
    }
}

extension LuaError: CustomStringConvertible {
    public var description: String {
        ([sentence] + traceback.map { "  " + $0 }).joined(separator: "\n")
    }
}
