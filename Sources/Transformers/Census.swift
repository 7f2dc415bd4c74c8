/// How many numbers a model holds and how much arithmetic a token costs.
public struct Census: Sendable, Hashable {
    /// All trainable numbers.
    public let parameters: Int
    /// Those that products multiply with; a tied embedding counts once, as the head.
    public let matrixParameters: Int
    private let attentionWidth: Int

    public init(_ model: ModelConfiguration) {
        let width = model.hiddenSize
        let queries = model.headCount * model.headSize
        let keys = model.keyValueHeadCount * model.headSize
        let block =
            (queries + 2 * keys) * width + queries * width + 3 * model.intermediateSize * width
        let table = model.vocabularySize * width
        matrixParameters = model.layerCount * block + table
        parameters =
            matrixParameters + (model.tiesEmbeddings ? 0 : table)
            + (2 * model.layerCount + 1) * width
        attentionWidth = model.layerCount * queries
    }

    /// Floating-point operations of training on one token of a causal row: forward and backward of
    /// every product, `6 · matrix parameters`, and of attention, `6 · layers · H · D · time`.
    public func trainingFLOPs(time: Int) -> Double {
        6 * Double(matrixParameters) + 6 * Double(attentionWidth) * Double(time)
    }
}
