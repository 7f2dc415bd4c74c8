/// The rows of a batch while they are being filled.
struct RowFiller {
    let packing: Packing
    let rows: Int
    private(set) var inputs: [Int32]
    private(set) var targets: [Int32]
    private(set) var lossWeights: [Float]
    private(set) var positions: [Int32]
    private(set) var segments: [Int32]
    private(set) var pieces: [Batch.Piece] = []

    /// All places empty.
    init(packing: Packing, rows: Int) {
        self.packing = packing
        self.rows = rows
        let count = rows * packing.length
        inputs = Array(repeating: packing.padding, count: count)
        targets = inputs
        lossWeights = Array(repeating: 0, count: count)
        positions = Array(repeating: 0, count: count)
        segments = Array(repeating: -1, count: count)
    }

    /// Puts the inputs `piece.inputs` of a document at `piece.columns` of its row.
    ///
    /// - Parameters:
    ///   - segment: the ordinal of the piece in its row.
    ///   - extent: of the piece's document in `source`.
    mutating func place(
        _ piece: Batch.Piece, segment: Int, of source: any TokenSource, extent: DocumentExtent
    ) throws {
        let lead = packing.inputCount(of: extent) - extent.tokenCount
        // One id more than the inputs: the target of the last.
        let low = max(piece.offset - lead, 0)
        let high = min(piece.offset + piece.columns.count - lead + 1, extent.tokenCount)
        let run = try source.run(ofDocument: piece.document, tokens: low..<high)
        let end = extent.goesOn ? nil : packing.end
        let start = piece.row * packing.length + piece.columns.lowerBound
        // The sides of a pair do not see each other.
        let second = run.second.map { low + $0 + lead - piece.offset } ?? .max
        for step in 0..<piece.columns.count {
            let id = piece.offset + step - lead
            let place = start + step
            inputs[place] = id < 0 ? packing.beginning! : run.ids[id - low]
            positions[place] = Int32(truncatingIfNeeded: step < second ? step : step - second)
            segments[place] = Int32(truncatingIfNeeded: segment)
            if id + 1 < extent.tokenCount {
                targets[place] = run.ids[id + 1 - low]
                lossWeights[place] = run.lossWeights?[id + 1 - low] ?? 1
            } else if let end {
                targets[place] = end
                lossWeights[place] = run.lossWeights?.last ?? 1
            }
        }
        var piece = piece
        if second < piece.columns.count { piece.second = piece.columns.lowerBound + second }
        pieces.append(piece)
    }

    /// Places of a piece that count in the loss.
    func lossCount(of piece: Batch.Piece) -> Int {
        let row = piece.row * packing.length
        return lossWeights[row + piece.columns.lowerBound..<row + piece.columns.upperBound]
            .count { $0 != 0 }
    }
}
