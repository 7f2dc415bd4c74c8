/// How far a job has come: all that a progress line shows.
public struct ProgressState: Hashable, Sendable {
    /// What is going on, such as `train` or `tokenize`.
    public var title: String
    /// Steps done.
    public var step: Int
    /// Steps in all; nil where that is not known.
    public var totalSteps: Int?
    /// The latest loss.
    public var loss: Double?
    /// Tokens a second, averaged.
    public var tokensPerSecond: Double?
    /// The share of the machine's ceiling in use, 0 to 1; nil until the ceiling is known.
    public var modelFlopsUtilisation: Double?
    /// Seconds since the job began.
    public var elapsedSeconds: Double
    /// Seconds still to go; nil until that can be told.
    public var remainingSeconds: Double?
    /// Further short texts, such as `lr 3e-4`, shown where there is room.
    public var notes: [String]

    /// Makes a state.
    public init(
        title: String, step: Int, totalSteps: Int? = nil, loss: Double? = nil,
        tokensPerSecond: Double? = nil, modelFlopsUtilisation: Double? = nil,
        elapsedSeconds: Double = 0, remainingSeconds: Double? = nil, notes: [String] = []
    ) {
        self.title = title
        self.step = step
        self.totalSteps = totalSteps
        self.loss = loss
        self.tokensPerSecond = tokensPerSecond
        self.modelFlopsUtilisation = modelFlopsUtilisation
        self.elapsedSeconds = elapsedSeconds
        self.remainingSeconds = remainingSeconds
        self.notes = notes
    }

    /// The share done, 0 to 1; nil where the total is not known.
    public var share: Double? {
        guard let totalSteps else { return nil }
        return totalSteps > 0 ? min(1, max(0, Double(step) / Double(totalSteps))) : 1
    }
}
