public import Templates
import Tokenizers

extension ConversationEncoder {
    /// The tokens that a model is given before it answers: the messages, and the beginning of the
    /// answer, as in training.
    ///
    /// - Parameters:
    ///   - messages: the part of the conversation to show; all of it where nil.
    ///   - clock: what `strftime_now` tells.
    /// - Throws: `ConversationError` naming the message: `refused` where the template says no to it,
    ///   `specialToken` where its text holds a token that only the template may set.
    public func prompt(
        for conversation: Conversation, messages: ArraySlice<Message>? = nil,
        clock: TemplateClock = ChatTemplate.trainingClock
    ) throws(ConversationError) -> [Int32] {
        guard let template else {
            throw ConversationError(
                .badTemplate,
                "messages need a chat template, and the model has none; give one with "
                    + "chat_template: a path, a text, or \"chatml\" where the vocabulary has its "
                    + "tokens")
        }
        var shown = conversation
        shown.messages = Array(messages ?? conversation.messages[...])
        try checkTexts(of: shown)
        let rendered = try template.render(
            shown, addsGenerationPrompt: true, specials: specials, clock: clock)
        try checkVocabulary(rendered.text, of: shown)
        try checkShown(shown, rendered: rendered.text, addsGenerationPrompt: true, clock: clock)
        let ids = tokenizer.encode(rendered.text)
        guard !ids.isEmpty else {
            throw ConversationError(
                .badTemplate, "the chat template (\(template.name)) writes nothing")
        }
        return ids
    }

    /// The first token with which the template closes an answer; nil where it closes with none, or
    /// with what is not found for certain.
    public var endOfTurn: Int32? {
        let probe = Conversation(messages: [Message(.user, "a"), Message(.assistant, "b")])
        guard let row = try? encode(TrainingRow(.conversation(probe))),
            let answer = row.answers.last
        else { return nil }
        let end = row.ids[answer].reversed().prefix { specialIds.contains($0) }
        return end.last
    }
}
