/// What a teacher thinks of the next tokens, cut to the likeliest.
public struct TopProbabilities: Sendable {
    /// `[N, k]`, i32, the likeliest first; equal ones by id.
    public var ids: Tensor
    /// `[N, k + 1]`, f32: of each of them, and in the last column of all other tokens together.
    public var probabilities: Tensor

    /// The two tables.
    public init(ids: Tensor, probabilities: Tensor) {
        self.ids = ids
        self.probabilities = probabilities
    }
}

/// The numbers of a distillation loss.
///
/// A token's loss is `α · nll + (1 - α) · T² · KL`: the cross-entropy of its label, and the forward
/// divergence `Σ q (log q - log p)` of the student's distribution p at temperature T from the
/// teacher's q, over the teacher's likeliest tokens and all others as one. The factor T² keeps the
/// size of the gradient whatever the temperature is (Hinton, Vinyals and Dean 2015).
public struct DistillationSettings: Sendable, Hashable {
    /// α: the share of the cross-entropy, 0 to 1.
    public var alpha: Double
    /// T, above 0: divides the logits of both.
    public var temperature: Double

    /// By default the divergence alone, at temperature 1.
    public init(alpha: Double = 0, temperature: Double = 1) {
        self.alpha = alpha
        self.temperature = temperature
    }

    /// Tokens of the teacher's that a row may have.
    public static let mostChosen = 1024
}

/// What `Backend.linearDistillation` gives.
public struct LinearDistillation: Sendable {
    /// `[1]`, f32 (f64 on an f64 reference).
    public var loss: Tensor
    /// Negative log-likelihood of each target, unweighted, `[N]`, f32; 0 where the weight is 0.
    public var tokenLosses: Tensor
    /// The divergence at each token, unweighted and without T², `[N]`, f32; 0 where the weight is 0.
    public var tokenDivergences: Tensor
    /// `[N, C]`, where asked for.
    public var hiddenGradient: Tensor?
    /// `[V, C]`, f32, where asked for.
    public var headGradient: Tensor?

    /// All of it.
    public init(
        loss: Tensor, tokenLosses: Tensor, tokenDivergences: Tensor, hiddenGradient: Tensor?,
        headGradient: Tensor?
    ) {
        self.loss = loss
        self.tokenLosses = tokenLosses
        self.tokenDivergences = tokenDivergences
        self.hiddenGradient = hiddenGradient
        self.headGradient = headGradient
    }
}
