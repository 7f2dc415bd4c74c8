import Templates
import Tokenizers

/// Finds the tokens of each answer in a rendered conversation.
struct TurnFinder {
    private let encoder: ConversationEncoder
    private let template: ChatTemplate
    private let conversation: Conversation
    private let whole: Rendering
    private let ids: [Int32]
    private let marksGeneration: Bool
    /// The tokens before each border of a generation block; found once, for every answer asks for all.
    private var borders: [Int: Int] = [:]

    init(
        encoder: ConversationEncoder, template: ChatTemplate, conversation: Conversation,
        whole: Rendering, ids: [Int32]
    ) {
        self.encoder = encoder
        self.template = template
        self.conversation = conversation
        self.whole = whole
        self.ids = ids
        marksGeneration = template.marksGeneration(for: conversation)
    }

    /// The token ranges that a message of the assistant's gives to the loss, in order; at least one,
    /// none empty.
    mutating func trainedParts(
        ofMessage index: Int
    ) throws(ConversationError) -> [Range<Int>] {
        let start = try beginning(ofMessage: index)
        let end = try ending(ofMessage: index, from: start)
        let parts = try marksGeneration ? marked(start, end, index) : unmarked(start, end, index)
        try checkEnd(of: parts, index)
        guard parts.contains(where: { ids[$0].contains { !closesNothing($0) } }) else {
            throw fault(
                .emptyTurn,
                "the chat template (\(template.name)) writes nothing of this message"
                    + (conversation.messages[index].calls ? ", which calls a tool" : "")
                    + ": nothing but its end would be learned; use a template that writes such "
                    + "messages, or give it weight 0", index)
        }
        return parts
    }

    /// Where the answer begins: after all tokens that the model is given in use.
    private func beginning(ofMessage index: Int) throws(ConversationError) -> Int {
        let served = try template.render(
            conversation, messages: conversation.messages[..<index], addsGenerationPrompt: true,
            specials: encoder.specials)
        guard whole.text.utf8.starts(with: served.text.utf8) else {
            let place = zip(whole.text.utf8, served.text.utf8).prefix { $0 == $1 }.count
            throw fault(
                .unfaithful,
                "in use the template writes \(Self.shown(served.text, from: place)) before the "
                    + "answer, and in training \(Self.shown(whole.text, from: place))", index)
        }
        let given = encoder.tokenizer.encode(served.text)
        guard given.count < ids.count, ids.starts(with: given) else {
            throw fault(
                .unfaithful,
                "a token spans the beginning of the answer, so the model would never see in use "
                    + "what it learned from: the template's generation prompt ends with "
                    + Self.shown(served.text, from: max(0, served.text.utf8.count - 16)), index)
        }
        return given.count
    }

    /// Where the tokens end that belong to the message, those of the template after it included.
    private func ending(ofMessage index: Int, from start: Int) throws(ConversationError) -> Int {
        guard index + 1 < conversation.messages.count else { return ids.count }
        let until = try template.render(
            conversation, messages: conversation.messages[...index], addsGenerationPrompt: false,
            specials: encoder.specials)
        let alone = encoder.tokenizer.encode(until.text)
        let shared = zip(ids, alone).prefix { $0 == $1 }.count
        // A template may close a conversation that ends here; what it says must be there already.
        guard shared > start, alone[shared...].allSatisfy(closesNothing) else {
            throw fault(
                .unfaithful,
                "the template writes the answer otherwise once the conversation goes on, so what "
                    + "is learned would differ from what is used; give rows that end with this "
                    + "answer, or weight 0 to this message", index)
        }
        return shared
    }

    /// Whether a token is only a mark or white space.
    private func closesNothing(_ id: Int32) -> Bool {
        encoder.specialIds.contains(id)
            || encoder.tokenizer.bytes(of: id).allSatisfy { $0 == 0x20 || (9...13).contains($0) }
    }

    /// What `generation` blocks cover of a turn.
    private mutating func marked(
        _ start: Int, _ end: Int, _ index: Int
    ) throws(ConversationError) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        for block in whole.generated {
            let first = try token(at: block.lowerBound, index)
            guard first >= start, first < end else { continue }
            let last = try token(at: block.upperBound, index)
            guard last <= end, last > first else {
                throw fault(.unfaithful, "a generation block reaches beyond the answer", index)
            }
            parts.append(first..<last)
        }
        guard let first = parts.first else {
            throw fault(
                .openTurn, "no generation block of the template covers the answer", index)
        }
        guard first.lowerBound == start else {
            throw fault(
                .unfaithful,
                "the generation block begins \(first.lowerBound - start) tokens after the text "
                    + "that the model is given in use: it would never learn to write those", index)
        }
        return parts
    }

    /// The turn up to its last special token, after which only white space may stand.
    private func unmarked(
        _ start: Int, _ end: Int, _ index: Int
    ) throws(ConversationError) -> [Range<Int>] {
        guard let last = (start..<end).last(where: { encoder.specialIds.contains(ids[$0]) }),
            ids[(last + 1)..<end].allSatisfy(closesNothing)
        else {
            let tail = encoder.tokenizer.decode(
                ids[max(start, end - 8)..<end], skipsSpecialTokens: false)
            throw fault(
                .openTurn,
                "the answer does not end with a special token of the vocabulary (it ends with "
                    + "\(Self.shown(tail, from: 0))), so the model would never learn to stop; the "
                    + "template must close the assistant's turns with one, such as eos_token", index
            )
        }
        return [start..<last + 1]
    }

    /// The last token that is learned must be the one that ends the turn.
    private func checkEnd(of parts: [Range<Int>], _ index: Int) throws(ConversationError) {
        guard let last = parts.last, encoder.specialIds.contains(ids[last.upperBound - 1]) else {
            throw fault(
                .openTurn,
                "the token that ends the turn is not learned, so the model would never stop; put "
                    + "it into the template's generation block", index)
        }
    }

    /// The number of tokens before a byte of the text, which no token may span.
    private mutating func token(at byte: Int, _ index: Int) throws(ConversationError) -> Int {
        if let known = borders[byte] { return known }
        let text = String(decoding: Array(whole.text.utf8.prefix(byte)), as: UTF8.self)
        let before = encoder.tokenizer.encode(text)
        guard ids.starts(with: before) else {
            throw fault(
                .unfaithful,
                "a token spans the border of a generation block: "
                    + Self.shown(text, from: max(0, byte - 16)), index)
        }
        borders[byte] = before.count
        return before.count
    }

    private func fault(
        _ code: ConversationError.Code, _ sentence: String, _ index: Int
    ) -> ConversationError {
        let message = conversation.messages[index]
        let name = code == .openTurn ? "; the template is \(template.name)" : ""
        return ConversationError(code, sentence + name, key: message.key)
    }

    /// Some of a text in quotes.
    private static func shown(_ text: String, from byte: Int) -> String {
        let bytes = Array(text.utf8.dropFirst(byte).prefix(40))
        guard !bytes.isEmpty else { return "nothing more" }
        return String(decoding: bytes, as: UTF8.self).debugDescription
    }
}
