public import Conversations
import Naming
import Tokenizers

/// How rows of conversations become tokens: the encoder, and what a row of the batch holds.
public struct SupervisedEncoding: Sendable {
    /// Renders and tokenizes.
    public let encoder: ConversationEncoder
    /// Inputs that a row of the batch holds.
    public let context: Int
    /// Of these, those that are left for the model's own answer where a row is a prompt.
    public let answerRoom: Int

    /// An encoder, and the context that rows are cut to.
    public init(encoder: ConversationEncoder, context: Int, answerRoom: Int = 0) {
        self.encoder = encoder
        self.context = context
        self.answerRoom = answerRoom
    }

    /// Names everything of it that decides tokens and weights.
    var fingerprint: String {
        "\(Self.version) \(context) \(encoder.template?.fingerprint ?? "no template")"
    }

    /// Raised when the same rows come to other tokens or weights.
    private static let version = 1
}

/// A document's ids, and what is known of them.
struct EncodedDocument: Sendable {
    var ids: [Int32] = []
    /// As many as ids; nil where all count 1.
    var lossWeights: [Float]?
    /// Bytes of the text that is predicted.
    var textBytes: Int
    var startsMidway: Bool
    var goesOn: Bool
    /// How a long row was cut, in words.
    var cut: String?
    /// Where the second side of a pair of answers begins; nil for documents that are none.
    var second: Int?
    /// A hash of the whole row, where a run looks at more of it than its ids.
    var rowHash: UInt64?
}

extension EncodedDocument {
    /// Ids of a document of plain text.
    init(_ document: Document, ids: [Int32] = []) {
        self.init(
            ids: ids, textBytes: document.utf8.count, startsMidway: document.startsMidway,
            goesOn: document.goesOn)
    }
}

/// Turns documents of one source into tokens.
struct DocumentEncoder: Sendable {
    let source: Source
    let tokenizer: any Tokenizer
    /// Set for sources of conversations.
    let supervised: SupervisedEncoding?

    init(source: Source, tokenizer: any Tokenizer, supervised: SupervisedEncoding?) throws {
        self.source = source
        self.tokenizer = tokenizer
        self.supervised = source.format.isOfConversations ? supervised : nil
        guard !source.format.isOfConversations || supervised != nil else {
            throw CorporaError(
                .badSetting, "source '\(source.name)' holds conversations",
                advice: "Learn from them with method = \"sft\".")
        }
    }

    func encode(_ document: Document) -> Result<EncodedDocument, ConversationError> {
        guard let supervised, case .conversations(let rows) = source.format else {
            var encoded = EncodedDocument(document)
            document.utf8.withUnsafeBufferPointer { tokenizer.encode($0, into: &encoded.ids) }
            return .success(encoded)
        }
        do throws(ConversationError) {
            return .success(try encode(document.utf8, rows, supervised))
        } catch {
            return .failure(error)
        }
    }

    private func encode(
        _ json: [UInt8], _ rows: Source.ConversationRows, _ supervised: SupervisedEncoding
    ) throws(ConversationError) -> EncodedDocument {
        switch rows.purpose {
        case .answers:
            let row = try TrainingRow(json: json, format: rows.format, fields: rows.fields)
            return try encode(supervised.encoder.encode(row), rows, supervised.context)
        case .pairs:
            return try encode(PreferenceRow(json: json, fields: rows.fields), supervised)
        case .prompts:
            var encoded = try encode(PromptRow(json: json, fields: rows.fields), supervised)
            encoded.rowHash = ContentHash.xxh3(json)
            return encoded
        }
    }

    private func encode(
        _ tokens: TrainedTokens, _ rows: Source.ConversationRows, _ context: Int
    ) throws(ConversationError) -> EncodedDocument {
        let lead = !tokens.isRendered && tokenizer.specialTokens.beginning != nil ? 1 : 0
        let room = max(1, context - lead)
        guard tokens.ids.count <= room || rows.tooLong == .cut else {
            throw ConversationError(
                .tooLong,
                "the row has \(tokens.ids.count + lead) tokens, and the context \(context)")
        }
        let kept = try tokens.cut(to: room)
        return EncodedDocument(
            ids: kept.ids, lossWeights: kept.lossWeights,
            textBytes: predictedBytes(kept.ids, kept.lossWeights),
            startsMidway: kept.isRendered, goesOn: kept.isRendered || kept.isCut,
            cut: kept.isCut
                ? "\(tokens.ids.count + lead) tokens, of which \(kept.ids.count + lead) are kept"
                : nil)
    }

    /// A prompt, of which nothing is learned.
    private func encode(
        _ row: PromptRow, _ supervised: SupervisedEncoding
    ) throws(ConversationError) -> EncodedDocument {
        let ids: [Int32]
        let isRendered: Bool
        switch row.content {
        case .text(let text): (ids, isRendered) = (tokenizer.encode(text), false)
        case .conversation(let conversation):
            (ids, isRendered) = (try supervised.encoder.prompt(for: conversation), true)
        }
        let lead = !isRendered && tokenizer.specialTokens.beginning != nil ? 1 : 0
        guard ids.count + lead <= supervised.context - supervised.answerRoom else {
            throw ConversationError(
                .tooLong,
                "the prompt has \(ids.count + lead) tokens, and the context \(supervised.context), "
                    + "of which \(supervised.answerRoom) are for the answer")
        }
        return EncodedDocument(
            ids: ids, lossWeights: [Float](repeating: 0, count: ids.count), textBytes: 0,
            startsMidway: isRendered, goesOn: true)
    }

    /// Both sides of a pair, the chosen one first, each as it would stand alone.
    private func encode(
        _ row: PreferenceRow, _ supervised: SupervisedEncoding
    ) throws(ConversationError) -> EncodedDocument {
        let chosen = try side(row.chosen, supervised.encoder)
        let rejected = try side(row.rejected, supervised.encoder)
        let count = chosen.ids.count + rejected.ids.count
        guard count <= supervised.context else {
            throw ConversationError(
                .tooLong,
                "both sides of the pair have \(count) tokens together, and the context "
                    + "\(supervised.context)")
        }
        return EncodedDocument(
            ids: chosen.ids + rejected.ids, lossWeights: chosen.weights + rejected.weights,
            textBytes: predictedBytes(chosen.ids, chosen.weights)
                + predictedBytes(rejected.ids, rejected.weights), startsMidway: true, goesOn: true,
            second: chosen.ids.count)
    }

    private func side(
        _ row: TrainingRow, _ encoder: ConversationEncoder
    ) throws(ConversationError) -> (ids: [Int32], weights: [Float]) {
        let tokens = try encoder.encode(row)
        var (ids, weights) = (tokens.ids, tokens.lossWeights)
        let special = tokenizer.specialTokens
        if !tokens.isRendered {
            if let end = special.end {
                ids.append(end)
                weights.append(weights.last ?? 1)
            }
            if let beginning = special.beginning {
                ids.insert(beginning, at: 0)
                weights.insert(0, at: 0)
            }
        }
        // Nothing comes before the first token, so it is predicted from nothing.
        weights[0] = 0
        return (ids, weights)
    }

    /// Bytes of the text that is learned, special tokens left out.
    private func predictedBytes(_ ids: [Int32], _ weights: [Float]) -> Int {
        let special = tokenizer.specialTokens.names
        return zip(ids, weights).reduce(0) { sum, token in
            token.1 > 0 && special[token.0] == nil ? sum + tokenizer.bytes(of: token.0).count : sum
        }
    }
}
