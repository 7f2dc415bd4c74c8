extension BytePairTokenizer {
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
        if rawTokens.isEmpty {
            encodePart(text, isTextStart: true, matchesSpecial, memory, &ids)
        } else {
            rawTokens.forEachPiece(text, matchesSpecial: matchesSpecial) { piece in
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
        let id = symbols.bytes[Int(byte)]
        if id >= 0 {
            memory.append(id, to: &ids)
        } else if let unknown = symbols.unknown {
            if isFirst || !symbols.fusesUnknown { memory.append(unknown, to: &ids) }
        } else {
            [0xEF, 0xBF, 0xBD].withUnsafeBufferPointer { encodeUncut($0, memory, &ids) }
        }
    }

    /// Encodes well-formed UTF-8: normalises, finds the tokens matched after that, cuts, merges.
    private func encodeRun(
        _ run: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ matchesSpecial: Bool, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard !model.normalizers.allSatisfy({ $0.leaves(run, mayPrefix: mayPrefix) }) else {
            return encodeNormalized(
                run, isTextStart: isTextStart, mayPrefix: mayPrefix, matchesSpecial, memory, &ids)
        }
        var copy = Array(run)
        for normalizer in model.normalizers { normalizer.apply(to: &copy, mayPrefix: mayPrefix) }
        copy.withUnsafeBufferPointer {
            encodeNormalized(
                $0, isTextStart: isTextStart, mayPrefix: mayPrefix, matchesSpecial, memory, &ids)
        }
    }

    private func encodeNormalized(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ matchesSpecial: Bool, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard !normalizedTokens.isEmpty else {
            return encodeWords(
                text, isTextStart: isTextStart, mayPrefix: mayPrefix, memory, &ids)
        }
        normalizedTokens.forEachPiece(text, matchesSpecial: matchesSpecial) { piece in
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

    private func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard let base = text.baseAddress, !text.isEmpty else { return }
        if symbols.isBytes, model.merges.isEmpty, preTokenizer.words != nil || preTokenizer.isEmpty,
            wholeWords == nil, symbols.unknown == nil
        {
            for byte in text { memory.append(symbols.bytes[Int(byte)], to: &ids) }
        } else if let words = preTokenizer.words {
            let splitter = WordSplitter(base, count: text.count)
            switch words {
            case .gpt2: encodeWords(base, text.count, cutBy: splitter, memory, &ids)
            case .gpt4(let digits):
                let splitter = GPT4WordSplitter(splitter, digits: digits)
                encodeWords(base, text.count, cutBy: splitter, memory, &ids)
            }
        } else if preTokenizer.isEmpty {
            encodeUncut(text, memory, &ids)
        } else {
            preTokenizer.forEachWord(text, isTextStart: isTextStart, mayPrefix: mayPrefix) {
                encodeUncut($0, memory, &ids)
            }
        }
    }

    /// Encodes a word that may be a whole text, cutting where that changes nothing.
    private func encodeUncut(
        _ text: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard let base = text.baseAddress else { return }
        var start = 0
        if let boundary = symbols.boundary {
            var isAfterOther = false
            var index = 0
            while index < text.count {
                let isSpace =
                    text[index] == boundary[0] && index + 2 < text.count
                    && text[index + 1] == boundary[1] && text[index + 2] == boundary[2]
                if isSpace, isAfterOther {
                    encodeWord(
                        base + start, index - start, readable: text.count - start, memory, &ids)
                    start = index
                }
                isAfterOther = !isSpace
                index += isSpace ? 3 : 1
            }
        }
        encodeWord(base + start, text.count - start, readable: text.count - start, memory, &ids)
    }
}
