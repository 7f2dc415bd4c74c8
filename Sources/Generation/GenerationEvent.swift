/// What an engine's step brought about for one request.
public enum GenerationEvent: Sendable, Hashable {
    /// A token was sampled; `text` is what it releases, which may be nothing yet (half a
    /// character, or the possible beginning of a stop string).
    case token(request: Int, token: SampledToken, text: String)
    /// The request is over; `text` is what was still held back and may be shown.
    case finished(request: Int, reason: FinishReason, text: String)
}

/// A token with what its choice looked like.
public struct SampledToken: Sendable, Hashable {
    public let id: Int32
    /// Natural logarithm of its probability under the model's own logits, where asked for.
    public let logProbability: Double?
    /// The same under the distribution it was drawn from: penalty, temperature, top-k and top-p
    /// applied.
    public let sampledLogProbability: Double?
}

/// Why a request is over, in OpenAI's words.
public enum FinishReason: String, Sendable, Hashable {
    /// An end or stop token, or a stop string.
    case stop
    /// The requested number of tokens, or the cache's capacity.
    case length
    case cancelled
}
