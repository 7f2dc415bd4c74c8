/// For each symbol of one text, the places where it stands, 64 to a word: what the bit-parallel
/// tables look up.
struct SymbolMasks {
    /// Words a symbol.
    let blockCount: Int
    /// `blockCount` words for each symbol; the last symbol stands for all that do not occur.
    private var masks: [UInt64]
    private var numbers: [UInt32: Int] = [:]

    init(_ scalars: ArraySlice<UInt32>) {
        blockCount = (scalars.count + 63) / 64
        for scalar in scalars where numbers[scalar] == nil { numbers[scalar] = numbers.count }
        masks = [UInt64](repeating: 0, count: (numbers.count + 1) * blockCount)
        for (place, scalar) in scalars.enumerated() {
            guard let number = numbers[scalar] else { continue }
            masks[number * blockCount + place / 64] |= 1 << UInt64(place % 64)
        }
    }

    /// Whether the masks fit beside everything else: many different symbols of a long text do not.
    static func wordCount(_ scalars: ArraySlice<UInt32>) -> Int {
        (Set(scalars).count + 1) * ((scalars.count + 63) / 64)
    }

    /// Where the symbol's words begin.
    func offset(of scalar: UInt32) -> Int { (numbers[scalar] ?? numbers.count) * blockCount }

    func withWords<Result>(_ body: (UnsafeBufferPointer<UInt64>) throws -> Result) rethrows
        -> Result
    {
        try masks.withUnsafeBufferPointer(body)
    }
}
