/// A tokenizer whose text passes through a pipeline before a model turns words into ids.
///
/// Bytes that are not UTF-8 separate what is around them.
protocol PipelineTokenizer: Tokenizer {
    var pipeline: CompiledPipeline { get }
    var scratch: ScratchPool { get }
    /// The token of every byte, or -1: what a byte that is not UTF-8 becomes.
    var byteIDs: FrozenBuffer<Int32> { get }
    /// Whether neighbouring unknown bytes become one unknown token.
    var fusesUnknownBytes: Bool { get }

    /// Encodes normalised text between added tokens.
    func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32])

    /// Writes the ids of a word to the scratch's symbols and returns how many.
    func split(_ word: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch) -> Int
}

extension PipelineTokenizer {
    public var specialTokens: SpecialTokens { pipeline.specialTokens }
    public var leadingSpacesStripped: Int { pipeline.texts.leadingSpacesStripped }

    public func bytes(of id: Int32) -> [UInt8] { pipeline.texts.bytes(of: id) }

    public func bytes(of id: Int32, isFirst: Bool) -> [UInt8] {
        pipeline.texts.bytes(of: id, isFirst: isFirst)
    }

    public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String {
        var bytes: [UInt8] = []
        var isFirst = true
        for id in ids where !(skipsSpecialTokens && specialTokens.names[id] != nil) {
            bytes.append(contentsOf: pipeline.texts.bytes(of: id, isFirst: isFirst))
            isFirst = false
        }
        let spaces = bytes.prefix(leadingSpacesStripped).prefix { $0 == 0x20 }.count
        return String(decoding: bytes[spaces...], as: UTF8.self)
    }

    public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        encode(utf8, matchesSpecial: true, into: &ids)
    }

    public func encode(ordinary utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        encode(utf8, matchesSpecial: false, into: &ids)
    }

    private func encode(
        _ text: UnsafeBufferPointer<UInt8>, matchesSpecial: Bool, into ids: inout [Int32]
    ) {
        guard !text.isEmpty else { return }
        let memory = scratch.take()
        defer { scratch.give(memory) }
        if pipeline.rawTokens.isEmpty {
            encodePart(text, isTextStart: true, matchesSpecial, memory, &ids)
        } else {
            pipeline.rawTokens.forEachPiece(text, matchesSpecial: matchesSpecial) { piece in
                switch piece {
                case .token(let id): memory.append(id, to: &ids)
                case .text(let range):
                    encodePart(
                        UnsafeBufferPointer(rebasing: text[range]),
                        isTextStart: range.lowerBound == 0, matchesSpecial, memory, &ids)
                }
            }
        }
        memory.flush(to: &ids)
    }

    /// Encodes text between added tokens: well-formed runs as text, the bytes between them singly.
    private func encodePart(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, _ matchesSpecial: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard let base = text.baseAddress else { return }
        var start = 0
        while start < text.count {
            let end = UTF8Scan.validRunEnd(base, start, text.count)
            if end > start {
                let run = UnsafeBufferPointer(rebasing: text[start..<end])
                encodeRun(
                    run, isTextStart: isTextStart && start == 0, mayPrefix: start == 0,
                    matchesSpecial, memory, &ids)
            }
            start = end
            var isFirst = true
            while start < text.count, UTF8Scan.sequenceLength(base, start, text.count) == 0 {
                encodeMalformed(base[start], isFirst: isFirst, memory, &ids)
                isFirst = false
                start += 1
            }
        }
    }

    /// Encodes a byte that is not UTF-8; `isFirst` of several in a row.
    private func encodeMalformed(
        _ byte: UInt8, isFirst: Bool, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        let id = byteIDs[Int(byte)]
        if id >= 0 {
            memory.append(id, to: &ids)
        } else if let unknown = specialTokens.unknown {
            if isFirst || !fusesUnknownBytes { memory.append(unknown, to: &ids) }
        } else {
            let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]
            replacement.withUnsafeBufferPointer { text in
                guard let base = text.baseAddress else { return }
                encodeWord(base, text.count, readable: text.count, memory, &ids)
            }
        }
    }

    /// Encodes well-formed UTF-8: normalises, finds the tokens matched after that, cuts, and lets
    /// the model spell the words.
    private func encodeRun(
        _ run: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ matchesSpecial: Bool, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        let normalizers = pipeline.normalizers
        guard !normalizers.allSatisfy({ $0.leaves(run, mayPrefix: mayPrefix) }) else {
            return encodeNormalized(
                run, isTextStart: isTextStart, mayPrefix: mayPrefix, matchesSpecial, memory, &ids)
        }
        var copy = Array(run)
        var isTextStart = isTextStart
        for normalizer in normalizers {
            if isTextStart, pipeline.preTokenizer.asksForTextStart,
                normalizer.removesStart(of: copy)
            {
                isTextStart = false
            }
            normalizer.apply(to: &copy, mayPrefix: mayPrefix)
        }
        copy.withUnsafeBufferPointer {
            encodeNormalized(
                $0, isTextStart: isTextStart, mayPrefix: mayPrefix, matchesSpecial, memory, &ids)
        }
    }

    private func encodeNormalized(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ matchesSpecial: Bool, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard !text.isEmpty else { return }
        guard !pipeline.normalizedTokens.isEmpty else {
            return encodeWords(
                text, isTextStart: isTextStart, mayPrefix: mayPrefix, memory, &ids)
        }
        pipeline.normalizedTokens.forEachPiece(text, matchesSpecial: matchesSpecial) { piece in
            switch piece {
            case .token(let id): memory.append(id, to: &ids)
            case .text(let range):
                encodeWords(
                    UnsafeBufferPointer(rebasing: text[range]),
                    isTextStart: isTextStart && range.lowerBound == 0,
                    mayPrefix: mayPrefix || range.lowerBound > 0, memory, &ids)
            }
        }
    }
}
