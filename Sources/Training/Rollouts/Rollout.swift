/// One answer that the model wrote to a prompt of its data.
struct Rollout: Equatable {
    /// Index into the batch's sources.
    let source: Int
    /// The prompt's index in its source.
    let document: Int
    /// How often the source had been read through before.
    let epoch: Int
    /// Which prompt of the batch it answers; answers to one prompt stand together.
    let group: Int
    /// What the prompt counts; hooks may say other than 1.
    let weight: Double
    /// The prompt and the answer, the end token that the model wrote included.
    var ids: [Int32]
    /// How many of them are the prompt's.
    let promptCount: Int
    /// What the model was given, special tokens spelled out.
    var prompt = ""
    /// The answer as text, without its end.
    var text = ""
    /// Whether the model ended the answer itself.
    var isFinished = false
    /// One a reward of the recipe, in their order.
    var rewards: [Double] = []
    /// The rewards' weighted sum.
    var reward = 0.0
    /// How much better it is than the other answers to its prompt.
    var advantage = 0.0

    /// Tokens of the answer.
    var answerCount: Int { ids.count - promptCount }
}

/// An answer as rewards see it.
public struct RolloutAnswer: Sendable, Hashable {
    /// The source that the prompt is from.
    public var source: String
    /// The row that the prompt is from, a JSON object, as the data has it.
    public var row: [UInt8]
    /// Its file and line, for messages.
    public var place: String
    /// What the model was given, special tokens spelled out.
    public var prompt: String
    /// What it wrote.
    public var completion: String
    /// Tokens of that, its end included.
    public var tokens: Int
    /// Whether it ended the answer itself, and was not cut off.
    public var isFinished: Bool

    /// An answer to a row's prompt.
    public init(
        source: String, row: [UInt8], place: String, prompt: String, completion: String,
        tokens: Int, isFinished: Bool
    ) {
        self.source = source
        self.row = row
        self.place = place
        self.prompt = prompt
        self.completion = completion
        self.tokens = tokens
        self.isFinished = isFinished
    }
}
