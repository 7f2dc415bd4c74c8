/// A contiguous run of one document's ids.
public struct TokenRun: Sendable, Hashable {
    /// The document's index in its source.
    public var document: Int
    /// The index in the document of the first id.
    public var offset: Int
    public var ids: [Int32]
    /// How much each id counts as a prediction target, or nil where all count 1.
    public var lossWeights: [Float]?
    /// Where the document is a pair of answers, the index in `ids` at which the second side begins,
    /// the one that was rejected; nil where it does not begin here.
    public var second: Int?

    public init(
        document: Int, offset: Int = 0, ids: [Int32], lossWeights: [Float]? = nil,
        second: Int? = nil
    ) {
        self.document = document
        self.offset = offset
        self.ids = ids
        self.lossWeights = lossWeights
        self.second = second
    }
}
