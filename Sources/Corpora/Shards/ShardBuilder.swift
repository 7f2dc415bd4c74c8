import Conversations
public import Tokenizers

/// How far a tokenization is.
public struct BuildProgress: Sendable, Hashable {
    public var source: String
    public var bytesRead: Int
    public var bytesTotal: Int
    public var documents: Int
    public var tokens: Int
}

/// Tokenizes a source into a training and a validation shard, streaming.
///
/// Memory is a few MiB of text and its ids, whatever the size of the source. The same source,
/// settings and tokenizer give the same bytes, on any number of cores.
public struct ShardBuilder {
    /// Text that is encoded together; one document is taken whole.
    private static let groupBytes = 4 << 20

    private let source: Source
    private let tokenizer: any Tokenizer
    private let supervised: SupervisedEncoding?
    private let progress: (BuildProgress) throws -> Void

    /// - Parameters:
    ///   - supervised: how rows of conversations are read; sources of conversations need it.
    ///   - progress: called every few MiB on the calling thread; what it throws ends the work and
    ///     leaves nothing behind.
    public init(
        source: Source, tokenizer: any Tokenizer, supervised: SupervisedEncoding? = nil,
        progress: @escaping (BuildProgress) throws -> Void = { _ in }
    ) {
        self.source = source
        self.tokenizer = tokenizer
        self.supervised = supervised
        self.progress = progress
    }

    /// Writes both shards, each atomically.
    ///
    /// - Returns: what was seen, kept and dropped.
    /// - Throws: `CorporaError` for bad input, an empty corpus, a failing disk, or a source file
    ///   that changed meanwhile.
    public func build(trainPath: String, validationPath: String) throws -> ReadReport {
        let reader = try DocumentReader(source)
        let encoder = try DocumentEncoder(
            source: source, tokenizer: tokenizer, supervised: supervised)
        let key = SourceKey.of(
            source, listing: reader.listing, tokenizer: tokenizer, supervised: supervised)
        func writer(_ path: String) throws -> ShardWriter {
            try ShardWriter(
                path: path, vocabularySize: tokenizer.vocabularySize,
                tokenizerFingerprint: tokenizer.fingerprint, sourceKey: key,
                isWeighted: source.format.isOfConversations)
        }
        let train = try writer(trainPath)
        let validation = try writer(validationPath)
        var state = BuildProgress(
            source: source.name, bytesRead: 0, bytesTotal: reader.byteCount, documents: 0,
            tokens: 0)
        var group: [Document] = []
        var groupBytes = 0
        // Documents read that gave no tokens, and what became of long ones.
        var aside = ReadReport()

        func leaveOut(_ document: Document, _ cause: DropCause, _ reason: String) {
            aside.documents += 1
            aside.textBytes += document.utf8.count
            aside.drop(cause, at: document.origin.place, reason)
        }

        func flush() throws {
            let results = ParallelEncoding.results(of: group, by: encoder)
            for (document, result) in zip(group, results) {
                let encoded: EncodedDocument
                switch result {
                case .success(let document): encoded = document
                case .failure(let error):
                    try refuse(document, error)
                    leaveOut(document, DropCause(error), "\(error)")
                    continue
                }
                guard !encoded.ids.isEmpty else {
                    leaveOut(document, .noTokens, "the tokenizer gave none")
                    continue
                }
                encoded.cut.map { aside.cut(at: document.origin.place, $0) }
                if let weights = encoded.lossWeights {
                    aside.trainedTokens =
                        (aside.trainedTokens ?? 0) + weights.count { $0 > 0 }
                }
                let heldOut = source.split.holdsOut(contentHash: document.contentHash)
                try (heldOut ? validation : train).append(encoded, of: document)
                state.tokens += encoded.ids.count
            }
            state.documents += group.count
            group.removeAll(keepingCapacity: true)
            groupBytes = 0
            try progress(state)
        }

        var report = try reader.read { document, report in
            group.append(document)
            groupBytes += document.utf8.count
            state.bytesRead = report.bytes
            if groupBytes >= Self.groupBytes { try flush() }
        }
        state.bytesRead = report.bytes
        try flush()
        report.documents -= aside.documents
        report.textBytes -= aside.textBytes
        report.drops += aside.drops
        report.cutRows = aside.cutRows
        report.firstCutRows = aside.firstCutRows
        report.trainedTokens = aside.trainedTokens
        try source.maximumBadRows?.check(report, of: source, isEnd: true)
        guard try FileListing(source) == reader.listing else {
            throw CorporaError(
                .changedWhileRead, "the files of source '\(source.name)' changed while being read",
                advice: "Start again when they are complete.")
        }
        try refuseEmpty(report, trainDocuments: train.documentCount)
        try train.finish()
        try validation.finish()
        return report
    }

    /// Throws where a row that cannot be learned ends the reading.
    ///
    /// A template at fault always does: every row would fail alike, or be learned wrong.
    private func refuse(_ document: Document, _ error: ConversationError) throws {
        let (file, line) = (document.origin.file, document.origin.line)
        if error.isOfTemplate {
            throw CorporaError(
                .badTemplate, "\(error)",
                advice: "The row is " + document.excerpt, path: file ?? "memory", line: line)
        }
        let isLong: Bool =
            if case .conversations(let rows) = source.format {
                error.code == .tooLong && rows.tooLong == .stop
            } else { false }
        guard source.badRow == .stop && error.code != .tooLong || isLong else { return }
        throw CorporaError(
            .badRow, "\(error.code.rawValue): \(error)",
            advice: isLong
                ? "Raise sequence_length, or let long rows be "
                    + (source.format.isOfPairs || source.format.isOfPrompts ? "" : "cut or ")
                    + "dropped with too_long."
                : "Mend the row, or let bad rows be skipped.", path: file ?? "memory", line: line)
    }

    private func refuseEmpty(_ report: ReadReport, trainDocuments: Int) throws {
        guard report.documents > 0 else {
            let remarks = report.remarks.joined(separator: "; ")
            throw CorporaError(
                .emptyCorpus,
                "source '\(source.name)' (\(source.place)) holds no document"
                    + (remarks.isEmpty ? "" : " (\(remarks))"),
                advice: source.format.isOfPrompts && report.drops.map(\.cause) == [.tooLong]
                    ? "Raise sequence_length, or lower rollouts.max_new_tokens."
                    : "Check its path, its format and its field.")
        }
        guard trainDocuments > 0 else {
            throw CorporaError(
                .emptyCorpus,
                "every document of source '\(source.name)' (\(report.documents)) fell on the "
                    + "validation side",
                advice: "Lower its validation share from \(source.split.share), or set it to 0.")
        }
    }
}
