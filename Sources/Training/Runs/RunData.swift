public import Conversations
public import Corpora
public import Tokenizers

/// The tokenized sources of a run, open.
public struct RunData {
    public let corpora: [Corpus]
    /// Sources that are held out whole; their documents are all on the training side of the
    /// corpus.
    public let validationSets: [Corpus]
    public let mix: Mix
    /// How conversations become text; nil where no row needs it.
    public let template: ChatTemplate?
    public let packing: Packing
    /// Input tokens that a row holds on average.
    public let tokensARow: Double
    /// By source, the part of the run's tokens that the readings which the recipe asks for are; 0 for
    /// sources whose share is said otherwise.
    let readings: [Double]
    /// Sentences about dropped rows, repairs and sources without held-out text.
    public private(set) var remarks: [String]

    /// Opens every source, tokenizing those that are not in the cache yet.
    ///
    /// - Parameter progress: what is being prepared, and the share done.
    /// - Throws: `CorporaError` naming file and line, `TrainingError` where a mask would teach
    ///   something else than answers.
    public init(
        _ configuration: RunConfiguration, tokenizer: any Tokenizer, cacheFolder: String,
        progress: @escaping (String, Double) -> Void
    ) throws {
        let cache = CorpusCache(folder: cacheFolder)
        let isSupervised = configuration.readsConversations
        let template =
            isSupervised ? try configuration.chatTemplate.template(of: tokenizer) : nil
        let encoder = ConversationEncoder(template: template, tokenizer: tokenizer)
        func corpus(_ source: Source) throws -> Corpus {
            try cache.corpus(
                source, tokenizer: tokenizer,
                supervised: isSupervised
                    ? SupervisedEncoding(
                        encoder: encoder, context: configuration.sequenceLength,
                        answerRoom: configuration.rollouts?.maximumNewTokens ?? 0) : nil
            ) { state in
                progress(
                    "tokenizing \(state.source)",
                    Double(state.bytesRead) / Double(max(1, state.bytesTotal)))
            }
        }
        try RunData.checkNames(configuration)
        corpora = try configuration.data.map { try corpus($0.source) }
        validationSets = try configuration.evaluation.sets.map { source in
            var source = source
            source.split = ValidationSplit(share: 0)
            return try corpus(source)
        }
        self.template = template
        packing = try Packing(
            policy: configuration.packing, length: configuration.sequenceLength,
            tokens: tokenizer.specialTokens)
        readings = try RunData.readings(configuration, corpora, packing)
        let weights = try MixWeights(
            configuration.data.map(\.share), isStrict: configuration.mix.isStrict,
            readings: readings)
        mix = try Mix(
            corpora.map(\.train), weights: weights.weights, unit: configuration.mix.unit)
        tokensARow = try RunData.tokensARow(configuration, drawnFrom: mix, packing)
        remarks = weights.remarks + corpora.flatMap { corpus in
            (corpus.report.remarks + corpus.remarks).map { "\(corpus.name): \($0)" }
        }
        for corpus in validationSets {
            remarks += (corpus.report.remarks + corpus.remarks).map { "\(corpus.name): \($0)" }
        }
        try checkMasks(
            configuration,
            MaskCheck(
                encoder: encoder, tokenizer: tokenizer, packing: packing))
        remarks += RunData.remarks(
            onUnmeasured: validationSets.isEmpty
                ? zip(corpora, configuration.data).filter {
                    $0.validation.documentCount == 0 && !$1.source.format.isOfPrompts
                }.map(\.0.name) : [])
    }

    /// That nothing is held out of some sources: of the first three by name.
    private static func remarks(onUnmeasured names: [String]) -> [String] {
        let shown = names.count <= 4 ? names : Array(names.prefix(3))
        return shown.map {
            "\($0): no document is held out, so its held-out loss is not measured."
        }
            + (names.count > shown.count
                ? ["Of \(names.count - shown.count) sources more no document is held out either."]
                : [])
    }

