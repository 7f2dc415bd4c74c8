public import Templates
public import Tokenizers

/// Turns rows into tokens, and finds the tokens that are learned.
///
/// A conversation is rendered whole, once, and tokenized whole. Each answer begins where the text
/// ends that the model is given in use: the messages before it, rendered with
/// `add_generation_prompt`. Its end is that of the template's `generation` blocks, or, in templates
/// without them, the last special token before the next turn. What cannot be found for certain is
/// an error: a row is learned as it will be used, or not at all.
public struct ConversationEncoder: Sendable {
    /// Nil where rows of plain text alone are read.
    public let template: ChatTemplate?
    let tokenizer: any Tokenizer
    /// `bos_token` and the like, for the template.
    public let specials: TemplateDictionary
    /// Ids that no text of a message may come to.
    let specialIds: Set<Int32>

    /// An encoder for one template and one vocabulary.
    public init(template: ChatTemplate?, tokenizer: any Tokenizer) {
        self.template = template
        self.tokenizer = tokenizer
        let tokens = tokenizer.specialTokens
        var specials: TemplateDictionary = [:]
        for (name, id) in [
            ("bos_token", tokens.beginning), ("eos_token", tokens.end),
            ("unk_token", tokens.unknown), ("pad_token", tokens.padding),
        ] {
            if let id, let text = tokens.names[id] { specials[name] = .string(text) }
        }
        self.specials = specials
        specialIds = Set(tokens.names.keys).subtracting(tokens.unknown.map { [$0] } ?? [])
    }

    /// The tokens of a row.
    ///
    /// - Throws: `ConversationError` naming the key.
    public func encode(_ row: TrainingRow) throws(ConversationError) -> TrainedTokens {
        var tokens: TrainedTokens
        switch row.content {
        case .text(let text):
            let ids = tokenizer.encode(text)
            tokens = TrainedTokens(
                ids: ids, lossWeights: Array(repeating: 1, count: ids.count), answers: [],
                isRendered: false)
        case .completion(let prompt, let completion):
            tokens = try encode(prompt: prompt, completion: completion)
        case .conversation(let conversation):
            tokens = try encode(conversation)
        }
        for index in tokens.lossWeights.indices {
            tokens.lossWeights[index] *= Float(row.weight)
        }
        guard tokens.lossWeights.contains(where: { $0 > 0 }) else {
            throw ConversationError(.nothingTrained, "no token of the row counts in the loss")
        }
        return tokens
    }

    private func encode(
        prompt: String, completion: String
    ) throws(ConversationError) -> TrainedTokens {
        let ids = tokenizer.encode(prompt + completion)
        let given = tokenizer.encode(prompt)
        guard given.count < ids.count, ids.starts(with: given) else {
            throw ConversationError(
                .unfaithful,
                "a token spans the end of the prompt and the beginning of the completion, so the "
                    + "model would never see in use what it learned from; let the completion begin "
                    + "with the space or line break that the prompt ends with", key: "completion")
        }
        let answer = given.count..<ids.count
        return TrainedTokens(
            ids: ids, lossWeights: ids.indices.map { $0 < given.count ? 0 : 1 },
            answers: [answer], isRendered: false)
    }

    private func encode(_ conversation: Conversation) throws(ConversationError) -> TrainedTokens {
        guard let template else {
            throw ConversationError(
                .badTemplate,
                "rows of messages need a chat template, and the model has none; give one with "
                    + "chat_template: a path, a text, or \"chatml\" where the vocabulary has its "
                    + "tokens")
        }
        try checkTexts(of: conversation)
        let whole = try template.render(
            conversation, addsGenerationPrompt: false, specials: specials)
        try checkVocabulary(whole.text, of: conversation)
        try checkShown(conversation, rendered: whole.text, addsGenerationPrompt: false)
        let ids = tokenizer.encode(whole.text)
        var turns = TurnFinder(
            encoder: self, template: template, conversation: conversation, whole: whole, ids: ids)
        var weights = [Float](repeating: 0, count: ids.count)
        var answers: [Range<Int>] = []
        for index in conversation.messages.indices {
            let message = conversation.messages[index]
            guard message.role == .assistant, message.weight > 0 else { continue }
            let parts = try turns.trainedParts(ofMessage: index)
            for part in parts {
                for place in part { weights[place] = Float(message.weight) }
            }
            answers.append(parts[0].lowerBound..<parts[parts.count - 1].upperBound)
        }
        return TrainedTokens(ids: ids, lossWeights: weights, answers: answers, isRendered: true)
    }

    /// Refuses texts that would become tokens which only the template may set: a message could end
    /// itself with them and speak as someone else.
    func checkTexts(of conversation: Conversation) throws(ConversationError) {
        for message in conversation.messages {
            for text in Self.texts(in: .dictionary(message.fields)) {
                guard let id = tokenizer.encode(text).first(where: specialIds.contains) else {
                    continue
                }
                throw ConversationError(
                    .specialToken,
                    "the text holds \"\(tokenizer.specialTokens.names[id] ?? "\(id)")\", a token "
                        + "that only the chat template may set", key: message.key)
            }
        }
    }

    /// Refuses a template whose tokens (`<|name|>`) the vocabulary spells as ordinary text.
    func checkVocabulary(
        _ rendered: String, of conversation: Conversation
    ) throws(ConversationError) {
        for marker in TokenMarkers.found(in: rendered) where tokenizer.encode(marker).count != 1 {
            let isSaid = conversation.messages.contains { message in
                Self.texts(in: .dictionary(message.fields)).contains { $0.contains(marker) }
            }
            if isSaid { continue }
            throw ConversationError(
                .foreignTemplate,
                "the chat template (\(template?.name ?? "none")) writes \(marker), and the "
                    + "vocabulary has no such token; use the template that the tokenizer was made "
                    + "for, or one with its tokens")
        }
    }

    /// Every text within a value.
    static func texts(in value: TemplateValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .list(let items): items.flatMap(texts)
        case .dictionary(let members): members.values.flatMap(texts)
        default: []
        }
    }
}
