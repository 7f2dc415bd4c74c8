/// What a curriculum knows between two steps.
public struct ProgressFacts: Sendable {
    /// Held-out loss at one step.
    public struct HeldOut: Sendable, Hashable, Codable {
        /// Steps made when it was measured.
        public var step: Int
        /// Nats a token.
        public var loss: Double
        /// Bits a byte of text; nil in runs from before it was kept.
        public var bitsPerByte: Double?
        /// Nats a token by source, for those with held-out text.
        public var lossBySource: [String: Double]
    }

    /// Steps made.
    public var step: Int
    /// The step the run ends at.
    public var totalSteps: Int
    /// Input tokens seen, padding not counted.
    public var tokens: Int
    /// Input tokens seen by source.
    public var tokensBySource: [String: Int]
    /// The loss by source, averaged over about the last ten steps that drew from it; empty for a
    /// source alone.
    public var lossBySource: [String: Double]
    /// The last steps, oldest first; they begin anew with the run and are kept when it resumes.
    public var history: StepHistory
    /// Measured at step 0; nil where no text is held out.
    public var firstHeldOut: HeldOut?
    /// The last measurement.
    public var lastHeldOut: HeldOut?
    /// The measurement with the lowest loss; the first of equals.
    public var bestHeldOut: HeldOut?
    /// What the probes came to at step 0; nil where there are none.
    public var firstProbes: ProbeReading?
    /// What they came to last.
    public var lastProbes: ProbeReading?
    /// Every dial's value now, by path.
    public var dials: [String: DialValue]
    /// Rollbacks so far.
    public var rollbacks: Int

    /// The share of the run that is over, 0 to 1.
    public var progress: Double {
        totalSteps > 0 ? min(1, Double(step) / Double(totalSteps)) : 0
    }
}
