/// The hooks of a run in the order of its time: a catalogue as data, for documentation and for
/// whoever maps names to handlers.
///
/// One pass goes through the entries marked as a step's own, from top to bottom. A run that is
/// stopped between two of them goes on exactly there: what was answered before is kept in the
/// run's state and not asked again.
public enum RunTimeline {
    /// How a hook takes part.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Hears and answers nothing.
        case observe
        /// Answers with a changed thing, or nil for unchanged.
        case filter
        /// Answers what is to happen.
        case decide
        /// Answers which dials to turn.
        case steer
    }

    /// One place in a run where hooks are called.
    public struct Entry: Sendable, Hashable {
        /// The name by which a handler asks for it.
        public let name: String
        /// How it takes part.
        public let kind: Kind
        /// Whether it belongs to every step.
        public let isOfEveryStep: Bool
        /// When it is called, in a sentence.
        public let when: String
    }

    /// Every hook, in order.
    public static let entries: [Entry] = [
        Entry(
            name: "start", kind: .observe, isOfEveryStep: false,
            when: "Before the first step of a run that was never begun."),
        Entry(
            name: "resume", kind: .observe, isOfEveryStep: false,
            when: "After the saved state is back, before the next step."),
        Entry(
            name: "steer", kind: .steer, isOfEveryStep: true,
            when: "Between two steps, after requests from outside and before data is drawn."),
        Entry(
            name: "step_start", kind: .observe, isOfEveryStep: true,
            when: "After the dials are set, before the batch is drawn."),
        Entry(
            name: "batch", kind: .filter, isOfEveryStep: true,
            when: "With the batch drawn, before the model sees it."),
        Entry(
            name: "gradients", kind: .decide, isOfEveryStep: true,
            when: "With the gradients of the whole batch, before clipping and update."),
        Entry(
            name: "rollback", kind: .observe, isOfEveryStep: false,
            when: "When weights and optimizer went back to a checkpoint."),
        Entry(
            name: "step_end", kind: .observe, isOfEveryStep: true,
            when: "After the update or its omission, before the step's metrics are written."),
        Entry(
            name: "evaluate", kind: .observe, isOfEveryStep: false,
            when: "When held-out text was scored: at step 0, as often as the recipe says, and last."
        ),
        Entry(
            name: "probe", kind: .decide, isOfEveryStep: false,
            when: "When the probes were measured: at step 0, as often as the recipe says, and last."
        ),
        Entry(
            name: "checkpoint", kind: .observe, isOfEveryStep: false,
            when: "Before a checkpoint that was asked for is taken."),
        Entry(
            name: "error", kind: .observe, isOfEveryStep: false,
            when: "When the run ends with an error, after saving what was done."),
        Entry(
            name: "end", kind: .observe, isOfEveryStep: false,
            when: "When the run is over, after saving."),
    ]
}