    private static func checkNames(_ configuration: RunConfiguration) throws {
        let sources = configuration.data.map(\.source)
        if let twice = configuration.evaluation.sets.first(where: { set in
            sources.contains { $0.name == set.name }
        }) {
            throw TrainingError(
                .badConfiguration,
                "\"\(twice.name)\" names a source and a validation set; give the set another name.")
        }
        let all = sources + configuration.evaluation.sets
        if let pairs = all.first(where: \.format.isOfPairs), configuration.method != .preference {
            throw TrainingError(
                .badConfiguration,
                "\(pairs.name) compares answers, which method = "
                    + "\"\(configuration.method.rawValue)\" does not learn from; use method = "
                    + "\"dpo\".")
        }
        if let prompts = all.first(where: \.format.isOfPrompts),
            configuration.method != .reinforcement
        {
            throw TrainingError(
                .badConfiguration,
                "\(prompts.name) holds prompts without answers, which method = "
                    + "\"\(configuration.method.rawValue)\" does not learn from; use method = "
                    + "\"grpo\".")
        }
        if let prompts = configuration.evaluation.sets.first(where: \.format.isOfPrompts) {
            throw TrainingError(
                .badConfiguration,
                "\(prompts.name) is a validation set of prompts, of which no loss is measured; ask "
                    + "them with a probe, such as nj.probe.exact_match.")
        }
        guard configuration.readsConversations else { return }
        let hasChats = sources.contains {
            if case .conversations = $0.format { true } else { false }
        }
        guard hasChats || configuration.method != .supervised else {
            throw TrainingError(
                .badConfiguration,
                "method = \"sft\" learns from conversations, and no source holds any; use "
                    + "nj.data.chat { ... }, or method = \"lm\" for plain text.")
        }
        guard configuration.method != .preference || sources.contains(where: \.format.isOfPairs)
        else {
            throw TrainingError(
                .badConfiguration,
                "method = \"dpo\" learns from pairs of answers, and no source holds any; use "
                    + "nj.data.preference { ... }, or method = \"sft\" for single answers.")
        }
        guard configuration.method != .reinforcement || sources.contains(where: \.format.isOfPrompts)
        else {
            throw TrainingError(
                .badConfiguration,
                "method = \"grpo\" has the model answer prompts, and no source holds any; use "
                    + "nj.data.prompts { ... }.")
        }
        guard configuration.method != .reinforcement || configuration.mix.unit != .lossTokens else {
            throw TrainingError(
                .badConfiguration,
                "The mix has unit = \"loss_tokens\", and prompts have none: their answers are not "
                    + "written yet. Use unit = \"samples\", or \"tokens\" for those of the prompts.")
        }
        guard configuration.packing != .chunk else {
            throw TrainingError(
                .badConfiguration,
                "packing = \"chunk\" cuts conversations where rows end; use \"whole\" or \"pad\" "
                    + "for them.")
        }
    }

    /// Asserts on the tokens themselves what must be true of them, and says what was found.
    private mutating func checkMasks(
        _ configuration: RunConfiguration, _ check: MaskCheck
    ) throws {
        guard configuration.readsConversations else { return }
        let pairs =
            zip(corpora, configuration.data.map(\.source)).map { ($0, $1) }
            + zip(validationSets, configuration.evaluation.sets).map { ($0, $1) }
        for (corpus, source) in pairs {
            let rows =
                try check.check(corpus.train, of: source)
                + check.check(corpus.validation, of: source)
            if let remark = try remark(onUnwritten: corpus, configuration) { remarks.append(remark) }
            guard rows > 0, let trained = corpus.report.trainedTokens else { continue }
            let all = corpus.train.tokenCount + corpus.validation.tokenCount
            remarks.append(
                "\(corpus.name): \(trained) of \(all) tokens are learned; the masks of \(rows) rows "
                    + "were checked.")
        }
    }

    /// That a template is given which writes nothing of a source, whose rows are no messages: a model
    /// that learns from them is asked in vain by way of it.
    private func remark(
        onUnwritten corpus: Corpus, _ configuration: RunConfiguration
    ) throws -> String? {
        let tokens = corpus.train
        guard configuration.chatTemplate != .model, corpus.report.trainedTokens ?? 0 > 0,
            tokens.documentCount > 0,
            try !(0..<tokens.documentCount).contains(where: {
                try tokens.extent(ofDocument: $0).startsMidway
            })
        else { return nil }
        return "\(corpus.name): its rows are prompts with completions, which are learned as they "
            + "stand; chat_template writes rows of messages alone, and a model that is asked by way "
            + "of it sees other text than it learned from."
    }

