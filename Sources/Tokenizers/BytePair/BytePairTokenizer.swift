/// A byte-pair tokenizer: GPT-2's byte-level kind, or SentencePiece's kind that falls back to
/// bytes.
///
/// It encodes as Hugging Face's `tokenizers` does from the same `tokenizer.json`. Bytes that are
/// not UTF-8 separate what is around them; each becomes its byte's token where there is one,
/// otherwise the unknown token, otherwise what U+FFFD is encoded as.
///
/// Deviation in decoding: malformed UTF-8 becomes one U+FFFD per maximal ill-formed part for both
/// kinds, so that streamed and whole texts agree.
///
/// Radford et al., "Language Models are Unsupervised Multitask Learners" (2019), section 2.2.
public final class BytePairTokenizer: Tokenizer {
    /// The data it was made from.
    public let model: BytePairModel
    public let specialTokens: SpecialTokens
    public let fingerprint: String
    public let vocabularySize: Int

    /// Added tokens matched in the text as given, and after normalisation.
    let rawTokens: AddedTokenMatcher
    let normalizedTokens: AddedTokenMatcher
    let preTokenizer: PreTokenizer
    let symbols: SymbolTable
    let merges: MergeTable
    /// `MergeTable.pairs(ofBytes:)` where words are spelt by bytes and merge, else empty.
    let bytePairs: FrozenBuffer<UInt64>
    /// Words that skip the merges, and their ids, where the model says so.
    let wholeWords: ByteStringTable?
    let wholeWordIDs: [Int32]
    /// What every id stands for.
    let tokenBytes: [[UInt8]]
    let scratch = ScratchPool()
    /// The files it was read from, kept so that a copy loses nothing.
    private let files: [(name: String, contents: [UInt8])]

    /// Throws where the model contradicts itself or asks for what is not implemented.
    public convenience init(_ model: BytePairModel) throws {
        try self.init(model, files: [])
    }

    init(_ model: BytePairModel, files: [(name: String, contents: [UInt8])]) throws {
        var model = model
        model.addedTokens.sort { $0.id < $1.id }
        try model.check()
        self.model = model
        self.files = files
        vocabularySize = model.vocabularySize
        fingerprint = model.fingerprint
        specialTokens = SpecialTokens(
            beginning: model.roles.beginning, end: model.roles.end, padding: model.roles.padding,
            unknown: model.unknown,
            names: Dictionary(
                uniqueKeysWithValues: model.addedTokens.filter(\.isSpecial).map {
                    ($0.id, String(decoding: $0.content, as: UTF8.self))
                }))
        rawTokens = AddedTokenMatcher(model.addedTokens.filter { !$0.isNormalized })
        normalizedTokens = AddedTokenMatcher(
            model.addedTokens.filter(\.isNormalized).map { token in
                var token = token
                token.content = Self.normalized(token.content, by: model)
                return token
            })
        preTokenizer = try PreTokenizer(model.preTokenizer)
        symbols = SymbolTable(model)
        merges = MergeTable(model.merges)
        bytePairs =
            symbols.spellsAllText && !model.merges.isEmpty
            ? merges.pairs(ofBytes: symbols.bytes) : FrozenBuffer([])
        (wholeWords, wholeWordIDs) = Self.wholeWords(of: model)
        tokenBytes = Self.tokenBytes(of: model)
    }

    public func bytes(of id: Int32) -> [UInt8] {
        tokenBytes.indices.contains(Int(id)) ? tokenBytes[Int(id)] : []
    }

    public var leadingSpacesStripped: Int {
        if case .characters(_, _, let count) = model.decoding { count } else { 0 }
    }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] {
        let made = [
            (name: "tokenizer.json", contents: TokenizerFile.write(model)),
            (name: "tokenizer_config.json", contents: TokenizerConfiguration.write(model)),
        ]
        return files + made.filter { file in !files.contains { $0.name == file.name } }
    }

    private static func wholeWords(of model: BytePairModel) -> (ByteStringTable?, [Int32]) {
        guard model.ignoresMerges else { return (nil, []) }
        var table = ByteStringTable(minimumCapacity: model.vocabulary.count)
        var ids: [Int32] = []
        for (id, spelling) in model.vocabulary.enumerated() {
            let key = model.alphabet == .bytes ? ByteAlphabet.unspell(spelling) : spelling
            if let key, table.insert(key).isNew { ids.append(Int32(id)) }
        }
        return (table, ids)
    }

    private static func tokenBytes(of model: BytePairModel) -> [[UInt8]] {
        var result = model.vocabulary.map { spelling -> [UInt8] in
            switch model.decoding {
            case .bytes:
                return ByteAlphabet.unspell(spelling) ?? spelling
            case .characters(let replacements, let byteFallback, _):
                var text = spelling
                for replacement in replacements { Normalizer.replace(replacement, in: &text) }
                if byteFallback, let byte = BytePairModel.byte(ofToken: text) { return [byte] }
                return text
            }
        }
        for token in model.addedTokens {
            var text = token.content
            if token.isNormalized {
                // It stands for the text it was found in, which the normalisers had rewritten.
                text = normalized(text, by: model)
                if case .characters(let replacements, _, _) = model.decoding {
                    for replacement in replacements { Normalizer.replace(replacement, in: &text) }
                }
            }
            if Int(token.id) < result.count {
                result[Int(token.id)] = text
            } else {
                result.append(text)
            }
        }
        return result
    }

    private static func normalized(_ text: [UInt8], by model: BytePairModel) -> [UInt8] {
        var text = text
        for normalizer in model.normalizers { normalizer.apply(to: &text, mayPrefix: true) }
        return text
    }
}
