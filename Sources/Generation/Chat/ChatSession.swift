public import Conversations
public import Layers
public import Templates
import Tensors
public import Tokenizers
public import Transformers

/// A conversation with a model, answer by answer.
///
/// Every answer is asked for with the whole conversation, rendered with the chat template as in
/// training. Keys and values of what the last prompt and answer have in common with it are used
/// again. A session belongs to the thread that computes.
public final class ChatSession {
    /// What was said.
    public var history = ChatHistory()
    /// How the next answer is sampled.
    public var sampling = SamplingParameters()
    /// Tokens of an answer at most.
    public var maximumNewTokens = 1024
    /// Equal seeds and equal messages give equal answers.
    public var seed: UInt64 = 0
    /// Tokens that prompt and answer may have together.
    public let capacity: Int

    private var encoder: ConversationEncoder
    private let tokenizer: any Tokenizer
    private let endTokens: Set<Int32>
    private let clock: TemplateClock
    private var engine: GenerationEngine
    /// How often the question was asked again; each time draws other numbers.
    private var attempt = 0

    /// - Parameters:
    ///   - template: how messages become text.
    ///   - capacity: tokens that prompt and answer may have together, and memory is taken for.
    ///   - endTokens: ids that end a text by the model's configuration; the template's own end of
    ///     turn is added.
    ///   - clock: what templates that print the date are told.
    public init(
        model: Decoder, tokenizer: any Tokenizer, template: ChatTemplate, capacity: Int,
        endTokens: Set<Int32>, clock: TemplateClock = ChatTemplate.trainingClock,
        weights: InferenceWeights = .full
    ) {
        self.tokenizer = tokenizer
        self.capacity = capacity
        self.clock = clock
        self.endTokens = endTokens
        encoder = ConversationEncoder(template: template, tokenizer: tokenizer)
        engine = GenerationEngine(
            model: model, tokenizer: tokenizer, slots: 1, capacity: capacity, weights: weights)
    }

    /// The model's own ends of a text, and the template's of a turn.
    private var stopTokens: Set<Int32> { endTokens.union(encoder.endOfTurn.map { [$0] } ?? []) }

    /// Whether some token ends an answer; without one only the largest number of tokens does.
    public var canEnd: Bool { !stopTokens.isEmpty }

    /// Goes on with other weights of the same vocabulary: the conversation stays, what the model held of
    /// it is computed anew.
    ///
    /// - Parameter template: the template that goes with them; the same as before where it is nil.
    /// - Throws: `ConversationError` where the template does not take the conversation; nothing is
    ///   changed.
    public func change(
        model: Decoder, template: ChatTemplate? = nil, weights: InferenceWeights = .full
    ) throws {
        if let template {
            let changed = ConversationEncoder(template: template, tokenizer: tokenizer)
            if !history.isEmpty {
                _ = try changed.prompt(
                    for: history.conversation, messages: history.shown, clock: clock)
            }
            encoder = changed
        }
        engine = GenerationEngine(
            model: model, tokenizer: tokenizer, slots: 1, capacity: capacity, weights: weights)
    }

    /// Frames the conversation anew; nil frames it not at all.
    ///
    /// - Throws: `ConversationError` where the template takes no such message; nothing is changed.
    public func setSystem(_ text: String?) throws {
        var changed = history
        changed.system = text
        var probe = changed
        if probe.shown.last?.role != .user { probe.append(.user, "a") }
        _ = try encoder.prompt(for: probe.conversation, messages: probe.shown, clock: clock)
        history = changed
    }

    /// Tokens of the conversation as the model sees it, before the next message.
    public func shownTokenCount() throws -> Int {
        guard !history.isEmpty else { return 0 }
        return try encoder.prompt(
            for: history.conversation, messages: history.shown, clock: clock
        ).count
    }

    /// Answers a message.
    ///
    /// - Parameters:
    ///   - isCancelled: asked after every token; true ends the answer, which is kept as it is.
    ///   - receive: gets the text in pieces, never half a character.
    /// - Throws: `ConversationError` or `GenerationError` for a message that cannot be answered, or
    ///   what `receive` throws. The message is taken back then.
    public func answer(
        to message: String, isCancelled: () -> Bool = { false },
        receive: (String) throws -> Void
    ) throws -> ChatAnswer {
        let before = history
        attempt = 0
        history.append(.user, message)
        do {
            return try answer(isCancelled, receive)
        } catch {
            history = before
            throw error
        }
    }

