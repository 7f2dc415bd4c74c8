public import Corpora
public import Tokenizers

/// The tokenized sources of a run, open.
public struct RunData {
    public let corpora: [Corpus]
    public let mix: Mix
    public let packing: Packing
    /// Sentences about dropped rows, repairs and sources without held-out text.
    public private(set) var remarks: [String]

    /// Opens every source, tokenizing those that are not in the cache yet.
    ///
    /// - Parameter progress: what is being prepared, and the share done.
    /// - Throws: `CorporaError` naming file and line.
    public init(
        _ configuration: RunConfiguration, tokenizer: any Tokenizer, cacheFolder: String,
        progress: @escaping (String, Double) -> Void
    ) throws {
        let cache = CorpusCache(folder: cacheFolder)
        corpora = try configuration.data.map { weighted in
            try cache.corpus(weighted.source, tokenizer: tokenizer) { state in
                progress(
                    "tokenizing \(state.source)",
                    Double(state.bytesRead) / Double(max(1, state.bytesTotal)))
            }
        }
        mix = try Mix(corpora.map(\.train), weights: configuration.data.map(\.weight))
        packing = try Packing(
            policy: configuration.packing, length: configuration.sequenceLength,
            tokens: tokenizer.specialTokens)
        remarks = corpora.flatMap { corpus in
            (corpus.report.remarks + corpus.remarks).map { "\(corpus.name): \($0)" }
        }
        for corpus in corpora where corpus.validation.documentCount == 0 {
            remarks.append(
                "\(corpus.name): no document is held out, so its held-out loss is not measured.")
        }
    }

    /// Ids of all training documents.
    public var trainingTokens: Int { corpora.reduce(0) { $0 + $1.train.tokenCount } }

    /// Input tokens that a row holds on average.
    public func tokensARow(_ configuration: RunConfiguration) throws -> Double {
        let length = configuration.sequenceLength
        guard configuration.packing == .pad else { return Double(length) }
        // Rows hold one document each; a few thousand of them tell the average.
        var sum = 0
        var count = 0
        for corpus in corpora {
            let step = max(1, corpus.train.documentCount / 1000)
            for index in stride(from: 0, to: corpus.train.documentCount, by: step) {
                let extent = try corpus.train.extent(ofDocument: index)
                sum += min(length, packing.inputCount(of: extent))
                count += 1
            }
        }
        return count > 0 ? Double(sum) / Double(count) : Double(length)
    }

    /// The held-out rows of every source, within the evaluation's bound.
    public func evaluationSets(_ configuration: RunConfiguration, tokenizer: any Tokenizer) throws
        -> [EvaluationSet]
    {
        let shards = corpora.map(\.validation).filter { $0.documentCount > 0 }
        guard !shards.isEmpty, configuration.evaluation.batches > 0 else { return [] }
        let rows = configuration.batch.size
        let inputs = Double(rows) * Double(configuration.sequenceLength)
        let bound = Int(min(Double(configuration.evaluation.batches) * inputs, 1e15))
        return try shards.map { shard in
            try EvaluationSet(
                shard, packing: packing, tokenizer: tokenizer, rows: rows,
                maximumTokens: max(1, bound / shards.count))
        }
    }
}
