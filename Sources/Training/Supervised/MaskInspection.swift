import Conversations
import Corpora
import Tokenizers

/// Rows of a supervised run with their masks, to be looked at.
public struct MaskInspection: Sendable {
    /// One source, or one named validation set.
    public struct Part: Sendable {
        /// The source's name in the recipe.
        public let name: String
        /// Whether it is a validation set.
        public let isHeldOut: Bool
        /// All rows that are learned from.
        public let rowCount: Int
        /// Their tokens.
        public let tokenCount: Int
        /// Those that count in the loss.
        public let trainedCount: Int
        /// The rows that were asked for.
        public let rows: [MaskedRow]
        /// Rows dropped, cut or repaired, a sentence each.
        public let remarks: [String]
    }

    /// The sources, then the validation sets.
    public let parts: [Part]
    /// Where the chat template comes from; nil where no row needs one.
    public let template: String?

    /// Tokenizes what is not in the cache, makes the assertions of a run, and reads rows.
    ///
    /// - Parameters:
    ///   - rows: how many of each source, from `first` on (counted from 0).
    ///   - progress: long work and the share done.
    /// - Throws: `CorporaError` and `TrainingError` as a run would.
    public init(
        _ configuration: RunConfiguration, cacheFolder: String, rows: Int, first: Int = 0,
        remark: @escaping (String) -> Void, progress: @escaping (String, Double) -> Void
    ) throws {
        guard configuration.readsConversations else {
            throw TrainingError(
                .badConfiguration,
                "The recipe's method is \"\(configuration.method.rawValue)\", which learns every "
                    + "token; masks are made with method = \"sft\".")
        }
        let start = try ModelStart(configuration, remark: remark)
        let data = try RunData(
            configuration, tokenizer: start.tokenizer, cacheFolder: cacheFolder,
            progress: progress)
        template = data.template?.name
        func part(_ shard: TokenShard, _ corpus: Corpus, isHeldOut: Bool) throws -> Part {
            let last = min(shard.documentCount, first + rows)
            var trained = 0
            for index in 0..<shard.documentCount {
                let count = try shard.extent(ofDocument: index).tokenCount
                let weights = try shard.run(ofDocument: index, tokens: 0..<count).lossWeights
                trained += weights?.count { $0 > 0 } ?? count
            }
            return Part(
                name: corpus.name, isHeldOut: isHeldOut, rowCount: shard.documentCount,
                tokenCount: shard.tokenCount, trainedCount: trained,
                rows: try (min(first, last)..<last).map {
                    try MaskedRow(
                        document: $0, of: shard, packing: data.packing,
                        tokenizer: start.tokenizer)
                }, remarks: corpus.report.remarks)
        }
        parts =
            try data.corpora.map { try part($0.train, $0, isHeldOut: false) }
            + data.validationSets.map { try part($0.train, $0, isHeldOut: true) }
    }
}
