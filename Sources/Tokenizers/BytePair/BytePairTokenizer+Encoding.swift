extension BytePairTokenizer {
    func encodeWords(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        guard let base = text.baseAddress, !text.isEmpty else { return }
        if symbols.isBytes, model.merges.isEmpty,
            pipeline.preTokenizer.words != nil || pipeline.preTokenizer.isEmpty,
            wholeWords == nil, symbols.unknown == nil
        {
            for byte in text { memory.append(symbols.bytes[Int(byte)], to: &ids) }
        } else if let words = pipeline.preTokenizer.words {
            let splitter = WordSplitter(base, count: text.count)
            switch words {
            case .gpt2: encodeWords(base, text.count, cutBy: splitter, memory, &ids)
            case .gpt4(let digits):
                let splitter = GPT4WordSplitter(splitter, digits: digits)
                encodeWords(base, text.count, cutBy: splitter, memory, &ids)
            case .openAI:
                let splitter = GPT4WordSplitter(splitter, digits: 3, joinsLastSpace: true)
                encodeWords(base, text.count, cutBy: splitter, memory, &ids)
            }
        } else if pipeline.preTokenizer.isEmpty {
            encodeUncut(text, memory, &ids)
        } else {
            let steps = pipeline.preTokenizer
            steps.forEachWord(text, isTextStart: isTextStart, mayPrefix: mayPrefix) {
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
