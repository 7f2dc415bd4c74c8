/// Everything that decides how a byte-pair tokenizer turns text into ids and back: plain data.
///
/// The fields follow Hugging Face's `tokenizer.json`. Ids `0 ..< vocabulary.count` are the model's
/// own; added tokens either name one of those or follow them without a gap.
@dynamicMemberLookup
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

    /// The model's tokens as their file spells them, in id order.
    public var vocabulary: [[UInt8]]
    /// By rank.
    public var merges: [Merge]
    public var alphabet: Alphabet
    /// Whether a word that is itself in the vocabulary skips the merges.
    public var ignoresMerges = false
    /// Stands for what the vocabulary cannot spell.
    public var unknown: Int32?
    /// What stands around the model; its fields can be read and set on the model itself.
    public var pipeline = TokenizerPipeline(decoding: [.byteLevel])

    public init(vocabulary: [[UInt8]], merges: [Merge], alphabet: Alphabet) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.alphabet = alphabet
    }

    /// The number of ids, added tokens included.
    public var vocabularySize: Int { idCount }

    /// A field of the pipeline.
    public subscript<Value>(
        dynamicMember field: WritableKeyPath<TokenizerPipeline, Value>
    ) -> Value {
        get { pipeline[keyPath: field] }
        set { pipeline[keyPath: field] = newValue }
    }
}

extension BytePairModel: SubwordModel {
    var spellsEverything: Bool { alphabet == .bytes }

    func makeTokenizer(files: [(name: String, contents: [UInt8])]) throws -> any Tokenizer {
        try BytePairTokenizer(self, files: files)
    }
}
