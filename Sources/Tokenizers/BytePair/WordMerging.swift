/// Applies merges to the symbols of one word: the lowest rank first, the leftmost of equals.
///
/// Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016).
enum WordMerging {
    /// Up to here scanning for the lowest rank beats keeping a queue.
    static let scanLimit = 48

    /// Merges `count` symbols in place and returns how many are left.
    ///
    /// `pairs` has room for `count` values. A word of n symbols costs O(n log n).
    @inline(__always)
    static func merge(
        _ symbols: UnsafeMutablePointer<Int32>, _ count: Int,
        _ pairs: UnsafeMutablePointer<UInt64>, _ table: MergeTable
    ) -> Int {
        count <= scanLimit
            ? scan(symbols, count, pairs, table) : queue(symbols, count, table)
    }

    /// For short words: `pairs[i]` holds what merging symbols i and i + 1 gives.
    static func scan(
        _ symbols: UnsafeMutablePointer<Int32>, _ count: Int,
        _ pairs: UnsafeMutablePointer<UInt64>, _ table: MergeTable
    ) -> Int {
        guard count > 1 else { return count }
        for index in 0..<(count - 1) {
            pairs[index] = table.find(symbols[index], symbols[index + 1])
        }
        return scanPairs(symbols, count, pairs, table)
    }

    /// `scan` of at least one symbol, with `pairs` filled in for all but the last.
    static func scanPairs(
        _ symbols: UnsafeMutablePointer<Int32>, _ count: Int,
        _ pairs: UnsafeMutablePointer<UInt64>, _ table: MergeTable
    ) -> Int {
        var count = count
        while count > 1 {
            var best = 0
            for index in 1..<max(count - 1, 1) where pairs[index] < pairs[best] { best = index }
            let merge = pairs[best]
            if merge == MergeTable.none { break }
            symbols[best] = Int32(truncatingIfNeeded: merge)
            count -= 1
            for index in (best + 1)..<max(count, best + 1) {
                symbols[index] = symbols[index + 1]
                pairs[index - 1] = pairs[index]
            }
            if best > 0 { pairs[best - 1] = table.find(symbols[best - 1], symbols[best]) }
            if best < count - 1 { pairs[best] = table.find(symbols[best], symbols[best + 1]) }
        }
        return count
    }

    /// For long words: a queue of (rank, position) over a linked list of symbols.
    static func queue(
        _ symbols: UnsafeMutablePointer<Int32>, _ count: Int, _ table: MergeTable
    ) -> Int {
        guard count > 1 else { return count }
        precondition(count < 1 << 32, "a word of 4 Gi symbols cannot be merged")
        var next = (0..<count).map { $0 + 1 }
        var previous = (0..<count).map { $0 - 1 }
        var isGone = [Bool](repeating: false, count: count)
        func entry(_ merge: UInt64, _ position: Int) -> UInt64 {
            (merge & ~0xFFFF_FFFF) | UInt64(position)
        }
        var start: [UInt64] = []
        for index in 0..<(count - 1) {
            let merge = table.find(symbols[index], symbols[index + 1])
            if merge != MergeTable.none { start.append(entry(merge, index)) }
        }
        var heap = BinaryHeap(start)
        while let top = heap.pop() {
            let position = Int(top & 0xFFFF_FFFF)
            if isGone[position] || next[position] == count { continue }
            let right = next[position]
            let merge = table.find(symbols[position], symbols[right])
            // An entry is stale once either of its symbols has merged with another.
            if merge == MergeTable.none || merge >> 32 != top >> 32 { continue }
            symbols[position] = Int32(truncatingIfNeeded: merge)
            isGone[right] = true
            next[position] = next[right]
            if next[right] < count { previous[next[right]] = position }
            let left = previous[position]
            if left >= 0 {
                let pair = table.find(symbols[left], symbols[position])
                if pair != MergeTable.none { heap.push(entry(pair, left)) }
            }
            if next[position] < count {
                let pair = table.find(symbols[position], symbols[next[position]])
                if pair != MergeTable.none { heap.push(entry(pair, position)) }
            }
        }
        var kept = 0
        var index = 0
        while index < count {
            symbols[kept] = symbols[index]
            kept += 1
            index = next[index]
        }
        return kept
    }
}
