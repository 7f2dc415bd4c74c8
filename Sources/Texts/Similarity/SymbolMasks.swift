/// For each symbol of one text, the places where it stands, 64 to a word: what the bit-parallel
/// tables look up.
struct SymbolMasks {
    /// Words a symbol.
    let blockCount: Int
    /// `blockCount` words for each symbol; the last symbol stands for all that do not occur.
    private var masks: [UInt64]
    /// The numbers of the first 256 characters, which most texts are made of; -1 for none.
    private var latin = [Int32](repeating: -1, count: 256)
    private var others: [UInt32: Int] = [:]
    private var symbolCount = 0

    init(_ scalars: ArraySlice<UInt32>) {
        blockCount = (scalars.count + 63) / 64
        masks = []
        for (place, scalar) in scalars.enumerated() {
            masks[numbered(scalar) * blockCount + place / 64] |= 1 << UInt64(place % 64)
        }
        masks.append(contentsOf: repeatElement(0, count: blockCount))
    }

    /// The symbol's number, a new one with words of its own where it has none.
    private mutating func numbered(_ scalar: UInt32) -> Int {
        if let number = number(of: scalar) { return number }
        let number = symbolCount
        symbolCount += 1
        if scalar < 256 { latin[Int(scalar)] = Int32(number) } else { others[scalar] = number }
        masks.append(contentsOf: repeatElement(0, count: blockCount))
        return number
    }

    private func number(of scalar: UInt32) -> Int? {
        guard scalar < 256 else { return others[scalar] }
        let number = latin[Int(scalar)]
        return number < 0 ? nil : Int(number)
    }

    /// The words that the masks of a text take: many, where it is long and of many symbols.
    static func wordCount(_ scalars: ArraySlice<UInt32>) -> Int {
        (Set(scalars).count + 1) * ((scalars.count + 63) / 64)
    }

    /// Where the symbol's words begin.
    func offset(of scalar: UInt32) -> Int { (number(of: scalar) ?? symbolCount) * blockCount }

    /// Lends the words beside the caller's own.
    func withWords(
        beside column: inout [UInt64],
        _ body: (UnsafeBufferPointer<UInt64>, UnsafeMutableBufferPointer<UInt64>) throws -> Void
    ) rethrows {
        try masks.withUnsafeBufferPointer { words in
            try column.withUnsafeMutableBufferPointer { try body(words, $0) }
        }
    }
}
