/// Everything that decides how a byte-pair tokenizer turns text into ids and back: plain data.
///
/// The fields follow Hugging Face's `tokenizer.json`. Ids `0 ..< vocabulary.count` are the model's
/// own; added tokens either name one of those or follow them without a gap.
public struct BytePairModel: Sendable, Hashable {
    /// What the merges begin from.
    public enum Alphabet: Sendable, Hashable {
        /// The bytes of each word (GPT-2); tokens are spelt in the printable byte alphabet.
        case bytes
        /// The characters of the text (SentencePiece); with `byteFallback`, a character outside the
        /// vocabulary becomes its bytes' tokens, `<0x00>` to `<0xFF>`.
        case characters(byteFallback: Bool, fusesUnknown: Bool)
    }

    /// One step of building the vocabulary: two tokens become a third. Its rank is its position.
    public struct Merge: Sendable, Hashable {
        public var left: Int32
        public var right: Int32
        public var result: Int32

        public init(left: Int32, right: Int32, result: Int32) {
            self.left = left
            self.right = right
            self.result = result
        }
    }

    /// How ids become text again.
    public enum Decoding: Sendable, Hashable {
        /// Each token is its bytes.
        case bytes
        /// `replacements` apply inside every token, `<0x..>` tokens are bytes where `byteFallback`,
        /// and the text loses up to `leadingSpacesStripped` spaces at its beginning.
        case characters(
            replacements: [Replacement], byteFallback: Bool, leadingSpacesStripped: Int)
    }

    /// A literal that stands for another.
    public struct Replacement: Sendable, Hashable {
        public var pattern: [UInt8]
        public var content: [UInt8]

        public init(pattern: [UInt8], content: [UInt8]) {
            self.pattern = pattern
            self.content = content
        }
    }

    /// The model's tokens as their file spells them, in id order.
    public var vocabulary: [[UInt8]]
    /// By rank.
    public var merges: [Merge]
    public var alphabet: Alphabet
    /// Whether a word that is itself in the vocabulary skips the merges.
    public var ignoresMerges = false
    /// Stands for what the vocabulary cannot spell.
    public var unknown: Int32?
    /// Matched in the text before anything else; in id order.
    public var addedTokens: [AddedToken] = []
    public var normalizers: [Normalizer] = []
    public var preTokenizer: [PreTokenizerStep] = []
    public var decoding: Decoding = .bytes
    /// The ids that a chat-less model expects around a text; `encode` adds none of them.
    public var template: Template = Template()
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

    public init(vocabulary: [[UInt8]], merges: [Merge], alphabet: Alphabet) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.alphabet = alphabet
    }

    /// The number of ids, added tokens included.
    public var vocabularySize: Int {
        vocabulary.count + addedTokens.count { Int($0.id) >= vocabulary.count }
    }

    /// The literal spelling of `id`, or nil where there is no such id.
    func spelling(of id: Int32) -> [UInt8]? {
        if vocabulary.indices.contains(Int(id)) { return vocabulary[Int(id)] }
        return addedTokens.first { $0.id == id }?.content
    }
}
