/// One answer of a chat, with what it took.
public struct ChatAnswer: Sendable, Hashable {
    /// All of the text; empty where the model ended at once or was stopped before it began.
    public var text: String
    /// Why it is over.
    public var reason: FinishReason
    /// Tokens that the model was given.
    public var promptTokenCount: Int
    /// How many of those were in its memory from the answer before, and not computed again.
    public var reusedTokenCount: Int
    /// Tokens that it wrote.
    public var tokenCount: Int
    /// Messages that left the model's sight for this answer, because the context was full.
    public var newlyHiddenCount: Int
    /// Whether it is over because the context is full, rather than at the number asked for.
    public var filledContext: Bool
}
