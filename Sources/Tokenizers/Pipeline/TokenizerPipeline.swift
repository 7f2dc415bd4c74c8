/// Everything that stands around a model in a tokenizer, in the terms of `tokenizer.json`.
///
/// Text goes through the added tokens, the normalizers and the pre-tokenizer before the model sees
/// its words; the decoder turns the model's tokens into text again.
public struct TokenizerPipeline: Sendable, Hashable {
    /// Matched in the text before anything else; in id order.
    public var addedTokens: [AddedToken] = []
    /// Rewrite the text, in their order.
    public var normalizers: [Normalizer] = []
    /// Cuts the text into words.
    public var preTokenizer: [PreTokenizerStep] = []
    /// Turns tokens into text.
    public var decoding: [DecoderStep]
    /// The ids that a chat-less model expects around a text; `encode` adds none of them.
    public var template: Template = Template()
    /// Whether a text gets its beginning where the template adds none (`add_bos_token`); nil where
    /// nothing is said.
    public var addsBeginning: Bool?
    /// The ids with a role.
    public var roles: Roles = Roles()

    /// Ids before and after a text.
    public struct Template: Sendable, Hashable {
        public var before: [Int32] = []
        public var after: [Int32] = []
        public init(before: [Int32] = [], after: [Int32] = []) {
            self.before = before
            self.after = after
        }
    }

    /// The ids that begin, end and fill.
    public struct Roles: Sendable, Hashable {
        public var beginning: Int32?
        public var end: Int32?
        public var padding: Int32?
        public init(beginning: Int32? = nil, end: Int32? = nil, padding: Int32? = nil) {
            self.beginning = beginning
            self.end = end
            self.padding = padding
        }
    }

    /// A pipeline that only decodes.
    public init(decoding: [DecoderStep]) { self.decoding = decoding }

    /// The content of an added token as it stands in text that the normalizers have rewritten.
    ///
    /// The pieces of a SentencePiece model are in that form already.
    func normalized(_ content: [UInt8]) -> [UInt8] {
        var text = content
        for normalizer in normalizers {
            if case .sentencePiece = normalizer { continue }
            normalizer.apply(to: &text, mayPrefix: true)
        }
        return text
    }

    /// Adds what decides ids: the roles that put ids into a corpus count, padding does not.
    func add(to hash: inout Fingerprint, unknown: Int32?) {
        for id in [unknown, roles.beginning, roles.end] { hash.add(id.map(Int.init) ?? -1) }
        hash.add(addedTokens.count)
        for token in addedTokens {
            hash.add(Int(token.id))
            hash.add(token.content)
            for flag in [
                token.isSingleWord, token.stripsLeft, token.stripsRight, token.isNormalized,
                token.isSpecial,
            ] { hash.add(flag) }
        }
        hash.add(normalizers.count)
        for normalizer in normalizers { normalizer.add(to: &hash) }
        hash.add(preTokenizer.count)
        for step in preTokenizer { step.add(to: &hash) }
    }
}
