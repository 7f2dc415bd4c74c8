public import Tensors

/// One text to continue.
public struct GenerationRequest: Sendable {
    /// At least one id; begin-of-text included where the model wants it.
    public var prompt: [Int32]
    public var sampling: SamplingParameters
    /// The request's own random numbers: equal streams give equal texts in any company.
    public var random: RandomStream
    public var maximumNewTokens: Int
    /// Generation ends before the first of these in the text; it is not released.
    public var stopStrings: [String]
    /// Generation ends at the first of these tokens; it is not released.
    public var stopTokens: Set<Int32>
    /// Whether events carry log-probabilities.
    public var wantsLogProbabilities: Bool
    /// The texts of which one is to be written; nil leaves the model free.
    public var choices: ChoiceTree?

    public init(
        prompt: [Int32], sampling: SamplingParameters = .init(), random: RandomStream,
        maximumNewTokens: Int, stopStrings: [String] = [], stopTokens: Set<Int32> = [],
        wantsLogProbabilities: Bool = false, choices: ChoiceTree? = nil
    ) {
        self.prompt = prompt
        self.sampling = sampling
        self.random = random
        self.maximumNewTokens = maximumNewTokens
        self.stopStrings = stopStrings
        self.stopTokens = stopTokens
        self.wantsLogProbabilities = wantsLogProbabilities
        self.choices = choices
    }
}
