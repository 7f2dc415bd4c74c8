/// The least number of insertions, deletions and substitutions of code points that make one text
/// the other.
///
/// V. I. Levenshtein, 1966; the table's columns are worked 64 cells at a time as G. Myers, 1999,
/// and H. Hyyrö, 2003, do.
public enum EditDistance {
    /// The distance, or nil where it is more than `most`, which is found out early.
    ///
    /// - Throws: `TextsError` of kind `work` where the texts, their common ends aside, span more
    ///   than `Bounds.mostCells`.
    public static func between(
        _ a: String, _ b: String, most: Int = .max, charge: @escaping WorkCharge = { _ in }
    ) throws -> Int? {
        try between(
            a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value), most: most,
            charge: charge)
    }

    static func between(
        _ a: [UInt32], _ b: [UInt32], most: Int, charge: @escaping WorkCharge
    ) throws -> Int? {
        let (a, b) = withoutCommonEnds(a[...], b[...])
        let (short, long) = a.count <= b.count ? (a, b) : (b, a)
        guard long.count - short.count <= most else { return nil }
        guard !short.isEmpty else { return long.count }
        try Bounds.checkTable(short, long)
        return try distance(short, long, most: most, charge: charge)
    }

    static func withoutCommonEnds(
        _ a: ArraySlice<UInt32>, _ b: ArraySlice<UInt32>
    ) -> (ArraySlice<UInt32>, ArraySlice<UInt32>) {
        var (a, b) = (a, b)
        let start = zip(a, b).prefix { $0 == $1 }.count
        (a, b) = (a.dropFirst(start), b.dropFirst(start))
        let end = zip(a.reversed(), b.reversed()).prefix { $0 == $1 }.count
        return (a.dropLast(end), b.dropLast(end))
    }

    /// One column for each code point of `long`; a column's cells differ by -1, 0 or 1 from the one
    /// above, which two bits hold.
    private static func distance(
        _ short: ArraySlice<UInt32>, _ long: ArraySlice<UInt32>, most: Int,
        charge: @escaping WorkCharge
    ) throws -> Int? {
        let masks = SymbolMasks(short)
        let blocks = masks.blockCount
        // Rises of all blocks, then falls of all blocks.
        var column = [UInt64](repeating: .max, count: blocks)
        column.append(contentsOf: repeatElement(0, count: blocks))
        let lastBit = UInt64((short.count - 1) % 64)
        var score = short.count
        var remaining = long.count
        var meter = WorkMeter(charge)
        try masks.withWords(beside: &column) { words, column in
            for scalar in long {
                try meter.spend(blocks)
                let offset = masks.offset(of: scalar)
                // The row above the first rises by one with every column.
                var (risesIn, fallsIn): (UInt64, UInt64) = (1, 0)
                for block in 0..<blocks {
                    let (rise, fall) = (column[block], column[blocks + block])
                    var equal = words[offset + block]
                    let vertical = equal | fall
                    equal |= fallsIn
                    let horizontal = (((equal & rise) &+ rise) ^ rise) | equal
                    var up = fall | ~(horizontal | rise)
                    var down = rise & horizontal
                    let bit = block == blocks - 1 ? lastBit : 63
                    let (risesOut, fallsOut) = ((up >> bit) & 1, (down >> bit) & 1)
                    up = up << 1 | risesIn
                    down = down << 1 | fallsIn
                    column[block] = down | ~(vertical | up)
                    column[blocks + block] = up & vertical
                    (risesIn, fallsIn) = (risesOut, fallsOut)
                }
                score += Int(risesIn) - Int(fallsIn)
                remaining -= 1
                // The score falls by one a column at best.
                if score - remaining > most {
                    score = .max
                    return
                }
            }
        }
        try meter.settle()
        return score <= most && score != .max ? score : nil
    }
}

extension Bounds {
    /// - Throws: `TextsError` of kind `work` where a table over both texts has too many cells.
    static func checkTable(_ a: ArraySlice<UInt32>, _ b: ArraySlice<UInt32>) throws {
        let (cells, overflow) = a.count.multipliedReportingOverflow(by: b.count)
        // A short text's masks fit whatever it is made of.
        guard !overflow, cells <= mostCells,
            a.count <= 1 << 12 || SymbolMasks.wordCount(a) <= mostBytes / 8
        else {
            throw TextsError(
                .work,
                "texts of \(a.count) and \(b.count) code points are too long to compare this way; "
                    + "the product of their lengths may be \(mostCells) at most")
        }
    }
}
