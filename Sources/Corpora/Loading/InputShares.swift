/// What shares in another unit come to in inputs: what a batch has room for.
public struct InputShares: Sendable, Hashable {
    /// Inputs that one reading of each source gives; where rows hold whole documents, what lies
    /// beyond a row's end is given to none.
    public let inputsPerEpoch: [Int]
    /// Inputs of each source for one of the mix's unit.
    private let inputsPerUnit: [Double]

    /// - Parameter corpora: open, in the order of the mix.
    /// - Throws: `CorporaError` where a corpus cannot be read.
    public init(_ corpora: [Corpus], unit: Mix.Unit, packing: Packing) throws {
        inputsPerEpoch = try corpora.map { corpus in
            let train = corpus.train
            let all = train.tokenCount + (packing.beginning == nil ? 0 : train.documentCount)
            guard packing.policy != .chunk else { return all }
            return try InputShares.uncut(of: train, packing)
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

    /// Documents of a source that are looked at to tell what rows leave out of them.
    private static let documentsTried = 20_000

    /// Inputs of one reading within rows that hold whole documents.
    private static func uncut(of source: TokenShard, _ packing: Packing) throws -> Int {
        let every = max(1, source.documentCount / documentsTried)
        var inputs = 0
        var count = 0
        for index in stride(from: 0, to: source.documentCount, by: every) {
            inputs += min(
                packing.length, packing.inputCount(of: try source.extent(ofDocument: index)))
            count += 1
        }
        guard every > 1 else { return inputs }
        return Int((Double(inputs) / Double(count) * Double(source.documentCount)).rounded())
    }

    /// Shares of the inputs, with sum 1 where `shares` has.
    public func inputs(of shares: [Double]) -> [Double] {
        let parts = zip(shares, inputsPerUnit).map { $0 * $1 }
        let sum = parts.reduce(0, +)
        return sum > 0 ? parts.map { $0 / sum } : shares
    }
}
