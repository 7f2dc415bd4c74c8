public import Tokenizers

/// A fixed set of held-out rows: the same documents in the same order at every evaluation.
public struct EvaluationSet: Sendable {
    public let source: any TokenSource
    public let packing: Packing
    /// B, the rows of a batch; the last batch may be filled up with empty rows.
    public let rows: Int
    /// Documents covered, from the first on.
    public let documentCount: Int
    /// Inputs covered.
    public let tokenCount: Int
    /// Bytes of the text that is predicted: the divisor for bits per byte.
    ///
    /// Without a beginning token the first token of a document is given rather than predicted,
    /// and its bytes are not counted.
    public let byteCount: Int
    /// The same by document.
    public let documentBytes: [Int]
    public let batchCount: Int
    /// Inputs taken of the last document, which is cut where even one alone exceeds the bound.
    private let lastInputs: Int

    /// Plans the set; whole documents are taken while they fit the bound, and at least one.
    ///
    /// - Parameters:
    ///   - tokenizer: the one that made the ids.
    ///   - maximumTokens: the bound in inputs; nil takes all documents.
    /// - Throws: `CorporaError` for an empty source or settings out of range.
    public init(
        _ source: any TokenSource, packing: Packing, tokenizer: any Tokenizer, rows: Int,
        maximumTokens: Int? = nil
    ) throws {
        guard rows >= 1, maximumTokens.map({ $0 >= 1 }) ?? true else {
            throw CorporaError(
                .badSetting, "an evaluation needs at least one row and one token",
                advice: "Give a batch size and a bound of 1 or more.")
        }
        guard source.documentCount > 0 else {
            throw CorporaError(
                .emptyCorpus, "source '\(source.name)' has no held-out document",
                advice: "Raise its validation share, or split its text into more documents.")
        }
        var documents = 0
        var tokens = 0
        var bytes: [Int] = []
        var last = 0
        var rowsNeeded = 0
        // Inputs in the row that is being filled, where rows hold whole documents.
        var column = packing.length
        let bound = maximumTokens ?? .max
        while documents < source.documentCount && tokens < bound {
            let extent = try source.extent(ofDocument: documents)
            let all = packing.inputCount(of: extent)
            let shown = packing.policy == .chunk ? all : min(all, packing.length)
            guard documents == 0 || shown <= bound - tokens else { break }
            last = min(shown, bound - tokens)
            tokens += last
            documents += 1
            if packing.policy != .whole || column + last > packing.length {
                rowsNeeded += 1
                column = 0
            }
            column += last
            var predicted = extent.byteCount
            if last < all { predicted = Int(Double(predicted) * Double(last) / Double(all)) }
            if all == extent.tokenCount {
                let first = try source.run(ofDocument: documents - 1, tokens: 0..<1)
                // Where only answers are predicted, the bytes of what leads to them are not counted.
                if first.lossWeights?[0] ?? 1 > 0 {
                    predicted -= min(tokenizer.bytes(of: first.ids[0]).count, predicted)
                }
            }
            bytes.append(predicted)
        }
        if packing.policy == .chunk { rowsNeeded = (tokens + packing.length - 1) / packing.length }
        self.source = source
        self.packing = packing
        self.rows = rows
        documentCount = documents
        tokenCount = tokens
        byteCount = bytes.reduce(0, +)
        documentBytes = bytes
        lastInputs = last
        batchCount = (rowsNeeded + rows - 1) / rows
    }

    /// Hands every batch to `each`, in order.
    public func forEachBatch(_ each: (Batch) throws -> Void) throws {
        var document = 0
        var offset = 0
        for _ in 0..<batchCount {
            var filler = RowFiller(packing: packing, rows: rows)
            var truncated = 0
            for row in 0..<rows {
                var column = 0
                var segment = 0
                while column < packing.length && document < documentCount {
                    let extent = try source.extent(ofDocument: document)
                    let all = packing.inputCount(of: extent)
                    let wanted = document == documentCount - 1 ? min(all, lastInputs) : all
                    if packing.policy == .whole, column > 0, column + wanted > packing.length {
                        break
                    }
                    let count = min(wanted - offset, packing.length - column)
                    let piece = Batch.Piece(
                        row: row, columns: column..<column + count, source: 0, document: document,
                        offset: offset, epoch: 0)
                    try filler.place(piece, segment: segment, of: source, extent: extent)
                    offset += count
                    column += count
                    segment += 1
                    let isTruncated = packing.policy != .chunk && offset < all
                    if isTruncated { truncated += all - offset }
                    if offset == wanted || isTruncated {
                        document += 1
                        offset = 0
                    }
                    if packing.policy == .pad { break }
                }
            }
            try each(
                Batch(
                    filler, sources: [source.name], truncatedTokenCount: truncated,
                    stateAfter: LoaderState()))
        }
    }
}