    /// Answers the last message anew.
    ///
    /// - Returns: nil where there is no message yet.
    /// - Throws: as `answer(to:)`; the conversation is as before then.
    public func retry(
        isCancelled: () -> Bool = { false }, receive: (String) throws -> Void
    ) throws -> ChatAnswer? {
        let before = history
        guard let message = history.undo() else { return nil }
        attempt += 1
        history.append(.user, message)
        do {
            return try answer(isCancelled, receive)
        } catch {
            history = before
            throw error
        }
    }

    // MARK: One answer

    private func answer(
        _ isCancelled: () -> Bool, _ receive: (String) throws -> Void
    ) throws -> ChatAnswer {
        let hiddenBefore = history.hiddenCount
        let prompt = try fittingPrompt()
        let reusedBefore = engine.reusedTokenCount
        let id = try engine.add(
            GenerationRequest(
                prompt: prompt, sampling: sampling,
                random: RandomStream(
                    seed: seed, name: "answer \(history.exchangeCount) \(attempt)"),
                maximumNewTokens: maximumNewTokens, stopTokens: stopTokens))
        var answer = ChatAnswer(
            text: "", reason: .length, promptTokenCount: prompt.count, reusedTokenCount: 0,
            tokenCount: 0, newlyHiddenCount: history.hiddenCount - hiddenBefore,
            filledContext: false)
        var ids: [Int32] = []
        do {
            while !engine.isIdle {
                if isCancelled() { engine.cancel(id) }
                for event in try engine.step() {
                    let piece: String
                    switch event {
                    case .token(_, let token, let text):
                        answer.tokenCount += 1
                        ids.append(token.id)
                        piece = text
                    case .finished(_, let reason, let text):
                        answer.reason = reason
                        piece = text
                    }
                    let wasBlank = answer.text.allSatisfy(\.isWhitespace)
                    answer.text += piece
                    guard !piece.isEmpty, !answer.text.allSatisfy(\.isWhitespace) else { continue }
                    // Space at the beginning may be the template's: it waits for what follows.
                    try receive(wasBlank ? content(of: answer.text, prompt + ids) : piece)
                }
            }
        } catch {
            engine.cancel(id)
            _ = try? engine.step()
            throw error
        }
        answer.reusedTokenCount = engine.reusedTokenCount - reusedBefore
        answer.filledContext = answer.reason == .length && answer.tokenCount < maximumNewTokens
        if answer.text.allSatisfy(\.isWhitespace) {
            // An empty turn is none: templates and training refuse it.
            history.undo()
        } else {
            answer.text = content(of: answer.text, prompt + ids)
            history.append(.assistant, answer.text)
        }
        return answer
    }

    /// The message that an answer is: without the white space at its beginning where the template
    /// writes that itself, as one does whose answers follow `Assistant: `.
    ///
    /// - Parameter heard: the tokens of prompt and answer, which the next prompt begins with.
    func content(of text: String, _ heard: [Int32]) -> String {
        let bare = String(text.drop(while: \.isWhitespace))
        guard bare.count < text.count else { return text }
        func shared(_ content: String) -> Int {
            var next = history
            next.append(.assistant, content)
            next.append(.user, "a")
            let prompt = try? encoder.prompt(
                for: next.conversation, messages: next.shown, clock: clock)
            return zip(prompt ?? [], heard).prefix { $0 == $1 }.count
        }
        return shared(bare) > shared(text) ? bare : text
    }

    /// The prompt, with the oldest exchanges out of sight where an answer would have no room.
    ///
    /// Once the context is full, twice the room is made, so that not every answer after that has
    /// to take in all of the conversation again.
    private func fittingPrompt() throws -> [Int32] {
        let room = max(1, min(maximumNewTokens, capacity / 4))
        var prompt = try renderedPrompt()
        if prompt.count + room > capacity {
            while prompt.count + 2 * room > capacity, history.hideOldestExchange() {
                prompt = try renderedPrompt()
            }
        }
        guard prompt.count < capacity else {
            throw GenerationError(
                .badRequest,
                "The message comes to \(prompt.count) tokens with what frames it, and the context "
                    + "holds \(capacity), the answer included; shorten it, or take a larger "
                    + "context.")
        }
        return prompt
    }

    private func renderedPrompt() throws -> [Int32] {
        try encoder.prompt(for: history.conversation, messages: history.shown, clock: clock)
    }
}
