/// The longest sequence of code points that stands in both texts in the same order, with gaps.
///
/// The table's columns are worked 64 cells at a time: M. Crochemore and others, 2001; H. Hyyrö,
/// 2004.
public enum CommonSubsequence {
    /// Its length in code points.
    ///
    /// - Throws: `TextsError` of kind `work` where the texts, their common ends aside, span more
    ///   than `Bounds.mostCells`.
    public static func length(
        _ a: String, _ b: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> Int {
        try length(
            a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value), charge: charge)
    }

    static func length(
        _ a: [UInt32], _ b: [UInt32], charge: @escaping WorkCharge
    ) throws -> Int {
        let (restA, restB) = EditDistance.withoutCommonEnds(a[...], b[...])
        let common = a.count - restA.count
        let (short, long) = restA.count <= restB.count ? (restA, restB) : (restB, restA)
        guard !short.isEmpty else { return common }
        try Bounds.checkTable(short, long)

        let masks = SymbolMasks(short)
        // A zero bit for each place of `short` at which the length grows.
        var column = [UInt64](repeating: .max, count: masks.blockCount)
        var meter = WorkMeter(charge)
        try masks.withWords(beside: &column) { words, column in
            for scalar in long {
                try meter.spend(masks.blockCount)
                let offset = masks.offset(of: scalar)
                var carry: UInt64 = 0
                for block in 0..<masks.blockCount {
                    let value = column[block]
                    let matching = value & words[offset + block]
                    let (partial, first) = value.addingReportingOverflow(matching)
                    let (sum, second) = partial.addingReportingOverflow(carry)
                    carry = first || second ? 1 : 0
                    column[block] = sum | (value & ~matching)
                }
            }
        }
        try meter.settle()
        let unused = masks.blockCount * 64 - short.count
        column[masks.blockCount - 1] |= ~(UInt64.max >> UInt64(unused))
        return common + column.reduce(0) { $0 + (~$1).nonzeroBitCount }
    }
}
