/// A Unigram tokenizer: of all spellings of a word, the most likely one.
///
/// It encodes as Hugging Face's `tokenizers` does from the same `tokenizer.json`, or as the
/// SentencePiece library from the same `.model`. Bytes that are not UTF-8 become their own tokens
/// where there are such, otherwise the unknown token, each stretch of them one.
///
/// Kudo, "Subword Regularization" (2018), section 3.2.
public final class UnigramTokenizer: PipelineTokenizer {
    /// The data it was made from.
    public let model: UnigramModel
    public let fingerprint: String
    public let vocabularySize: Int

    let pipeline: CompiledPipeline
    let scratch = ScratchPool()
    let byteIDs: FrozenBuffer<Int32>
    let fusesUnknownBytes = true
    private let lattice: UnigramLattice
    private let table: ByteStringTable
    private let unknown: Int32
    private let files: [(name: String, contents: [UInt8])]

    /// Throws where the model contradicts itself or asks for what is not implemented.
    public convenience init(_ model: UnigramModel) throws { try self.init(model, files: []) }

    init(_ model: UnigramModel, files: [(name: String, contents: [UInt8])]) throws {
        var model = model
        model.addedTokens.sort { $0.id < $1.id }
        try model.check()
        self.model = model
        self.files = files
        unknown = model.unknown ?? 0
        vocabularySize = model.idCount
        fingerprint = model.fingerprint
        pipeline = try CompiledPipeline(model)
        lattice = try UnigramLattice(model)
        var table = ByteStringTable(minimumCapacity: model.vocabulary.count)
        for token in model.vocabulary { _ = table.insert(token) }
        self.table = table
        let bytes = (UInt8.min...UInt8.max).map { byte in
            model.byteFallback
                ? table.find(BytePairModel.byteToken(byte)).map(Int32.init) ?? -1 : -1
        }
        // All bytes or none: the reference falls back only where every byte has its token, and a
        // vocabulary with some of them would lose text.
        byteIDs = FrozenBuffer(bytes)
    }

    func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        encodeCut(text, isTextStart: isTextStart, mayPrefix: mayPrefix, memory, &ids)
    }

    func split(_ word: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch) -> Int {
        guard let base = word.baseAddress else { return 0 }
        memory.reserve(word.count)
        var count = 0
        var fused: Range<Int>?
        func endFused() {
            guard let range = fused else { return }
            fused = nil
            count += spellUnknown(
                UnsafeBufferPointer(start: base + range.lowerBound, count: range.count),
                memory.symbols + count)
        }
        lattice.forEachPiece(of: word) { id, start, end in
            if id == unknown {
                fused = (fused?.lowerBound ?? start)..<end
            } else {
                endFused()
                memory.symbols[count] = id
                count += 1
            }
        }
        endFused()
        return count
    }

    /// Writes what stands for a stretch of characters that no token spells.
    private func spellUnknown(
        _ text: UnsafeBufferPointer<UInt8>, _ out: UnsafeMutablePointer<Int32>
    ) -> Int {
        // The stretch as a whole may be a token that text cannot be spelt with, as `<unk>` itself.
        if model.arithmetic == .double, let id = table.find(text) {
            out[0] = Int32(id)
            return 1
        }
        guard model.byteFallback, text.allSatisfy({ byteIDs[Int($0)] >= 0 }) else {
            out[0] = unknown
            return 1
        }
        for (index, byte) in text.enumerated() { out[index] = byteIDs[Int(byte)] }
        return text.count
    }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] {
        let made = [
            (name: "tokenizer_config.json", contents: TokenizerConfiguration.write(model))
        ]
        return files + made.filter { file in !files.contains { $0.name == file.name } }
    }
}
