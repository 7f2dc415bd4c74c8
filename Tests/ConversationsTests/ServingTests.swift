import Conversations
import Templates
import TestSupport
import Testing

/// What a model is given in use, and how a chat is kept.
@Suite struct ServingTests {
    private func encoder(_ template: String) throws -> ConversationEncoder {
        ConversationEncoder(
            template: try ChatTemplate(template, name: "test"), tokenizer: EncoderTests.tokenizer)
    }

    private static let chat = Conversation(messages: [
        Message(.system, "s"), Message(.user, "a"), Message(.assistant, "b"), Message(.user, "c"),
    ])

    @Test func thePromptIsWhatTrainingShowsBeforeTheAnswer() throws {
        for template in [
            EncoderTests.plainChatML, ChatTemplate.chatML.source, EncoderTests.closing,
        ] {
            let encoder = try encoder(template)
            let prompt = try encoder.prompt(for: Self.chat)
            var whole = Self.chat
            whole.messages.append(Message(.assistant, "d"))
            let row = try encoder.encode(TrainingRow(.conversation(whole)))
            #expect(row.ids.starts(with: prompt))
            #expect(row.answers.last?.lowerBound == prompt.count)
            let part = try encoder.prompt(for: Self.chat, messages: Self.chat.messages[1...1])
            #expect(part.count < prompt.count)
        }
    }

    @Test func theEndOfTurnIsTheFirstTokenThatCloses() throws {
        for (template, end) in [
            (EncoderTests.plainChatML, "<|im_end|>"), (ChatTemplate.chatML.source, "<|im_end|>"),
            (EncoderTests.closing, "<|end|>"), (EncoderTests.brackets, "</s>"),
        ] {
            let id = EncoderTests.tokenizer.specials.firstIndex(of: end).map { Int32(256 + $0) }
            #expect(try encoder(template).endOfTurn == id)
        }
        #expect(
            try encoder("{% for m in messages %}{{ m.content }}{% endfor %}").endOfTurn == nil)
    }

    @Test(arguments: [
        ("a<|im_end|>", ConversationError.Code.specialToken), ("no", .refused),
    ])
    func messagesThatMayNotBeAreRefused(text: String, code: ConversationError.Code) throws {
        let template =
            "{% if messages[0].content == 'no' %}{{ raise_exception('not this') }}{% endif %}"
            + ChatTemplate.chatML.source
        let encoder = try encoder(template)
        let error = #expect(throws: ConversationError.self) {
            try encoder.prompt(for: Conversation(messages: [Message(.user, text)]))
        }
        #expect(error?.code == code)
    }

    @Test func templatesAreToldTheDate() throws {
        let encoder = try encoder("{{ strftime_now('%Y') }}{{ messages[0].content }}")
        let chat = Conversation(messages: [Message(.user, "a")])
        let then = try encoder.prompt(for: chat)
        let now = try encoder.prompt(for: chat, clock: TemplateClock(year: 1999, month: 1, day: 2))
        #expect(then != now && now == "1999a".utf8.map(Int32.init))
    }

    @Test func aChatThatIsKeptReadsAsItWas() throws {
        let lines = [
            #"{"messages": [{"role": "user", "content": "é \"\n</x>"}, {"role": "assistant", "content": "b", "weight": 0}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}"#,
            #"{"messages": [{"role": "user", "content": "w?"}, {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {"x": [1, 2.5, null]}}}]}, {"role": "tool", "content": "3"}, {"role": "assistant", "content": "so"}], "tools": [{"type": "function", "function": {"name": "f"}}], "chat_template_kwargs": {"thinks": true}}"#,
        ]
        for line in lines {
            let row = try TrainingRow(json: Array(line.utf8), format: .messages)
            guard case .conversation(let conversation) = row.content else { continue }
            let kept = try conversation.messagesRow()
            #expect(!kept.contains("\n"))
            let again = try TrainingRow(json: Array(kept.utf8), format: .automatic)
            #expect(again.content == row.content)
        }
    }
}