    /// Ids of all training documents.
    public var trainingTokens: Int { corpora.reduce(0) { $0 + $1.train.tokenCount } }

    /// Inputs that a step gives on average, padding aside.
    func inputsAStep(_ configuration: RunConfiguration) -> Double {
        Double(configuration.batch.size) * tokensARow
    }

    /// Rows as the run makes them, a few thousand at most: where they hold whole documents, how full
    /// they are depends on what the mix draws and on what fits beside what.
    private static func tokensARow(
        _ configuration: RunConfiguration, drawnFrom mix: Mix, _ packing: Packing
    ) throws -> Double {
        let length = configuration.sequenceLength
        guard configuration.packing != .chunk else { return Double(length) }
        let size = configuration.batch.size
        let loader = try BatchLoader(
            mix: mix, packing: packing, rows: size, seed: configuration.seed, prefetch: 0)
        let wanted = max(size, min(RunData.rowsTried, RunData.tokensTried / length))
        var tokens = 0
        var rows = 0
        while rows < wanted {
            tokens += try loader.next().tokenCount
            rows += size
        }
        return Double(tokens) / Double(rows)
    }

    /// What is tried to tell how full rows are.
    private static let rowsTried = 2048
    private static let tokensTried = 1 << 20

    /// What readings that a recipe asks for are of its run.
    private static func readings(
        _ configuration: RunConfiguration, _ corpora: [Corpus], _ packing: Packing
    ) throws -> [Double] {
        let epochs = configuration.data.map { source -> Double in
            if case .epochs(let epochs) = source.share { epochs } else { 0 }
        }
        guard epochs.contains(where: { $0 > 0 }) else { return epochs }
        guard configuration.mix.unit == .tokens else {
            throw TrainingError(
                .badConfiguration,
                "A source of the mix is to be read a number of times, which needs unit = \"tokens\"; "
                    + "this mix has unit = \"\(configuration.mix.unit.rawValue)\".")
        }
        let inputs = try InputShares(corpora, unit: .tokens, packing: packing).inputsPerEpoch
        let budget: Double =
            switch configuration.budget {
            case .steps(let steps):
                try Double(steps) * Double(configuration.batch.size)
                    * tokensARow(configuration, corpora, packing)
            case .tokens(let tokens): Double(tokens)
            case .epochs(let epochs):
                epochs * Double(corpora.reduce(0) { $0 + $1.train.tokenCount })
            }
        return zip(epochs, inputs).map { $0 * Double($1) / max(budget, 1) }
    }

    private static func tokensARow(
        _ configuration: RunConfiguration, _ corpora: [Corpus], _ packing: Packing
    ) throws -> Double {
        let length = configuration.sequenceLength
        guard configuration.packing != .chunk else { return Double(length) }
        // Rows hold whole documents; a few thousand of them tell the average.
        var sum = 0
        var count = 0
        var column = length
        for corpus in corpora {
            let step = max(1, corpus.train.documentCount / 1000)
            for index in stride(from: 0, to: corpus.train.documentCount, by: step) {
                let extent = try corpus.train.extent(ofDocument: index)
                let inputs = min(length, packing.inputCount(of: extent))
                if configuration.packing == .pad || column + inputs > length {
                    count += 1
                    column = 0
                }
                sum += inputs
                column += inputs
            }
        }
        return count > 0 ? Double(sum) / Double(count) : Double(length)
    }

    /// The held-out rows of every source, within the evaluation's bound.
    public func evaluationSets(_ configuration: RunConfiguration, tokenizer: any Tokenizer) throws
        -> [EvaluationSet]
    {
        let shards =
            corpora.map(\.validation).filter { $0.documentCount > 0 }
            + validationSets.map(\.train)
        guard !shards.isEmpty, configuration.evaluation.batches > 0 else { return [] }
        let rows = configuration.batch.size
        let inputs = Double(rows) * Double(configuration.sequenceLength)
        let bound = Int(min(Double(configuration.evaluation.batches) * inputs, 1e15))
        // Where rows hold whole documents, the first one is not cut: half a pair would be none.
        let least = packing.policy == .chunk ? 1 : configuration.sequenceLength
        return try shards.map { shard in
            try EvaluationSet(
                shard, packing: packing, tokenizer: tokenizer, rows: rows,
                maximumTokens: max(least, bound / shards.count))
        }
    }
}
