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
    private let progress: (BuildProgress) throws -> Void

    /// - Parameter progress: called every few MiB on the calling thread; what it throws ends the
    ///   work and leaves nothing behind.
    public init(
        source: Source, tokenizer: any Tokenizer,
        progress: @escaping (BuildProgress) throws -> Void = { _ in }
    ) {
        self.source = source
        self.tokenizer = tokenizer
        self.progress = progress
    }

    /// Writes both shards, each atomically.
    ///
    /// - Returns: what was seen, kept and dropped.
    /// - Throws: `CorporaError` for bad input, an empty corpus, a failing disk, or a source file
    ///   that changed meanwhile.
    public func build(trainPath: String, validationPath: String) throws -> ReadReport {
        let reader = try DocumentReader(source)
        let key = SourceKey.of(source, listing: reader.listing, tokenizer: tokenizer)
        func writer(_ path: String) throws -> ShardWriter {
            try ShardWriter(
                path: path, vocabularySize: tokenizer.vocabularySize,
                tokenizerFingerprint: tokenizer.fingerprint, sourceKey: key)
        }
        let train = try writer(trainPath)
        let validation = try writer(validationPath)
        var state = BuildProgress(
            source: source.name, bytesRead: 0, bytesTotal: reader.byteCount, documents: 0,
            tokens: 0)
        var group: [Document] = []
        var groupBytes = 0
        var tokenless = ReadReport()

        func flush() throws {
            let ids = ParallelEncoding.ids(of: group, tokenizer: tokenizer)
            for (document, ids) in zip(group, ids) {
                guard !ids.isEmpty else {
                    tokenless.documents += 1
                    tokenless.textBytes += document.utf8.count
                    tokenless.drop(
                        .noTokens,
                        at: "\(document.origin.file ?? "memory"):\(document.origin.line)",
                        "the tokenizer gave none")
                    continue
                }
                let heldOut = source.split.holdsOut(contentHash: document.contentHash)
                try (heldOut ? validation : train).append(ids, of: document)
                state.tokens += ids.count
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
        report.documents -= tokenless.documents
        report.textBytes -= tokenless.textBytes
        report.drops += tokenless.drops
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

    private func refuseEmpty(_ report: ReadReport, trainDocuments: Int) throws {
        guard report.documents > 0 else {
            let remarks = report.remarks.joined(separator: "; ")
            throw CorporaError(
                .emptyCorpus,
                "source '\(source.name)' (\(source.place)) holds no document"
                    + (remarks.isEmpty ? "" : " (\(remarks))"),
                advice: "Check its path, its format and its field.")
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
