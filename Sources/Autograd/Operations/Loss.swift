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
