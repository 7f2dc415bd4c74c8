extension PipelineTokenizer {
    /// Cuts text by the pre-tokenizer and encodes its words through the caches.
    func encodeCut(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ memory: EncodingScratch, _ ids: inout [Int32]
    ) {
        pipeline.preTokenizer.forEachWord(text, isTextStart: isTextStart, mayPrefix: mayPrefix) {
            guard let base = $0.baseAddress else { return }
            encodeWord(base, $0.count, readable: $0.count, memory, &ids)
        }
    }

    /// Encodes one word through the caches; `readable` bytes may be read from `bytes`.
    @inline(__always)
    func encodeWord(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int, _ memory: EncodingScratch,
        _ ids: inout [Int32]
    ) {
        if count <= ShortWordCache.maximumLength {
            memory.reserveOut(ShortWordCache.maximumIDs, flushingTo: &ids)
            let found = memory.shortWords.ids(
                of: .init(bytes, count, readable: readable), to: memory.out + memory.outCount)
            if found > 0 {
                memory.outCount &+= found
                return
            }
        }
        encodeNewWord(bytes, count, readable: readable, memory, &ids)
    }

    /// Encodes a word that the cache of short words does not hold.
    @inline(never)
    func encodeNewWord(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int, _ memory: EncodingScratch,
        _ ids: inout [Int32]
    ) {
        let word = UnsafeBufferPointer(start: bytes, count: count)
        guard count <= WordCache.maximumLength else {
            // Splitting may move the symbols: their place is asked for afterwards.
            let left = split(word, memory)
            return memory.append(memory.symbols, left, to: &ids)
        }
        let key = WordCache.Key(bytes, count, readable: readable)
        let slot = memory.longWords.slot(key)
        if !memory.longWords.holds(slot, key) {
            let left = split(word, memory)
            if count <= ShortWordCache.maximumLength, left <= ShortWordCache.maximumIDs {
                memory.shortWords.store(
                    .init(bytes, count, readable: readable), memory.symbols, left)
            } else if left <= WordCache.maximumIDs {
                memory.longWords.store(slot, key, memory.symbols, left)
            }
            return memory.append(memory.symbols, left, to: &ids)
        }
        let values = WordCache.values(slot)
        memory.append(values + 1, Int(values[0]), to: &ids)
    }
}
