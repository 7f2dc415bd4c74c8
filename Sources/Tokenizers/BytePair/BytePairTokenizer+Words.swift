extension BytePairTokenizer {
    /// Encodes well-formed text cut by `splitter`: the loop that nearly all text goes through.
    ///
    /// `splitter` must cut off ASCII letters with at most one space in front as one word.
    func encodeWords(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, cutBy splitter: some WordCutting,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        let cache = memory.shortWords
        let out = memory.out
        var filled = memory.outCount
        var start = 0
        // Here 16 bytes can be read from every start, and the scratch has room for a word.
        while start &+ 16 <= count {
            if filled &+ ShortWordCache.maximumIDs > EncodingScratch.outCapacity {
                memory.outCount = filled
                memory.flush(to: &ids)
                filled = 0
            }
            let raw = UnsafeRawPointer(bytes + start)
            let first = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
            let second = UInt64(
                littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            var length = LetterRun.length(first, second)
            if length == 0 { length = splitter.wordEnd(from: start) &- start }
            var found = 0
            if length <= ShortWordCache.maximumLength {
                found = cache.ids(of: .init(first, second, length), to: out + filled)
                filled &+= found
            }
            if found == 0 {
                memory.outCount = filled
                encodeNewWord(bytes + start, length, readable: count &- start, memory, &ids)
                filled = memory.outCount
            }
            start &+= length
        }
        memory.outCount = filled
        while start < count {
            let end = splitter.wordEnd(from: start)
            encodeWord(bytes + start, end &- start, readable: count &- start, memory, &ids)
            start = end
        }
    }

    /// Merges one word in the scratch's symbols and returns how many are left.
    func split(_ word: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch) -> Int {
        memory.reserve(word.count)
        if let wholeWords, let index = wholeWords.find(word) {
            memory.symbols[0] = wholeWordIDs[index]
            return 1
        }
        if bytePairs.count > 0, word.count <= WordMerging.scanLimit {
            return mergeBytes(word, memory)
        }
        let count = symbols.split(word, into: memory.symbols)
        return WordMerging.merge(memory.symbols, count, memory.pairs, merges)
    }

    /// `split` for a short word spelt by bytes.
    private func mergeBytes(_ word: UnsafeBufferPointer<UInt8>, _ memory: EncodingScratch) -> Int {
        guard let base = word.baseAddress, !word.isEmpty else { return 0 }
        let (ids, pairs) = (memory.symbols, memory.pairs)
        let last = word.count &- 1
        for index in 0..<last {
            ids[index] = symbols.bytes[Int(base[index])]
            pairs[index] = bytePairs[Int(base[index]) << 8 | Int(base[index &+ 1])]
        }
        ids[last] = symbols.bytes[Int(base[last])]
        return WordMerging.scanPairs(ids, word.count, pairs, merges)
    }
}
