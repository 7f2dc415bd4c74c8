/// Everything that decides how a Unigram tokenizer turns text into ids and back: plain data.
///
/// Ids `0 ..< vocabulary.count` are the model's own; added tokens either name one of those or
/// follow them without a gap.
@dynamicMemberLookup
public struct UnigramModel: Sendable, Hashable {
    /// How scores are added up, which decides between spellings that are nearly as likely.
    public enum Arithmetic: Sendable, Hashable {
        /// In doubles, each token with its own score: Hugging Face's `tokenizers`.
        case double
        /// Kept in single precision: the SentencePiece library.
        case single
    }

    /// The tokens as their file spells them, in id order.
    public var vocabulary: [[UInt8]]
    /// The log probability of each token.
    public var scores: [Double]
    /// The score of the rarest token, from which that of an unknown character follows; nil for the
    /// least of `scores`.
    public var leastScore: Double?
    /// The tokens that text may be spelt with; nil for all.
    public var usable: [Bool]?
    /// Stands for characters that no token spells.
    public var unknown: Int32?
    /// Whether such a character becomes its bytes' tokens, `<0x00>` to `<0xFF>`.
    public var byteFallback: Bool
    /// How scores are added up.
    public var arithmetic: Arithmetic
    /// What stands around the model; its fields can be read and set on the model itself.
    public var pipeline: TokenizerPipeline

    /// A model whose tokens are text as they are, in a pipeline that does nothing.
    public init(
        vocabulary: [[UInt8]], scores: [Double], unknown: Int32?, byteFallback: Bool = false,
        arithmetic: Arithmetic = .double
    ) {
        self.vocabulary = vocabulary
        self.scores = scores
        self.unknown = unknown
        self.byteFallback = byteFallback
        self.arithmetic = arithmetic
        pipeline = TokenizerPipeline(decoding: [])
    }

    /// A field of the pipeline.
    public subscript<Value>(
        dynamicMember field: WritableKeyPath<TokenizerPipeline, Value>
    ) -> Value {
        get { pipeline[keyPath: field] }
        set { pipeline[keyPath: field] = newValue }
    }
}

extension UnigramModel: SubwordModel {
    var spellsEverything: Bool { false }

    var fingerprint: String {
        var hash = Fingerprint()
        hash.add("nightjar unigram 1")
        hash.add(vocabulary.count)
        for (id, token) in vocabulary.enumerated() {
            hash.add(token)
            hash.add(Int(truncatingIfNeeded: scores[id].bitPattern))
            hash.add(usable?[id] ?? true)
        }
        hash.add(Int(truncatingIfNeeded: (leastScore ?? 0).bitPattern))
        hash.add(byteFallback)
        hash.add(arithmetic == .single)
        pipeline.add(to: &hash, unknown: unknown)
        return hash.hexadecimal
    }

    /// In bytes; published vocabularies stay below a hundred.
    private static let longestToken = 1024

    func check() throws {
        try checkPipeline()
        guard scores.count == vocabulary.count, usable.map({ $0.count == scores.count }) ?? true
        else {
            throw TokenizerError(
                .inconsistent, "\(vocabulary.count) tokens have \(scores.count) scores",
                key: "model.vocab")
        }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw TokenizerError(
                .inconsistent, "the score of token \(id) is not a finite number",
                key: "model.vocab[\(id)]")
        }
        guard unknown != nil else {
            throw TokenizerError(
                .inconsistent, "a Unigram vocabulary needs an unknown token", key: "model.unk_id")
        }
        if let id = vocabulary.firstIndex(where: { $0.count > Self.longestToken }) {
            throw TokenizerError(
                .unsupported,
                "token \(id) has \(vocabulary[id].count) bytes; more than \(Self.longestToken) would "
                    + "make encoding as slow as they are long", key: "model.vocab[\(id)]")
        }
        for step in pipeline.preTokenizer {
            guard case .byteLevel = step else { continue }
            throw TokenizerError(
                .unsupported, "ByteLevel before a Unigram model is not implemented",
                key: "pre_tokenizer")
        }
    }

    func makeTokenizer(files: [(name: String, contents: [UInt8])]) throws -> any Tokenizer {
        try UnigramTokenizer(self, files: files)
    }
}
