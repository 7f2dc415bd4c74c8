import Conversations
import Corpora

extension PreparationRun {
    /// Asks the steps about documents and writes what becomes of them.
    func take(
        _ documents: [Document], _ number: Int, _ output: PreparationOutput
    ) throws {
        var items = try read(documents, plan.sources[number].format, output)
        for (index, step) in plan.steps.enumerated() where !items.isEmpty {
            let verdicts = try step.verdicts(on: items.map(\.document), threads: plan.threads)
            precondition(verdicts.count == items.count, "a step says something of each document")
            var left: [PreparedItem] = []
            left.reserveCapacity(items.count)
            for (item, verdict) in zip(items, verdicts) {
                let document = item.document
                state.report.note(
                    verdict, of: index + firstStep, on: document, place: place(document))
                switch verdict {
                case .keep: left.append(item)
                case .rewrite(let text, _):
                    guard let changed = item.rewritten(text) else {
                        throw CorporaError(
                            .badSetting,
                            "step \(index + 1) (\(step.name)) rewrote a conversation so that its "
                                + "texts cannot be told apart",
                            advice: "Leave U+2029 and the line end after it where they stand.",
                            path: file(document), line: document.origin.line)
                    }
                    left.append(changed)
                case .drop(let reason):
                    try output.drop(
                        document, file: file(document), step: step.name, reason: reason,
                        text: plan.keepsDropped)
                }
            }
            items = left
        }
        for item in items {
            state.report.sources[number].kept += 1
            state.report.sources[number].keptBytes += item.document.utf8.count
            if try output.keep(item, file: file(item.document)) {
                try output.closeShard()
                state.report.sources[number].shards += 1
                try output.open(
                    source: plan.sources[number].name,
                    shard: state.report.sources[number].shards, byteCount: 0)
            }
        }
    }

    /// What the first report of a step is about: where there are conversations, the reading of their
    /// rows comes before the plan's steps.
    private var firstStep: Int { readsConversations ? 1 : 0 }

    var readsConversations: Bool {
        plan.sources.contains { if case .conversations = $0.format { true } else { false } }
    }

    /// What the steps see of documents; rows of conversations that could not be learned go.
    private func read(
        _ documents: [Document], _ format: Source.Format, _ output: PreparationOutput
    ) throws -> [PreparedItem] {
        guard case .conversations(let rows) = format else {
            return documents.map { PreparedItem($0) }
        }
        let results = ParallelMap.results(of: documents, threads: plan.threads) {
            document -> Result<PreparedItem, ConversationError> in
            do throws(ConversationError) {
                return .success(try PreparedItem.conversation(document, rows))
            } catch {
                return .failure(error)
            }
        }
        return try zip(documents, results).compactMap { document, result -> PreparedItem? in
            switch result {
            case .success(let item):
                state.report.note(.keep, of: 0, on: document, place: place(document))
                return item
            case .failure(let error):
                let reason = Verdict.Reason(error.code.rawValue, "\(error)")
                state.report.note(
                    .drop(reason), of: 0, on: document, place: place(document))
                try output.drop(
                    document, file: file(document), step: Self.rowsName, reason: reason,
                    text: plan.keepsDropped)
                return nil
            }
        }
    }

    static let rowsName = "rows of conversations"

    private func file(_ document: Document) -> String {
        plan.relative(document.origin.file ?? "memory")
    }

    private func place(_ document: Document) -> String {
        "\(file(document)):\(document.origin.line)"
    }
}
