/// What scripts want after the probes of a step.
public struct ProbeVerdict: Sendable, Hashable {
    /// What becomes of the run.
    public enum Action: Sendable, Hashable {
        /// It goes on.
        case keep
        /// It goes back to the weights of its last checkpoint, and on with new data.
        case rollback(reason: String)
        /// It ends, and all is saved.
        case stop(reason: String)
    }

    /// What becomes of the run; the first script that wants something else than to keep counts.
    public var action: Action
    /// Dials to turn, whatever becomes of the run; all of them or none.
    public var changes: [DialChange]

    /// Nothing changes unless it is said.
    public init(action: Action = .keep, changes: [DialChange] = []) {
        self.action = action
        self.changes = changes
    }
}

/// What a script knows when probes were measured.
public struct ProbeFacts: Sendable {
    /// Where the run stands; its `probes` are those just measured.
    public var progress: ProgressFacts
    /// The step of the checkpoint that a rollback would go to; nil where there is none.
    public var rollbackTarget: Int?
    /// The most rollbacks that the recipe allows.
    public var maximumRollbacks: Int
}
