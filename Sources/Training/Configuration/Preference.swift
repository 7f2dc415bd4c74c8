/// How a run with `method = "dpo"` learns from pairs of answers.
public struct Preference: Sendable, Hashable {
    /// β: how much a change of a likelihood against the reference is worth; less lets the model go
    /// further from it.
    public var beta: Double
    /// The share of pairs that are taken to be the wrong way round, 0 to below 0.5.
    public var labelSmoothing: Double
    /// What everything else in the mix counts beside the pairs: the factor of its mean cross-entropy.
    public var textWeight: Double
    /// The model that changes are counted from: a folder, a checkpoint, or a name such as
    /// `runs/chat@step-500`; nil for the one that the run begins from.
    public var reference: String?

    /// By default β 0.1, no doubt about the pairs, and changes from the run's own beginning.
    public init(
        beta: Double = 0.1, labelSmoothing: Double = 0, textWeight: Double = 1,
        reference: String? = nil
    ) {
        self.beta = beta
        self.labelSmoothing = labelSmoothing
        self.textWeight = textWeight
        self.reference = reference
    }
}
