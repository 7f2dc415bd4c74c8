import Corpora

/// A stretch of a corpus as a source of its own.
struct CorpusPart: TokenSource {
    private let whole: TokenShard
    private let documents: Range<Int>
    let name: String

    /// One of `count` stretches of about as many documents each.
    init(of whole: TokenShard, index: Int, count: Int) {
        self.whole = whole
        documents = whole.documentCount * index / count..<whole.documentCount * (index + 1) / count
        name = "part \(index)"
    }

    var fingerprint: String { "\(whole.fingerprint) \(documents)" }
    var documentCount: Int { documents.count }
    /// In proportion to the documents.
    var tokenCount: Int { whole.tokenCount / max(1, whole.documentCount) * documents.count }
    var byteCount: Int { whole.byteCount / max(1, whole.documentCount) * documents.count }

    func extent(ofDocument index: Int) throws -> DocumentExtent {
        try whole.extent(ofDocument: documents.lowerBound + index)
    }

    func run(ofDocument index: Int, tokens: Range<Int>) throws -> TokenRun {
        var run = try whole.run(ofDocument: documents.lowerBound + index, tokens: tokens)
        run.document = index
        return run
    }

    func origin(ofDocument index: Int) throws -> DocumentOrigin {
        try whole.origin(ofDocument: documents.lowerBound + index)
    }
}
