/// The rank and the result of every mergeable pair: an open-addressed table of 16-byte slots.
struct MergeTable: Sendable {
    /// What `find` answers where a pair does not merge: larger than any rank.
    static let none = UInt64.max

    /// Pairs of (key, rank << 32 | result); a free slot holds `none` as key.
    private let slots: FrozenBuffer<UInt64>
    private let mask: Int

    /// A pair listed twice keeps its last rank, as Hugging Face's table does.
    init(_ merges: [BytePairModel.Merge]) {
        var size = 16
        while size < merges.count * 2 { size *= 2 }
        var table = [UInt64](repeating: Self.none, count: size * 2)
        for (rank, merge) in merges.enumerated() {
            let key = Self.key(merge.left, merge.right)
            var slot = Self.slot(key, size - 1)
            while table[2 * slot] != Self.none, table[2 * slot] != key {
                slot = (slot + 1) & (size - 1)
            }
            table[2 * slot] = key
            table[2 * slot + 1] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.result))
        }
        slots = FrozenBuffer(table)
        mask = size - 1
    }

    /// `rank << 32 | result` of the pair, or `none`.
    @inline(__always)
    func find(_ left: Int32, _ right: Int32) -> UInt64 {
        let key = Self.key(left, right)
        var slot = Self.slot(key, mask)
        while true {
            let found = slots[2 * slot]
            if found == key { return slots[2 * slot + 1] }
            if found == Self.none { return Self.none }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private static func slot(_ key: UInt64, _ mask: Int) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    }

    /// What `find` answers for the tokens of every two bytes, first byte times 256 plus second.
    ///
    /// The pairs of a text's letters lie in few cache lines here, and in as many as there are pairs
    /// in the slots.
    func pairs(ofBytes ids: FrozenBuffer<Int32>) -> FrozenBuffer<UInt64> {
        FrozenBuffer(
            (0..<1 << 16).map { find(ids[$0 >> 8], ids[$0 & 0xFF]) })
    }
}
