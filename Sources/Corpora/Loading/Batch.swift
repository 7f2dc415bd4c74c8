/// Rows of tokens, ready for a model, and where they came from.
///
/// Shapes: B rows, T tokens a row. All arrays are B x T, row by row.
public struct Batch: Sendable, Hashable {
    /// A stretch of one document in one row.
    public struct Piece: Sendable, Hashable {
        public var row: Int
        public var columns: Range<Int>
        /// Index into `sources`.
        public var source: Int
        /// The document's index in its source.
        public var document: Int
        /// The index of the first input in the document, its beginning token counted.
        public var offset: Int
        /// How often the source had been read through before.
        public var epoch: Int
        /// Where the piece is a pair of answers, the column at which the rejected side begins.
        public var second: Int?
        /// Where the piece is an answer that the model wrote itself, its index among the step's.
        public var rollout: Int?
        /// What hooks have the document count beside its loss weights, for documents without any.
        public var weight: Float = 1

        /// A stretch of a document.
        public init(
            row: Int, columns: Range<Int>, source: Int, document: Int, offset: Int, epoch: Int,
            rollout: Int? = nil
        ) {
            self.row = row
            self.columns = columns
            self.source = source
            self.document = document
            self.offset = offset
            self.epoch = epoch
            self.rollout = rollout
        }
    }

    /// B.
    public var rows: Int
    /// T.
    public var length: Int
    public var inputs: [Int32]
    /// What each input should predict; meaningless where the loss weight is 0.
    public var targets: [Int32]
    /// 0 for padding and where there is no target.
    public var lossWeights: [Float]
    /// Counted from 0 in every piece, and again in the second side of a pair.
    public var positions: [Int32]
    /// The ordinal of the piece in its row, -1 for padding.
    public var segments: [Int32]
    /// What the rows are made of, in reading order.
    public var pieces: [Piece]
    /// The names of the sources.
    public var sources: [String]
    /// Ids cut off and not shown to the model later (`Packing.Policy.pad` only).
    public var truncatedTokenCount: Int
    /// The loader's state once this batch is consumed.
    public var stateAfter: LoaderState

    /// Inputs, without padding.
    public var tokenCount: Int { pieces.reduce(0) { $0 + $1.columns.count } }

    public var paddingCount: Int { rows * length - tokenCount }

    /// Places that count in the loss.
    public var lossTokenCount: Int { lossWeights.reduce(0) { $0 + ($1 != 0 ? 1 : 0) } }

    /// Inputs by source, in the order of `sources`.
    public var tokenCounts: [Int] {
        var counts = [Int](repeating: 0, count: sources.count)
        for piece in pieces { counts[piece.source] += piece.columns.count }
        return counts
    }

    init(
        _ filler: RowFiller, sources: [String], truncatedTokenCount: Int, stateAfter: LoaderState
    ) {
        rows = filler.rows
        length = filler.packing.length
        inputs = filler.inputs
        targets = filler.targets
        lossWeights = filler.lossWeights
        positions = filler.positions
        segments = filler.segments
        pieces = filler.pieces
        self.sources = sources
        self.truncatedTokenCount = truncatedTokenCount
        self.stateAfter = stateAfter
    }

    /// The batch in micro-batches of `micro` rows, the last with what remains.
    ///
    /// Each carries the whole batch's `stateAfter`: a step is consumed as one. Truncated ids are
    /// counted on the first.
    public func split(rowsEach micro: Int) -> [Batch] {
        precondition(micro >= 1, "A micro-batch has at least one row.")
        var rest = pieces[...]
        return stride(from: 0, to: rows, by: micro).map { first in
            let last = min(first + micro, rows)
            let places = first * length..<last * length
            var part = self
            part.rows = last - first
            part.inputs = Array(inputs[places])
            part.targets = Array(targets[places])
            part.lossWeights = Array(lossWeights[places])
            part.positions = Array(positions[places])
            part.segments = Array(segments[places])
            // Pieces stand in the order of their rows.
            let own = rest.prefix { $0.row < last }
            rest = rest.dropFirst(own.count)
            part.pieces = own.map {
                var piece = $0
                piece.row -= first
                return piece
            }
            part.truncatedTokenCount = first == 0 ? truncatedTokenCount : 0
            return part
        }
    }
}
