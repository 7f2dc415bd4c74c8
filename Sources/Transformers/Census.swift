/// How many numbers a model holds and how much arithmetic a token costs.
public struct Census: Sendable, Hashable {
    /// All trainable numbers.
    public let parameters: Int
    /// Those that products multiply with; a tied embedding counts once, as the head.
    public let matrixParameters: Int
    /// Those of the blocks' matrices: neither embeddings, heads nor vectors.
    public let hiddenParameters: Int
    private let attentionWidth: Int

    public init(_ model: ModelConfiguration) {
        let width = model.hiddenSize
        let queries = model.headCount * model.headSize
        let keys = model.keyValueHeadCount * model.headSize
        let block =
            (queries + 2 * keys) * width + queries * width + 3 * model.intermediateSize * width
        let table = model.vocabularySize * width
        hiddenParameters = model.layerCount * block
        matrixParameters = hiddenParameters + table
        parameters =
            matrixParameters + (model.tiesEmbeddings ? 0 : table) + width
            + model.layerCount * Census.vectors(model)
        attentionWidth = model.layerCount * queries
    }

    /// Numbers of a block's norms and biases.
    private static func vectors(_ model: ModelConfiguration) -> Int {
        let traits = model.traits
        let width = model.hiddenSize
        let queries = model.headCount * model.headSize
        let keys = model.keyValueHeadCount * model.headSize
        var count = (traits.normPlacement == .around ? 4 : 2) * width
        switch traits.headNorm {
        case .none: break
        case .each: count += 2 * model.headSize
        case .together: count += queries + keys
        }
        if traits.attentionBias != .none { count += queries + 2 * keys }
        if traits.attentionBias == .all { count += width }
        if traits.hasFeedForwardBias { count += 2 * model.intermediateSize + width }
        return count
    }

    /// Floating-point operations of training on one token of a causal row: forward and backward of
    /// every product, `6 · matrix parameters`, and of attention, `6 · layers · H · D · time`.
    public func trainingFLOPs(time: Int) -> Double {
        6 * Double(matrixParameters) + 6 * Double(attentionWidth) * Double(time)
    }

    /// The same where only adapters of so many numbers are trained: the base's own products go
    /// forward and back to their inputs, `4 · matrix parameters`.
    public func trainingFLOPs(time: Int, adapterParameters: Int) -> Double {
        trainingFLOPs(time: time) - 2 * Double(matrixParameters) + 6 * Double(adapterParameters)
    }
}
