import Corpora
import Tokenizers
import Transformers

extension ProbeSetting {
    /// What a run's probes are opened with.
    ///
    /// - Parameter progress: the tokenizing of probes' own sources, and the share done.
    init(
        _ configuration: RunConfiguration, _ data: RunData, tokenizer: any Tokenizer,
        model: ModelConfiguration, microRows: Int, cacheFolder: String,
        progress: @escaping (String, Double) -> Void
    ) throws {
        // Of pairs of answers no loss a token is asked.
        let held = zip(data.corpora, configuration.data).compactMap { corpus, source -> HeldOut? in
            guard !source.source.format.isOfPairs else { return nil }
            let isReplay = if case .replay = source.share { true } else { false }
            return HeldOut(tokens: corpus.validation, isReplay: isReplay)
        }
        self.init(
            tokenizer: tokenizer, model: model,
            // A model that was taught to chat can be asked, whatever this run reads.
            template: { try data.template ?? configuration.chatTemplate.template(of: tokenizer) },
            readsConversations: configuration.readsConversations,
            heldOut: held.filter { $0.tokens.documentCount > 0 }
                + zip(data.validationSets, configuration.evaluation.sets).compactMap {
                    $1.format.isOfPairs ? nil : HeldOut(tokens: $0.train, isReplay: false)
                },
            packing: data.packing, positions: configuration.sequenceLength,
            rows: configuration.batch.size, microRows: microRows, seed: configuration.seed,
            tokenize: { source in
                var source = source
                source.split = ValidationSplit(share: 0)
                return try CorpusCache(folder: cacheFolder).corpus(
                    source, tokenizer: tokenizer, supervised: nil
                ) { state in
                    progress(
                        "tokenizing \(state.source)",
                        Double(state.bytesRead) / Double(max(1, state.bytesTotal)))
                }.train
            })
    }
}
