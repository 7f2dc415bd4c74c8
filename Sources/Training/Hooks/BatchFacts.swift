/// What a filter knows of a batch.
public struct BatchFacts: Sendable, Hashable {
    /// A document that has tokens in the batch.
    public struct Document: Sendable, Hashable {
        /// The source's name.
        public var source: String
        /// The document's index in its source.
        public var index: Int
        /// Its input tokens in this batch, over all rows.
        public var tokens: Int
        /// How often its source had been read through before.
        public var epoch: Int
        /// How difficult its row says it is; nil where none does.
        public var difficulty: Double?
        /// What its tokens' loss is multiplied with; 1 unless changed.
        public var weight: Double
    }

    /// The step the batch is for, counted from 1.
    public var step: Int
    /// B.
    public var rows: Int
    /// Input tokens, padding not counted.
    public var tokens: Int
    /// The names of all sources of the run.
    public var sources: [String]
    /// The documents in the order in which the rows first show them.
    public var documents: [Document]
}

/// What a filter changes in a batch.
public struct BatchEdit: Sendable, Hashable, Codable {
    /// Loss weights by document, in the order of `BatchFacts.documents` and as many: 0 teaches
    /// nothing, 1 is as usual.
    ///
    /// They multiply the weights that tokens have of their own, so that a masked prompt stays
    /// masked. Zero or more, and finite.
    public var weights: [Double]

    /// Weights by document, in the order of the facts.
    public init(weights: [Double]) { self.weights = weights }
}
