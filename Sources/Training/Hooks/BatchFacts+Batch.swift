import Corpora

extension BatchFacts {
    private struct Key: Hashable {
        let source: Int
        let document: Int
        let epoch: Int

        init(_ piece: Batch.Piece) {
            source = piece.source
            document = piece.document
            epoch = piece.epoch
        }
    }

    /// The facts of a batch, and which document each of its pieces belongs to.
    ///
    /// - Parameter sources: what the batch was drawn from.
    static func of(
        _ batch: Batch, step: Int, from sources: [any TokenSource]
    ) throws -> (facts: BatchFacts, documentOfPiece: [Int]) {
        var documents: [Document] = []
        var places: [Key: Int] = [:]
        let documentOfPiece = try batch.pieces.map { piece in
            let place = places[Key(piece)] ?? documents.count
            if place == documents.count {
                places[Key(piece)] = place
                documents.append(
                    Document(
                        source: batch.sources[piece.source], index: piece.document, tokens: 0,
                        epoch: piece.epoch,
                        difficulty: try sources[piece.source]
                            .extent(ofDocument: piece.document).difficulty.map(Double.init),
                        weight: 1))
            }
            documents[place].tokens += piece.columns.count
            return place
        }
        let facts = BatchFacts(
            step: step, rows: batch.rows, tokens: batch.tokenCount, sources: batch.sources,
            documents: documents)
        return (facts, documentOfPiece)
    }
}

extension BatchEdit {
    /// Throws `TrainingError` where the weights are not as many as documents, or out of range.
    func check(_ facts: BatchFacts) throws {
        guard weights.count == facts.documents.count else {
            throw TrainingError(
                .badAnswer,
                "A filter gave \(weights.count) weights for the \(facts.documents.count) "
                    + "documents of step \(facts.step)'s batch; give one a document.")
        }
        for (weight, document) in zip(weights, facts.documents)
        where !(weight >= 0 && weight.isFinite) {
            throw TrainingError(
                .badAnswer,
                "A filter gave document \(document.index) of \(document.source) the weight "
                    + "\(weight) at step \(facts.step); give 0 or more.")
        }
    }

    /// The batch with every token's loss weight times its document's.
    func apply(to batch: Batch, documentOfPiece: [Int]) -> Batch {
        var edited = batch
        for (index, document) in documentOfPiece.enumerated() where weights[document] != 1 {
            let piece = batch.pieces[index]
            edited.pieces[index].weight *= Float(weights[document])
            let start = piece.row * batch.length
            for place in piece.columns {
                edited.lossWeights[start + place] *= Float(weights[document])
            }
        }
        return edited
    }
}
