public import Tensors

/// A loss and what each token contributed.
public struct TracedLoss {
    /// `[1]`: `Σ weights · tokenLosses / normalizer`.
    public var loss: Traced
    /// `[N]`: negative log-likelihoods, unweighted.
    public var tokenLosses: Tensor
}

extension Tape {
    /// Cross-entropy of a linear head over `hidden [N, C]`; the logits never exist whole.
    ///
    /// The gradients are computed with the loss, chunk by chunk, while each chunk's logits are at
    /// hand (as Liger Kernel does, Hsu et al. 2024), and scaled on the way back.
    public func linearCrossEntropy(
        hidden: Traced, head: Traced, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float? = nil
    ) -> TracedLoss {
        var gradients: LossGradients = []
        if isRecording, hidden.node != nil { gradients.insert(.hidden) }
        if isRecording, head.node != nil { gradients.insert(.head) }
        let result = hidden.value.backend.linearCrossEntropy(
            hidden: hidden.value, head: head.value, targets: targets, weights: weights,
            normalizer: normalizer, softCap: softCap, gradients: gradients)
        let loss = record(
            .linearCrossEntropy(hidden: result.hiddenGradient, head: result.headGradient),
            inputs: [hidden, head], output: result.loss)
        return TracedLoss(loss: loss, tokenLosses: result.tokenLosses)
    }
}

/// A distillation loss and what each token contributed.
public struct TracedDistillation {
    /// The weighted mean, `[1]`.
    public var loss: Traced
    /// `[N]`: negative log-likelihoods of the labels, unweighted.
    public var tokenLosses: Tensor
    /// `[N]`: divergences from the teacher, unweighted and without T².
    public var tokenDivergences: Tensor
}

extension Tape {
    /// The loss of a student under a teacher, over `hidden [N, C]`; see `DistillationSettings`.
    public func linearDistillation(
        hidden: Traced, head: Traced, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, softCap: Float? = nil
    ) -> TracedDistillation {
        let wantsGradients = isRecording && (hidden.node != nil || head.node != nil)
        let result = hidden.value.backend.linearDistillation(
            hidden: hidden.value, head: head.value, targets: targets, weights: weights,
            teacher: teacher, settings: settings, normalizer: normalizer, softCap: softCap,
            wantsGradients: wantsGradients)
        var traced = Traced.constant(result.loss)
        if let hiddenGradient = result.hiddenGradient, let headGradient = result.headGradient {
            // The gradients are at hand, and what is done with them is the same.
            traced = record(
                .linearCrossEntropy(hidden: hiddenGradient, head: headGradient),
                inputs: [hidden, head], output: result.loss)
        }
        return TracedDistillation(
            loss: traced, tokenLosses: result.tokenLosses,
            tokenDivergences: result.tokenDivergences)
    }
}

func pullBackLinearCrossEntropy(
    _ upstream: Tensor?, hiddenGradient: Tensor?, headGradient: Tensor?, to inputs: GradientSink
) {
    let factor = upstream?.read()[0]
    for (input, gradient) in [(1, headGradient), (0, hiddenGradient)] {
        guard let gradient else { continue }
        if let factor { gradient.backend.scale(gradient, by: factor) }
        inputs.give(gradient, to: input)
    }
}
