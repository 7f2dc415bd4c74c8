import Conversations
import Tensors
import Testing
import Tokenizers
import Transformers

@testable import Generation

/// Laws of a chat: memory changes nothing, nothing is lost in silence, nothing that fails is kept.
@Suite struct ChatSessionTests {
    private static let template =
        "{% for m in messages %}{{ m.role[0] + ':' + m.content + eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'a:' }}{% endif %}"

    private func model() -> Decoder {
        let sizes = ModelConfiguration(
            vocabularySize: ByteTokenizer().vocabularySize, hiddenSize: 16, intermediateSize: 24,
            layerCount: 2, headCount: 4, keyValueHeadCount: 2, headSize: 4, maximumPositions: 512,
            initializerRange: 0.4)
        let model = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        model.initialize(seed: 11)
        return model
    }

    private func session(
        capacity: Int = 256, new: Int = 12, temperature: Double = 1
    ) throws -> ChatSession {
        let session = ChatSession(
            model: model(), tokenizer: ByteTokenizer(),
            template: try ChatTemplate(Self.template, name: "test"), capacity: capacity,
            endTokens: [])
        session.sampling = SamplingParameters(temperature: temperature)
        session.maximumNewTokens = new
        return session
    }

    private func say(_ message: String, to session: ChatSession) throws -> ChatAnswer {
        var pieces = ""
        let answer = try session.answer(to: message) { pieces += $0 }
        #expect(pieces == answer.text)
        return answer
    }

    private func says(_ answer: ChatAnswer) -> Bool {
        answer.text.contains { !$0.isWhitespace }
    }

    private func texts(_ session: ChatSession) -> [String] {
        session.history.conversation.messages.map { $0.content ?? "" }
    }

    @Test func theTemplatesEndOfTurnEndsAnswers() throws {
        #expect(try session().canEnd)
    }

    /// Where the template writes the space before an answer, the message begins after it.
    @Test func aSpaceOfTheTemplatesIsNoneOfTheMessages() throws {
        let tokenizer = ByteTokenizer()
        for (space, expected) in [(" ", "hi"), ("", " hi")] {
            let template =
                "{% for m in messages %}{{ m.role[0] + ':' }}{% if m.role == 'assistant' %}"
                + "{{ '\(space)' }}{% endif %}{{ m.content + eos_token }}{% endfor %}"
                + "{% if add_generation_prompt %}{{ 'a:' }}{% endif %}"
            let chat = ChatSession(
                model: model(), tokenizer: tokenizer,
                template: try ChatTemplate(template, name: "test"), capacity: 64, endTokens: [])
            chat.history.append(.user, "q")
            let end = try #require(tokenizer.specialTokens.end)
            let heard = tokenizer.encode("u:q") + [end] + tokenizer.encode("a: hi")
            #expect(chat.content(of: " hi", heard) == expected)
            #expect(chat.content(of: "hi", heard) == "hi")
        }
    }

    @Test func whatIsRememberedChangesNoAnswer() throws {
        let session = try session()
        try session.setSystem("be brief")
        var before = session.history
        for (index, message) in ["one", "two", "three"].enumerated() {
            let answer = try say(message, to: session)
            try #require(says(answer))
            let fresh = try self.session()
            fresh.history = before
            let again = try say(message, to: fresh)
            #expect(again.text == answer.text)
            #expect(again.reusedTokenCount == 0)
            #expect(index == 0 || answer.reusedTokenCount > "s:be brief".utf8.count)
            #expect(answer.reusedTokenCount < answer.promptTokenCount)
            before = session.history
        }
        #expect(session.history.exchangeCount == 3)
    }

    @Test func aFullContextHidesTheOldestExchangesAndSaysSo() throws {
        let session = try session(capacity: 128)
        try session.setSystem("short")
        var hidden = 0
        for index in 0..<8 {
            let answer = try say("message number \(index)", to: session)
            hidden += answer.newlyHiddenCount
            #expect(answer.promptTokenCount + 12 <= 128)
            #expect(session.history.hiddenCount == hidden)
            #expect(session.history.shown.first?.role == .system)
            #expect(session.history.shown.dropFirst().first?.role == .user)
        }
        #expect(hidden > 0)
        // All of it is still there to be saved.
        #expect(texts(session).contains("message number 0"))
        let shown = session.history.shown.map { $0.content ?? "" }
        #expect(!shown.contains("message number 0") && shown.contains("message number 7"))
        session.history.clear()
        #expect(session.history.hiddenCount == 0 && session.history.system == "short")
    }

    @Test func whatCannotBeAnsweredIsTakenBack() throws {
        let session = try session(capacity: 64)
        _ = try say("one", to: session)
        let before = session.history
        for message in [String(repeating: "long ", count: 40), "end <|endoftext|> now"] {
            #expect(throws: (any Error).self) { try say(message, to: session) }
            #expect(session.history == before)
        }
        struct Gone: Error {}
        #expect(throws: Gone.self) { try session.answer(to: "two") { _ in throw Gone() } }
        #expect(session.history == before)
        _ = try say("two", to: session)
    }

    @Test func aStoppedAnswerIsKeptAsFarAsItCame() throws {
        let session = try session(new: 40)
        var asked = 0
        var pieces = ""
        let answer = try session.answer(
            to: "one",
            isCancelled: {
                asked += 1
                return asked > 9
            }, receive: { pieces += $0 })
        #expect(answer.reason == .cancelled && answer.text == pieces && answer.tokenCount <= 9)
        try #require(says(answer))
        #expect(texts(session) == ["one", answer.text])
        _ = try say("two", to: session)
        #expect(session.history.exchangeCount == 2)
    }

    @Test func askingAgainDrawsOtherNumbersAndUndoDrawsTheSame() throws {
        let session = try session()
        let first = try say("one", to: session)
        let second = try #require(try session.retry { _ in })
        #expect(first.text != second.text)
        #expect(session.history.exchangeCount == 1)
        #expect(session.history.undo() == "one")
        #expect(try say("one", to: session).text == first.text)
        session.seed = 5
        session.history.clear()
        #expect(try say("one", to: session).text != first.text)
        session.history.clear()
        #expect(try session.retry { _ in } == nil)
    }

    @Test func otherWeightsGoOnWithTheConversation() throws {
        let session = try session()
        _ = try say("one", to: session)
        let sizes = ModelConfiguration(
            vocabularySize: ByteTokenizer().vocabularySize, hiddenSize: 8, intermediateSize: 8,
            layerCount: 1, headCount: 2, keyValueHeadCount: 1, headSize: 4, maximumPositions: 512,
            initializerRange: 0.4)
        let other = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        other.initialize(seed: 2)
        try session.change(model: other)
        let answer = try say("two", to: session)
        #expect(answer.reusedTokenCount == 0 && session.history.exchangeCount == 2)
    }
}
