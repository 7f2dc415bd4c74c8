/// Everything that decides how a WordPiece tokenizer turns text into ids and back: plain data.
///
/// Ids `0 ..< vocabulary.count` are the model's own; added tokens either name one of those or
/// follow them without a gap.
@dynamicMemberLookup
public struct WordPieceModel: Sendable, Hashable {
    /// The tokens as their file spells them, in id order.
    public var vocabulary: [[UInt8]]
    /// Begins the tokens that go on with a word: `##`.
    public var continuationPrefix: [UInt8]
    /// A word of more characters is unknown as a whole.
    public var maximumCharacters: Int
    /// Stands for a word that the vocabulary cannot spell.
    public var unknown: Int32?
    /// What stands around the model; its fields can be read and set on the model itself.
    public var pipeline: TokenizerPipeline

    /// A model in a pipeline that neither rewrites nor cuts text.
    public init(
        vocabulary: [[UInt8]], unknown: Int32, continuationPrefix: [UInt8] = Array("##".utf8),
        maximumCharacters: Int = 100
    ) {
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.continuationPrefix = continuationPrefix
        self.maximumCharacters = maximumCharacters
        pipeline = TokenizerPipeline(
            decoding: [.wordPiece(prefix: continuationPrefix, cleansUp: true)])
    }

    /// A field of the pipeline.
    public subscript<Value>(
        dynamicMember field: WritableKeyPath<TokenizerPipeline, Value>
    ) -> Value {
        get { pipeline[keyPath: field] }
        set { pipeline[keyPath: field] = newValue }
    }
}

extension WordPieceModel: SubwordModel {
    var spellsEverything: Bool { false }

    var fingerprint: String {
        var hash = Fingerprint()
        hash.add("nightjar word piece 1")
        hash.add(vocabulary.count)
        for token in vocabulary { hash.add(token) }
        hash.add(continuationPrefix)
        hash.add(maximumCharacters)
        pipeline.add(to: &hash, unknown: unknown)
        return hash.hexadecimal
    }

    func check() throws {
        try checkPipeline()
        guard unknown != nil else {
            throw TokenizerError(
                .inconsistent, "a vocabulary of word pieces needs an unknown token",
                key: "model.unk_token")
        }
        guard maximumCharacters >= 0 else {
            throw TokenizerError(
                .inconsistent, "is \(maximumCharacters), but may not be negative",
                key: "model.max_input_chars_per_word")
        }
    }

    func makeTokenizer(files: [(name: String, contents: [UInt8])]) throws -> any Tokenizer {
        try WordPieceTokenizer(self, files: files)
    }
}
