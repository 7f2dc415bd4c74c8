/// A contiguous run of one document's ids.
public struct TokenRun: Sendable, Hashable {
    /// The document's index in its source.
    public var document: Int
    /// The index in the document of the first id.
    public var offset: Int
    public var ids: [Int32]
    /// How much each id counts as a prediction target, or nil where all count 1.
    public var lossWeights: [Float]?

    public init(document: Int, offset: Int = 0, ids: [Int32], lossWeights: [Float]? = nil) {
        self.document = document
        self.offset = offset
        self.ids = ids
        self.lossWeights = lossWeights
    }
}
