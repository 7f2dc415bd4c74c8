/// What was asked of a chat and cannot be done.
struct ChatMistake: Error, CustomStringConvertible {
    let description: String
    /// The error of a lower module, which decides the exit code.
    var cause: (any Error)?

    init(_ description: String, cause: (any Error)? = nil) {
        self.description = description
        self.cause = cause
    }
}
