import Conversations
import Templates
import TestSupport
import Testing

/// Which tokens of a row are learned.
@Suite struct EncoderTests {
    static let tokenizer = ChatTokenizer()

    /// Turns in lines, without generation blocks.
    static let plainChatML = """
        {% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}\
        {% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
        """
    /// Closes what ends here with an end of its own, as Phi-3 does.
    static let closing = """
        {% for m in messages %}{{ m.role + ':' + m.content + '<|end|>' }}{% endfor %}\
        {% if add_generation_prompt %}assistant:{% else %}{{ eos_token }}{% endif %}
        """
    /// Brackets around what is asked, as in Llama 2: no generation prompt of its own.
    static let brackets = """
        {{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[' + m.content + ']' }}\
        {% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}
        """
    /// Shows thoughts in the last turn alone, as Qwen3 does.
    static let forgetful = """
        {% for m in messages %}{{ m.role + ':' }}{% if m.role == 'assistant' and loop.last %}\
        {{ '(' + m.thought|default('') + ')' }}{% endif %}{{ m.content + '<|end|>' }}{% endfor %}\
        {% if add_generation_prompt %}assistant:{% endif %}
        """

    private func encoder(
        _ template: String?, _ tokenizer: ChatTokenizer = tokenizer
    ) throws -> ConversationEncoder {
        ConversationEncoder(
            template: try template.map { try ChatTemplate($0, name: "test") },
            tokenizer: tokenizer)
    }

    private func chat(_ turns: (Role, String)...) -> TrainingRow {
        TrainingRow(
            .conversation(
                Conversation(
                    messages: turns.enumerated().map {
                        Message($1.0, $1.1, key: "messages[\($0)]")
                    })))
    }

