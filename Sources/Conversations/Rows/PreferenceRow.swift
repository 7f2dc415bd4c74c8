import Templates

/// Two answers to the same question, of which one is preferred.
///
/// Each side is a row by itself, whose learned part is the answer: what both begin with is only
/// read.
public struct PreferenceRow: Sendable, Equatable {
    /// The question with the answer that is preferred.
    public var chosen: TrainingRow
    /// The question with the other answer.
    public var rejected: TrainingRow

    /// Reads a row from one line of JSON.
    ///
    /// It is `prompt`, `chosen` and `rejected`, all texts or all lists of messages; or `chosen` and
    /// `rejected` alone, whose common beginning is the question; or, as Amazon Bedrock's Converse has
    /// it, `messages` whose last one has `candidates` with a `preferenceLabel` each.
    ///
    /// - Parameter fields: where the row keeps what the format calls by these names; other keys are
    ///   what they are called.
    /// - Throws: `ConversationError` naming the key.
    public init(json: [UInt8], fields: [String: String] = [:]) throws(ConversationError) {
        let row = try TrainingRow.row(json: json, fields: fields, keepsOthers: true)
        if let weight = try row.optional("weight"), try weight.weight() != 1 {
            throw weight.fault("a pair of answers counts as any other; leave the weight out")
        }
        let sides =
            try row.object().has("messages") ? Self.candidates(row) : Self.compared(row)
        chosen = TrainingRow(sides.chosen)
        rejected = TrainingRow(sides.rejected)
    }

    private typealias Sides = (chosen: TrainingRow.Content, rejected: TrainingRow.Content)

    /// `{"prompt": ..., "chosen": ..., "rejected": ...}`.
    private static func compared(_ row: RowValue) throws(ConversationError) -> Sides {
        let chosen = try row.member("chosen")
        let rejected = try row.member("rejected")
        guard case .list = chosen.value else {
            let texts = (chosen: try chosen.text(), rejected: try rejected.text())
            // Byte for byte: texts that only look the same are other tokens.
            guard !texts.chosen.utf8.elementsEqual(texts.rejected.utf8) else { throw sameAnswer }
            if let prompt = try row.optional("prompt")?.text() {
                return (
                    try completion(prompt, texts.chosen, chosen),
                    try completion(prompt, texts.rejected, rejected)
                )
            }
            let prompt = commonBeginning(texts.chosen, texts.rejected)
            guard !prompt.isEmpty else {
                throw ConversationError(
                    .missingKey, "the key is missing, and both answers begin with nothing in common",
                    key: "prompt")
            }
            return (
                try completion(prompt, String(texts.chosen.dropFirst(prompt.count)), chosen),
                try completion(prompt, String(texts.rejected.dropFirst(prompt.count)), rejected)
            )
        }
        // Beside whole conversations some collections keep the question as a text once more.
        var asked: [Message] = []
        if let prompt = try row.optional("prompt"), case .list = prompt.value {
            asked = try TrainingRow.messages(in: prompt, isLearned: false)
        }
        return try conversations(
            asked + TrainingRow.messages(in: chosen), asked + TrainingRow.messages(in: rejected),
            of: row, tools: row.optional("tools")?.tools())
    }

    private static var sameAnswer: ConversationError {
        ConversationError(
            .nothingTrained, "the chosen answer and the rejected one are the same", key: "rejected")
    }

    private static func completion(
        _ prompt: String, _ answer: String, _ value: RowValue
    ) throws(ConversationError) -> TrainingRow.Content {
        guard !answer.isEmpty else { throw value.fault("the answer is empty", .emptyTurn) }
        return .completion(prompt: prompt, completion: answer)
    }

    /// What two texts begin with, up to the name of who answers (as in the collections of helpful and
    /// harmless answers by Bai et al. 2022), or else to the last space or line break, which is the
    /// answers' own.
    private static func commonBeginning(_ one: String, _ other: String) -> String {
        let common = String(zip(one, other).prefix { $0 == $1 }.map(\.0))
        if let speaker = common.ranges(of: "\n\nAssistant:").last {
            return String(common[..<speaker.upperBound])
        }
        return common.lastIndex(where: \.isWhitespace).map { String(common[..<$0]) } ?? ""
    }

    /// Two conversations, of which the messages that both begin with are only read.
    private static func conversations(
        _ chosen: [Message], _ rejected: [Message], of row: RowValue, tools: [TemplateValue]?
    ) throws(ConversationError) -> Sides {
        let shared = zip(chosen, rejected).prefix { $0.fields == $1.fields }.count
        guard shared < max(chosen.count, rejected.count) else { throw sameAnswer }
        guard shared > 0 else {
            throw row.fault("the chosen conversation and the rejected one begin with other messages")
        }
        for message in chosen + rejected where message.weight != 0 && message.weight != 1 {
            throw ConversationError(
                .wrongValue, "an answer of a pair counts or does not; its weight is 0 or 1, not "
                    + "\(message.weight)", key: message.key)
        }
        func side(_ messages: [Message]) throws(ConversationError) -> TrainingRow.Content {
            var messages = messages
            for index in 0..<shared { messages[index].weight = 0 }
            return try TrainingRow.conversation(messages, of: row, tools: tools)
        }
        return (try side(chosen), try side(rejected))
    }

    /// `{"messages": [..., {"role": "assistant", "candidates": [{"content": ...,
    /// "preferenceLabel": "preferred"}, {"content": ..., "preferenceLabel": "non-preferred"}]}]}`.
    private static func candidates(_ row: RowValue) throws(ConversationError) -> Sides {
        let messages = try row.member("messages")
        guard let last = try messages.items().last, let list = try last.optional("candidates")
        else {
            throw messages.fault(
                "rows that compare answers have prompt, chosen and rejected, or candidates in their "
                    + "last message", .missingKey)
        }
        func side(_ label: String) throws(ConversationError) -> Conversation {
            var answer: RowValue?
            for candidate in try list.items()
            where try candidate.member("preferenceLabel").text() == label {
                guard answer == nil else {
                    throw candidate.fault("two candidates are called \"\(label)\"")
                }
                answer = candidate
            }
            guard let answer else { throw list.fault("no candidate is called \"\(label)\"") }
            var message = try last.object()
            message["candidates"] = nil
            message["content"] = try answer.member("content").value
            var all = try messages.items().map(\.value)
            all[all.count - 1] = .dictionary(message)
            var members = try row.object()
            members["messages"] = .list(all)
            let content = try TrainingRow.converse(
                RowValue(value: .dictionary(members), key: row.key))
            guard case .conversation(let conversation) = content else {
                preconditionFailure("Rows of this format are conversations.")
            }
            return conversation
        }
        let chosen = try side("preferred")
        return try conversations(
            chosen.messages, side("non-preferred").messages, of: row, tools: chosen.tools)
    }
}
