/// Decides which checkpoints of a run may go.
public struct Retention: Hashable, Sendable {
    /// How many of the newest stay, whatever names them; at least 1.
    public let keepLast: Int
    /// The names that stay beside them: the best by some probe, rollback targets.
    public let protected: Set<String>

    /// Keeps the newest `keepLast` and everything in `protected`.
    public init(keepLast: Int, protected: Set<String> = []) {
        precondition(keepLast >= 1, "a run keeps at least its newest checkpoint")
        self.keepLast = keepLast
        self.protected = protected
    }

    /// The names that may go, oldest first, out of `names` in rising order.
    ///
    /// `alsoProtected` are those that stages and descendants name.
    public func removable(among names: [String], alsoProtected: Set<String> = []) -> [String] {
        names.dropLast(keepLast).filter {
            !protected.contains($0) && !alsoProtected.contains($0)
        }
    }
}