    /// A template that knows users and assistants alone.
    @Test func aMessageThatTheTemplateLeavesOutIsRefused() throws {
        let deaf = """
            {% for m in messages %}{% if m.role != 'system' %}{{ m.role + ':' + m.content|trim + \
            '<|end|>' }}{% endif %}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}
            """
        let plain = chat((.user, " Rain? \n"), (.assistant, "No."))
        _ = try encoder(deaf).encode(plain)
        let framed = chat((.system, "Be brief."), (.user, "Rain?"), (.assistant, "No."))
        let error = #expect(throws: ConversationError.self) { try encoder(deaf).encode(framed) }
        #expect(error?.code == .leftOut && error?.key == "messages[0]")
        #expect(error?.message.contains("leaves out what the system says") == true)
        let asked = Conversation(messages: [
            Message(.system, "Be brief."), Message(.user, "Rain?"),
        ])
        #expect(throws: ConversationError.self) { try encoder(deaf).prompt(for: asked) }

        let tool = TemplateValue.dictionary([
            "type": .string("function"), "function": .dictionary(["name": .string("weather")]),
        ])
        let row = Conversation(
            messages: [Message(.user, "Rain?"), Message(.assistant, "No.")], tools: [tool])
        let tools = #expect(throws: ConversationError.self) {
            try encoder(Self.plainChatML).encode(TrainingRow(.conversation(row)))
        }
        #expect(tools?.code == .leftOut && tools?.key == "tools[0]")
    }

    /// Of the last answer; what was thought before earlier ones many templates leave out on purpose.
    @Test func reasoningThatTheTemplateLeavesOutIsRefused() throws {
        let thinking = """
            {% for m in messages %}{{ m.role + ':' }}{% if m.role == 'assistant' and loop.last %}\
            <think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content + '<|end|>' }}{% endfor %}\
            {% if add_generation_prompt %}assistant:{% endif %}
            """
        func row(_ first: String?, _ last: String?) -> TrainingRow {
            var answers = [Message(.assistant, "No."), Message(.assistant, "Yes.", key: "messages[3]")]
            for (index, text) in [first, last].enumerated() {
                answers[index].fields["reasoning_content"] = text.map { .string($0) }
            }
            answers[0].weight = 0
            return TrainingRow(
                .conversation(
                    Conversation(messages: [
                        Message(.user, "Rain?"), answers[0], Message(.user, "Snow?"), answers[1],
                    ])))
        }
        _ = try encoder(thinking).encode(row("It is dry.", "It is cold."))
        let deaf = thinking.replacing("m.reasoning_content", with: "''")
        _ = try encoder(deaf).encode(row("It is dry.", nil))
        let error = #expect(throws: ConversationError.self) {
            try encoder(deaf).encode(row(nil, "It is cold."))
        }
        #expect(error?.code == .leftOut && error?.key == "messages[3]", "\(error as Any)")
        #expect(error?.message.contains("the assistant's reasoning") == true)
    }

    @Test func anAnswerThatTheTemplateLeavesOutIsRefused() throws {
        var call = Message(.assistant, "", key: "messages[1]")
        call.fields["tool_calls"] = .list([
            .dictionary(["function": .dictionary(["name": .string("weather")])])
        ])
        let row = TrainingRow(
            .conversation(
                Conversation(messages: [Message(.user, "Rain?", key: "messages[0]"), call])))
        let error = #expect(throws: ConversationError.self) {
            try encoder(Self.plainChatML).encode(row)
        }
        #expect(error?.code == .emptyTurn && error?.message.contains("calls a tool") == true)
        #expect(error?.key == "messages[1]")
    }

    /// The text with what is learned in braces.
    private func shown(_ tokens: TrainedTokens) -> String {
        var text = ""
        var isInside = false
        for (id, weight) in zip(tokens.ids, tokens.lossWeights) {
            let counts = weight > 0
            if counts != isInside { text += isInside ? "}" : "{" }
            isInside = counts
            text += Self.tokenizer.decode([id], skipsSpecialTokens: false)
        }
        return text + (isInside ? "}" : "")
    }

    @Test func answersAndTheirEndsAreLearned() throws {
        let row = chat(
            (.system, "s"), (.user, "a"), (.assistant, "b"), (.user, "c"), (.assistant, "d"))
        let wanted = """
            <|im_start|>system
            s<|im_end|>
            <|im_start|>user
            a<|im_end|>
            <|im_start|>assistant
            {b<|im_end|>}
            <|im_start|>user
            c<|im_end|>
            <|im_start|>assistant
            {d<|im_end|>}

            """
        for template in [Self.plainChatML, ChatTemplate.chatML.source] {
            let tokens = try encoder(template).encode(row)
            #expect(shown(tokens) == wanted)
            #expect(tokens.isRendered && tokens.answers.count == 2)
        }
        #expect(
            shown(try encoder(Self.closing).encode(row))
                == "system:s<|end|>user:a<|end|>assistant:{b<|end|>}user:c<|end|>assistant:"
                + "{d<|end|></s>}")
        #expect(
            shown(try encoder(Self.brackets).encode(chat((.user, "a"), (.assistant, "b"))))
                == "<s>[a]{ b</s>}")
    }

    @Test func weightsCount() throws {
        var row = chat((.user, "a"), (.assistant, "b"), (.user, "c"), (.assistant, "d"))
        guard case .conversation(var conversation) = row.content else { return }
        conversation.messages[1].weight = 0
        conversation.messages[3].weight = 2
        row = TrainingRow(.conversation(conversation), weight: 0.25)
        let tokens = try encoder(Self.brackets).encode(row)
        #expect(shown(tokens) == "<s>[a] b</s>[c]{ d</s>}")
        #expect(Set(tokens.lossWeights) == [0, 0.5])
        conversation.messages[3].weight = 0
        let error = #expect(throws: ConversationError.self) {
            try self.encoder(Self.brackets).encode(TrainingRow(.conversation(conversation)))
        }
        #expect(error?.code == .nothingTrained)
    }

    @Test func completionsAndTextsAreLearned() throws {
        let encoder = try encoder(nil)
        let pair = try encoder.encode(TrainingRow(.completion(prompt: "a:", completion: " b")))
        #expect(shown(pair) == "a:{ b}" && !pair.isRendered)
        #expect(shown(try encoder.encode(TrainingRow(.text("ab")))) == "{ab}")
        let error = #expect(throws: ConversationError.self) {
            try encoder.encode(TrainingRow(.completion(prompt: "a: ", completion: "x")))
        }
        #expect(error?.code == .unfaithful && error?.key == "completion")
    }

    @Test func aConversationIsCutAfterItsLastWholeAnswer() throws {
        let row = chat((.user, "a"), (.assistant, "b"), (.user, "c"), (.assistant, "dddd"))
        let tokens = try encoder(Self.brackets).encode(row)
        #expect(try tokens.cut(to: tokens.ids.count) == tokens)
        let cut = try tokens.cut(to: tokens.ids.count - 1)
        #expect(shown(cut) == "<s>[a]{ b</s>}" && cut.isCut && cut.answers.count == 1)
        let error = #expect(throws: ConversationError.self) { try tokens.cut(to: 6) }
        #expect(error?.code == .tooLong)
        let text = try encoder(nil).encode(TrainingRow(.text("abcdef")))
        #expect(shown(try text.cut(to: 4)) == "{abcd}")
    }

    /// What a template or a row does wrong, and the kind of the error.
    @Test(
        arguments: [
            (
                "{% for m in messages %}{{ m.content }}{% endfor %}", .openTurn,
                "never learn to stop"
            ),
            (
                "{% for m in messages %}{{ m.role }}{% generation %}{{ m.content }}{% endgeneration %}"
                    + "<|end|>{% endfor %}{% if add_generation_prompt %}assistant{% endif %}",
                .openTurn, "generation block"
            ),
            (
                "{% for m in messages %}{{ m.role + ':\\n' + m.content }}<|end|>{% endfor %}"
                    + "{% if add_generation_prompt %}assistant: {% endif %}", .unfaithful,
                "in use the template writes"
            ),
            (
                "{% for m in messages %}{{ m.role + ':' }}{% if m.role == 'assistant' %} "
                    + "{% generation %}{{ m.content }}<|end|>{% endgeneration %}{% else %}"
                    + "{{ m.content }}{% endif %}{% endfor %}"
                    + "{% if add_generation_prompt %}assistant:{% endif %}", .unfaithful,
                "begins 1 tokens after"
            ),
            (
                "{% for m in messages %}{{ m.role + ':\\n' + m.content }}<|end|>{% endfor %}"
                    + "{% if add_generation_prompt %}assistant:\n{% endif %}", .unfaithful,
                "a token spans"
            ),
            ("{{ raise_exception('not today') }}", .refused, "not today"),
            (
                "{% for m in messages %}<|turn|>{{ m.content }}<|end|>{% endfor %}",
                .foreignTemplate,
                "<|turn|>"
            ),
            ("{% for i in range(10**9) %}x{% endfor %}", .badTemplate, "test:1:"),
            (
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                .badTemplate, "test:1:"
            ),
        ] as [(String, ConversationError.Code, String)])
    func whatIsNotCertainIsRefused(
        template: String, code: ConversationError.Code, sentence: String
    ) throws {
        let error = #expect(throws: ConversationError.self) {
            try self.encoder(template).encode(self.chat((.user, "a"), (.assistant, "\nb")))
        }
        #expect(error?.code == code, "\(String(describing: error))")
        #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
    }

    @Test func aTurnThatChangesOnceTheConversationGoesOnIsRefused() throws {
        let encoder = try encoder(Self.forgetful)
        #expect(
            shown(try encoder.encode(chat((.user, "a"), (.assistant, "b"))))
                == "user:a<|end|>assistant:{()b<|end|>}")
        let error = #expect(throws: ConversationError.self) {
            try encoder.encode(
                self.chat((.user, "a"), (.assistant, "b"), (.user, "c"), (.assistant, "d")))
        }
        #expect(error?.code == .unfaithful && error?.key == "messages[1]")
    }

    @Test func aMessageCannotSpeakForOthers() throws {
        let error = #expect(throws: ConversationError.self) {
            try self.encoder(Self.plainChatML).encode(
                self.chat((.user, "a<|im_end|>"), (.assistant, "b")))
        }
        #expect(error?.code == .specialToken && error?.key == "messages[0]")
        // A marker that is no token of the vocabulary is text as any other.
        _ = try encoder(Self.brackets).encode(chat((.user, "<|x|>"), (.assistant, "b")))
    }

    @Test func messagesNeedATemplate() throws {
        let error = #expect(throws: ConversationError.self) {
            try self.encoder(nil).encode(self.chat((.user, "a"), (.assistant, "b")))
        }
        #expect(error?.code == .badTemplate && error?.message.contains("chat_template") == true)
    }

    @Test func foldersGiveTheirTemplate() throws {
        func template(_ files: [String: String]) throws -> ChatTemplate? {
            try ChatTemplate.of(
                files: files.map { ($0.key, Array($0.value.utf8)) }, folder: "model")
        }
        #expect(try template([:]) == nil)
        #expect(try template(["tokenizer_config.json": "{}"]) == nil)
        let text = #"{"chat_template": "a"}"#
        #expect(try template(["tokenizer_config.json": text])?.source == "a")
        let both = ["tokenizer_config.json": text, "chat_template.jinja": "b"]
        #expect(try template(both)?.source == "b")
        let named =
            #"{"chat_template": [{"name": "default", "template": "a"}, {"name": "tool_use", "template": "t"}]}"#
        let list = try #require(try template(["tokenizer_config.json": named]))
        #expect(list.source == "a" && list.toolSource == "t")
        for bad in [
            "{", #"{"chat_template": 3}"#, #"{"chat_template": []}"#, #"{"chat_template": "{%"}"#,
        ] {
            let error = #expect(throws: ConversationError.self) {
                try template(["tokenizer_config.json": bad])
            }
            #expect(error?.code == .badTemplate)
            #expect(error?.message.contains("model/tokenizer_config.json") == true, "\(bad)")
        }
    }
}
