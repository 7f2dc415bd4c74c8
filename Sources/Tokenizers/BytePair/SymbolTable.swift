/// What a word's bytes or characters are before any merge.
struct SymbolTable: Sendable {
    /// The token of every byte, or -1: the whole alphabet, or what characters fall back to.
    let bytes: FrozenBuffer<Int32>
    /// The token of every ASCII character, or -1; empty for the byte alphabet.
    let ascii: FrozenBuffer<Int32>
    /// Where characters may be cut into words without changing the merges, or nil.
    let boundary: [UInt8]?
    let isBytes: Bool
    /// Whether words are bytes and every byte of UTF-8 has a token: nothing is ever unknown.
    let spellsAllText: Bool
    let fusesUnknown: Bool
    let unknown: Int32?
    private let vocabulary: ByteStringTable

    init(_ model: BytePairModel) {
        var table = ByteStringTable(minimumCapacity: model.vocabulary.count)
        for spelling in model.vocabulary { _ = table.insert(spelling) }
        vocabulary = table
        unknown = model.unknown
        func id(_ spelling: [UInt8]) -> Int32 { table.find(spelling).map(Int32.init) ?? -1 }
        switch model.alphabet {
        case .bytes:
            isBytes = true
            fusesUnknown = false
            bytes = FrozenBuffer(ByteAlphabet.spellings.map(id))
            spellsAllText = [0..<0xC0, 0xC2..<0xF5].joined().allSatisfy { [bytes] in
                bytes[$0] >= 0
            }
            ascii = FrozenBuffer([])
            boundary = nil
        case .characters(let byteFallback, let fuses):
            isBytes = false
            spellsAllText = false
            fusesUnknown = fuses
            bytes = FrozenBuffer(
                (0...255).map { byteFallback ? id(BytePairModel.byteToken($0)) : -1 })
            ascii = FrozenBuffer((0..<128).map { id([$0]) })
            boundary = Self.boundary(of: model, table)
        }
    }

    /// The SentencePiece space, where no token joins it to something before it.
    ///
    /// Merges never cross such a place, so the words between are independent and may be cached.
    private static func boundary(of model: BytePairModel, _ table: ByteStringTable) -> [UInt8]? {
        let space = Array("\u{2581}".utf8)
        guard !model.ignoresMerges, table.find(space) != nil else { return nil }
        for merge in model.merges {
            let text = model.vocabulary[Int(merge.result)]
            var index = 0
            var isAfterOther = false
            while index < text.count {
                let isSpace = text[index...].starts(with: space)
                if isSpace, isAfterOther { return nil }
                isAfterOther = !isSpace
                index += isSpace ? space.count : 1
            }
        }
        return space
    }

    /// Writes the symbols of `word`, well-formed UTF-8, and returns how many.
    ///
    /// `symbols` has room for one per byte.
    func split(
        _ word: UnsafeBufferPointer<UInt8>, into symbols: UnsafeMutablePointer<Int32>
    ) -> Int {
        guard let base = word.baseAddress else { return 0 }
        var count = 0
        var follows = false
        func addUnknown() {
            // Checked at the beginning: where no token spells something, there is an unknown one.
            if let unknown, !(follows && fusesUnknown) {
                symbols[count] = unknown
                count += 1
            }
            follows = true
        }
        if isBytes {
            for byte in word {
                let id = bytes[Int(byte)]
                if id < 0 {
                    addUnknown()
                } else {
                    symbols[count] = id
                    count += 1
                    follows = false
                }
            }
            return count
        }
        var index = 0
        while index < word.count {
            let (id, length) = character(base, index)
            if id >= 0 {
                symbols[count] = id
                count += 1
                follows = false
            } else if bytes[0] >= 0 {
                for offset in 0..<length {
                    symbols[count + offset] = bytes[Int(base[index + offset])]
                }
                count += length
                follows = false
            } else {
                addUnknown()
            }
            index += length
        }
        return count
    }

    @inline(__always)
    private func character(_ base: UnsafePointer<UInt8>, _ index: Int) -> (id: Int32, length: Int) {
        let byte = base[index]
        if byte < 0x80 { return (ascii[Int(byte)], 1) }
        let length = UTF8Scan.decode(base, index).length
        let key = UnsafeBufferPointer(start: base + index, count: length)
        return (vocabulary.find(key).map(Int32.init) ?? -1, length)
    }
}
