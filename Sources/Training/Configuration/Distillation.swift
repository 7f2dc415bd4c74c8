/// Whom a run learns from, with `method = "distill"`, and how.
public struct Distillation: Sendable, Hashable {
    /// A model folder, a checkpoint, or a name such as `runs/large@step-500`.
    public var teacher: String
    /// Tokens of the teacher's that are told one by one; all others count as one.
    public var topK: Int
    /// Divides the logits of both.
    public var temperature: Double
    /// The share of the labels' cross-entropy in the loss, 0 to 1.
    public var alpha: Double
    /// The share of the rows that the student writes itself, 0 to 1; they have no labels.
    public var onPolicy: Double

    /// By default the 64 likeliest tokens at temperature 1, no labels, and the data's rows alone.
    public init(
        teacher: String, topK: Int = 64, temperature: Double = 1, alpha: Double = 0,
        onPolicy: Double = 0
    ) {
        self.teacher = teacher
        self.topK = topK
        self.temperature = temperature
        self.alpha = alpha
        self.onPolicy = onPolicy
    }
}
