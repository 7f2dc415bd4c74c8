/// What a decider knows of a step whose gradients are computed and not yet used.
public struct GradientFacts: Sendable {
    /// The step under way, counted from 1.
    public var step: Int
    /// The mean loss of the batch; may be infinite or NaN.
    public var loss: Double
    /// The norm of the whole gradient before clipping; may be infinite or NaN.
    public var gradientNorm: Double
    /// What the update would be made with.
    public var learningRate: Double
    /// Input tokens of the batch.
    public var tokens: Int
    /// The steps before this one, oldest first.
    public var history: StepHistory
    /// The step of the checkpoint that a rollback would go to; nil where there is none yet.
    public var rollbackTarget: Int?
    /// Rollbacks so far.
    public var rollbacks: Int
    /// How many the recipe allows; one more ends the run.
    public var maximumRollbacks: Int
}

/// What becomes of a step.
public enum GradientVerdict: Sendable, Hashable, Codable {
    /// The update is made. Where loss or norm is not finite, the recipe's `on.nan` decides.
    case keep
    /// The update is left out: weights and optimizer stay, the data goes on.
    case skip(reason: String)
    /// The update is left out, and weights and optimizer go back to the last checkpoint that was
    /// asked for; the data goes on and step numbers keep rising.
    case rollback(reason: String)
    /// The update is left out and the run ends after this step, saved.
    case stop(reason: String)
}

/// Loss and gradient norm of the last steps; part of the run's state, so that a resumed run's
/// deciders see what an unbroken one's would.
public struct StepHistory: Sendable, Codable {
    /// One step.
    public struct Entry: Sendable, Codable {
        /// Counted from 1.
        public var step: Int
        /// May be infinite or NaN.
        public var loss: Double
        /// Before clipping; may be infinite or NaN.
        public var gradientNorm: Double
        /// Whether the update was left out.
        public var isSkipped: Bool
    }

    /// How many steps are remembered.
    public static let capacity = 64

    /// At most `capacity`, oldest first.
    public private(set) var entries: [Entry] = []

    /// The losses, oldest first.
    public var losses: [Double] { entries.map(\.loss) }

    /// The norms, oldest first.
    public var gradientNorms: [Double] { entries.map(\.gradientNorm) }

    init() {}

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        entries.removeFirst(max(0, entries.count - StepHistory.capacity))
    }
}
