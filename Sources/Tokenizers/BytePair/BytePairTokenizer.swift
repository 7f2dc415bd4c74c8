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
public final class BytePairTokenizer: PipelineTokenizer {
    /// The data it was made from.
    public let model: BytePairModel
    public let fingerprint: String
    public let vocabularySize: Int

    let pipeline: CompiledPipeline
    let symbols: SymbolTable
    let merges: MergeTable
    /// `MergeTable.pairs(ofBytes:)` where words are spelt by bytes and merge, else empty.
    let bytePairs: FrozenBuffer<UInt64>
    /// Words that skip the merges, and their ids, where the model says so.
    let wholeWords: ByteStringTable?
    let wholeWordIDs: [Int32]
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
        pipeline = try CompiledPipeline(model)
        symbols = SymbolTable(model)
        merges = MergeTable(model.merges)
        bytePairs =
            symbols.spellsAllText && !model.merges.isEmpty
            ? merges.pairs(ofBytes: symbols.bytes) : FrozenBuffer([])
        (wholeWords, wholeWordIDs) = Self.wholeWords(of: model)
    }

    var byteIDs: FrozenBuffer<Int32> { symbols.bytes }
    var fusesUnknownBytes: Bool { symbols.fusesUnknown }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] {
        // A pipeline that `tokenizer.json` cannot tell keeps the file it came from.
        let json =
            TokenizerFile.isWritable(model.pipeline)
            ? [(name: "tokenizer.json", contents: TokenizerFile.write(model))] : []
        let made =
            json + [(name: "tokenizer_config.json", contents: TokenizerConfiguration.write(model))]
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
}
