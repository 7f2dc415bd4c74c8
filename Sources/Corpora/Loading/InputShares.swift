/// What shares in another unit come to in inputs: what a batch has room for.
public struct InputShares: Sendable, Hashable {
    /// Inputs that one reading of each source gives.
    public let inputsPerEpoch: [Int]
    /// Inputs of each source for one of the mix's unit.
    private let inputsPerUnit: [Double]

    /// - Parameter corpora: open, in the order of the mix.
    /// - Throws: `CorporaError` where a corpus cannot be read.
    public init(_ corpora: [Corpus], unit: Mix.Unit, packing: Packing) throws {
        inputsPerEpoch = corpora.map {
            $0.train.tokenCount + (packing.beginning == nil ? 0 : $0.train.documentCount)
        }
        inputsPerUnit = try zip(corpora, inputsPerEpoch).map { corpus, inputs in
            let units =
                switch unit {
                case .tokens: inputs
                case .lossTokens: try corpus.train.lossTokenCount()
                case .samples: corpus.train.documentCount
                }
            return Double(inputs) / Double(max(units, 1))
        }
    }

    /// Shares of the inputs, with sum 1 where `shares` has.
    public func inputs(of shares: [Double]) -> [Double] {
        let parts = zip(shares, inputsPerUnit).map { $0 * $1 }
        let sum = parts.reduce(0, +)
        return sum > 0 ? parts.map { $0 / sum } : shares
    }
}
