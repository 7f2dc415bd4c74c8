/// A WordPiece tokenizer, as BERT has it: the longest token first, and then the longest that goes
/// on.
///
/// It encodes as Hugging Face's `tokenizers` does from the same `tokenizer.json`. Bytes that are
/// not UTF-8 become the unknown token, each stretch of them one.
///
/// Wu et al., "Google's Neural Machine Translation System" (2016), section 4.1.
public final class WordPieceTokenizer: PipelineTokenizer {
    /// The data it was made from.
    public let model: WordPieceModel
    public let fingerprint: String
    public let vocabularySize: Int

    let pipeline: CompiledPipeline
    let scratch = ScratchPool()
    let byteIDs = FrozenBuffer([Int32](repeating: -1, count: 256))
    let fusesUnknownBytes = true
    private let starts: PieceTrie
    private let continuations: PieceTrie
    private let unknown: Int32
    private let files: [(name: String, contents: [UInt8])]

    /// Throws where the model contradicts itself or asks for what is not implemented.
    public convenience init(_ model: WordPieceModel) throws {
        try self.init(model, files: [])
    }

    init(_ model: WordPieceModel, files: [(name: String, contents: [UInt8])]) throws {
        var model = model
        model.addedTokens.sort { $0.id < $1.id }
        try model.check()
        self.model = model
        self.files = files
        unknown = model.unknown ?? 0
        vocabularySize = model.idCount
        fingerprint = model.fingerprint
        pipeline = try CompiledPipeline(model)
        let pieces = model.vocabulary.enumerated().map { (bytes: $1, value: Int32($0)) }
        starts = try PieceTrie(pieces)
        let prefix = model.continuationPrefix
        continuations =
            prefix.isEmpty
            ? starts
            : try PieceTrie(
                pieces.filter { $0.bytes.starts(with: prefix) }.map {
                    (Array($0.bytes.dropFirst(prefix.count)), $0.value)
                })
    }

    func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        encodeCut(text, isTextStart: isTextStart, mayPrefix: mayPrefix, memory, &ids)
    }

    func split(_ word: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch) -> Int {
        guard let base = word.baseAddress else { return 0 }
        memory.reserve(max(word.count, 1))
        let characters = word.count { $0 & 0xC0 != 0x80 }
        var count = 0
        var start = 0
        while start < word.count {
            var found: (id: Int32, end: Int)?
            if characters <= model.maximumCharacters {
                let pieces = start == 0 ? starts : continuations
                pieces.forEachPrefix(base, start, word.count) { found = ($0, $1) }
            }
            guard let found else {
                memory.symbols[0] = unknown
                return 1
            }
            memory.symbols[count] = found.id
            count += 1
            start = found.end
        }
        return count
    }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] {
        let made = [
            (name: "tokenizer.json", contents: TokenizerFile.write(model)),
            (name: "tokenizer_config.json", contents: TokenizerConfiguration.write(model)),
        ]
        return files + made.filter { file in !files.contains { $0.name == file.name } }
    }
}
