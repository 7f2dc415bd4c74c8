import Corpora

/// The rows that prompts were made from, as the data has them: rewards look at all they hold.
struct PromptRows {
    /// A row, and where it stands.
    struct Row {
        let json: [UInt8]
        let place: String
    }

    /// By document, of every source of prompts by its place in the mix.
    private var rows: [Int: [Row]] = [:]

    /// Reads the rows; they stay in memory, for prompts are few beside text.
    ///
    /// - Throws: `CorporaError` where they cannot be read, `TrainingError` where they are not those
    ///   that were tokenized.
    init(_ data: RunData, of sources: [Source]) throws {
        for (place, source) in sources.enumerated() where source.format.isOfPrompts {
            rows[place] = try PromptRows.rows(of: data.corpora[place].train, source)
        }
    }

    /// Whether a source of the mix holds prompts.
    func has(source: Int) -> Bool { rows[source] != nil }

    subscript(source: Int, document: Int) -> Row {
        guard let rows = rows[source] else { preconditionFailure("Only prompts have rows.") }
        return rows[document]
    }

    /// The rows that are documents of the shard, in order: others were dropped.
    private static func rows(of shard: TokenShard, _ source: Source) throws -> [Row] {
        var rows: [Row] = []
        rows.reserveCapacity(shard.documentCount)
        var wanted = try shard.origin(ofDocument: 0)
        try DocumentReader(source).read { document, _ in
            guard rows.count < shard.documentCount, document.origin == wanted else { return }
            rows.append(Row(json: document.utf8, place: document.origin.place))
            if rows.count < shard.documentCount {
                wanted = try shard.origin(ofDocument: rows.count)
            }
        }
        guard rows.count == shard.documentCount else {
            throw TrainingError(
                .badState, "\(wanted) is not there any more; the file changed since it was tokenized.")
        }
        return rows
    }
}
