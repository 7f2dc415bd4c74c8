import Conversations
import Corpora
import Templates
import Tokenizers

/// What a run asserts of its own masks before the first step, on the tokens that it will learn from.
///
/// Rows are checked one by one as they are tokenized; this looks at the result with other means.
/// What a user says must not be learned: so the rows are rendered again with everything changed that
/// is not the assistant's, and what is learned has to stay the same.
struct MaskCheck {
    let encoder: ConversationEncoder
    let tokenizer: any Tokenizer
    let packing: Packing
    /// Documents looked at of each side of a source.
    static let rows = 8

    /// Checks the first rows of a source.
    ///
    /// - Returns: the rows looked at.
    /// - Throws: `TrainingError` of code `badMask` that shows the row.
    func check(_ shard: TokenShard, of source: Source) throws -> Int {
        guard case .conversations(let rows) = source.format, rows.purpose != .prompts else {
            return 0
        }
        let count = min(Self.rows, shard.documentCount)
        for index in 0..<count {
            let masked = try MaskedRow(
                document: index, of: shard, packing: packing, tokenizer: tokenizer)
            do {
                let json = try source.row(of: masked.origin)
                if rows.purpose == .pairs {
                    let row = try PreferenceRow(json: json, fields: rows.fields)
                    for (side, own) in zip(masked.sides(tokenizer), [row.chosen, row.rejected]) {
                        try check(side, own)
                    }
                } else {
                    try check(
                        masked,
                        TrainingRow(json: json, format: rows.format, fields: rows.fields))
                }
            } catch let error as ConversationError {
                throw refusal(masked, "\(error)")
            }
        }
        return count
    }

    private func check(_ masked: MaskedRow, _ row: TrainingRow) throws {
        guard masked.trainedCount > 0 else { throw refusal(masked, "nothing is learned") }
        guard case .conversation(let conversation) = row.content else { return }
        try checkEnds(masked)
        try checkOthers(masked, row, conversation)
        try checkServing(masked, conversation)
    }

    /// Every stretch that is learned ends with a special token.
    private func checkEnds(_ masked: MaskedRow) throws {
        let specials = tokenizer.specialTokens.names
        let tokens = masked.tokens
        for index in tokens.indices where tokens[index].weight > 0 {
            let isLast = index + 1 == tokens.count || tokens[index + 1].weight == 0
            guard isLast, specials[tokens[index].id] == nil else { continue }
            // A template may leave out a part of an answer; its end is what counts.
            let next = tokens[(index + 1)...].first { $0.weight > 0 || specials[$0.id] != nil }
            guard let next, next.weight > 0 else {
                throw refusal(masked, "the token that ends the assistant's turn is not learned")
            }
        }
    }

    /// What is learned does not depend on what others say.
    private func checkOthers(
        _ masked: MaskedRow, _ row: TrainingRow, _ conversation: Conversation
    ) throws {
        var other = conversation
        for index in other.messages.indices where other.messages[index].role != .assistant {
            guard let content = other.messages[index].content else { continue }
            other.messages[index].fields["content"] = .string(content + ".")
        }
        let changed = try encoder.encode(TrainingRow(.conversation(other), weight: row.weight))
        let learned = masked.tokens.filter { $0.weight > 0 }
        let now = zip(changed.ids, changed.lossWeights).filter { $0.1 > 0 }
        // A row that was cut has fewer answers.
        guard learned.count <= now.count,
            zip(learned, now).allSatisfy({ $0.id == $1.0 && $0.weight == $1.1 })
        else {
            throw refusal(
                masked, "words of a system or a user are learned, or an answer has another weight")
        }
    }

    /// Each answer follows what the template gives the model in use.
    private func checkServing(_ masked: MaskedRow, _ conversation: Conversation) throws {
        guard let template = encoder.template else { return }
        let ids = masked.tokens.map(\.id)
        for (index, message) in conversation.messages.enumerated()
        where message.role == .assistant && message.weight > 0 {
            let served = tokenizer.encode(
                try template.render(
                    conversation, messages: conversation.messages[..<index],
                    addsGenerationPrompt: true, specials: encoder.specials
                ).text)
            // Answers that did not fit the context are not there.
            if served.count >= ids.count { return }
            guard ids.starts(with: served), masked.tokens[served.count].weight > 0 else {
                throw refusal(
                    masked, "\(message.key) is not learned after what the model is given in use")
            }
        }
    }

    private func refusal(_ masked: MaskedRow, _ sentence: String) -> TrainingError {
        TrainingError(
            .badMask,
            "\(masked.origin): \(sentence). The row, with what would be learned in {+ +}: "
                + masked.marked)
    }
}
