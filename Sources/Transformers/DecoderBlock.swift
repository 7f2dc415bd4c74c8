public import Autograd
public import Layers

/// One layer of the Llama shape: attention and feed-forward, each behind a norm and a residual.
public struct DecoderBlock {
    public var attentionNorm: RMSNorm
    public var attention: Attention
    public var feedForwardNorm: RMSNorm
    public var feedForward: FeedForward

    /// - Parameter x: the residual stream, `[N, C]`.
    public func callAsFunction(_ x: Traced, layer: Int, in context: SequenceContext, on tape: Tape)
        -> Traced
    {
        let mixed = tape.add(
            x, attention(attentionNorm(x, on: tape), layer: layer, in: context, on: tape))
        return tape.add(mixed, feedForward(feedForwardNorm(mixed, on: tape), on: tape))
    }

    var parameters: [Parameter] {
        [
            attentionNorm.weight, attention.qkv.weight, attention.output.weight,
            feedForwardNorm.weight, feedForward.gateUp.weight, feedForward.down.weight,
        ]
    }

    mutating func prepareForInference(_ weights: InferenceWeights) {
        attention.prepareForInference(weights)
        feedForward.prepareForInference(weights)
    }
}
