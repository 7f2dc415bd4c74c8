/// Finds the merges behind a vocabulary that comes without them: of each token the two that it is
/// merged from, by merging its own text.
///
/// A token is only ever merged from those two, wherever it stands: what is around it does not
/// change the order of the merges inside.
enum MergeRecovery {
    /// Which of two possible merges comes first.
    enum Order {
        /// The one with the lower id: tiktoken.
        case byID
        /// The one with the higher score, of equals the lower id: SentencePiece.
        case byScore([Float])
    }

    /// The merges in their order.
    ///
    /// Text begins as characters where `isMergeable` is given, which tells what may be merged into,
    /// and as bytes otherwise. A token that cannot be merged from others has no merge.
    static func merges(
        of tokens: [[UInt8]], ordered order: Order, isMergeable: [Bool]? = nil
    ) -> [BytePairModel.Merge] {
        var table = ByteStringTable(minimumCapacity: tokens.count)
        // Of equal tokens, which are refused later, the first counts.
        for token in tokens { _ = table.insert(token) }
        guard table.count == tokens.count else { return [] }
        let ranks = ranks(of: tokens, order)
        var found: [(rank: Int32, merge: BytePairModel.Merge)] = []
        for (id, token) in tokens.enumerated() where isMergeable?[id] ?? true {
            // Merging longer ones would take the square of their length.
            guard token.count <= 4096 else { continue }
            let pair = token.withUnsafeBufferPointer { text in
                lastMerge(text, isMergeable, table, ranks, byCharacters: isMergeable != nil)
            }
            guard let pair else { continue }
            found.append((ranks[id], .init(left: pair.0, right: pair.1, result: Int32(id))))
        }
        return found.sorted { $0.rank < $1.rank }.map(\.merge)
    }

    private static func ranks(of tokens: [[UInt8]], _ order: Order) -> [Int32] {
        guard case .byScore(let scores) = order else { return tokens.indices.map(Int32.init) }
        var ranks = [Int32](repeating: 0, count: tokens.count)
        // A score that is not a number comes last, so that the order is one.
        func score(_ id: Int) -> Float { scores[id].isNaN ? -.infinity : scores[id] }
        let sorted = tokens.indices.sorted {
            score($0) != score($1) ? score($0) > score($1) : $0 < $1
        }
        for (rank, id) in sorted.enumerated() { ranks[id] = Int32(rank) }
        return ranks
    }

    /// The two tokens that `text` is merged from at last, or nil where merging ends before.
    private static func lastMerge(
        _ text: UnsafeBufferPointer<UInt8>, _ isMergeable: [Bool]?, _ table: ByteStringTable,
        _ ranks: [Int32], byCharacters: Bool
    ) -> (Int32, Int32)? {
        guard let base = text.baseAddress else { return nil }
        // Where the parts begin, and the end.
        var cuts: [Int] = []
        var index = 0
        while index < text.count {
            cuts.append(index)
            index += byCharacters ? UTF8Scan.decode(base, index).length : 1
        }
        cuts.append(text.count)
        func id(_ start: Int, _ end: Int) -> Int? {
            table.find(UnsafeBufferPointer(start: base + start, count: end - start))
        }
        /// The rank of joining the parts at `part` and behind it.
        func rank(_ part: Int) -> Int32 {
            guard part >= 0, part + 2 < cuts.count, let id = id(cuts[part], cuts[part + 2]),
                isMergeable?[id] ?? true
            else { return .max }
            return ranks[id]
        }
        guard cuts.count > 2 else { return nil }
        var pairs = (0..<(cuts.count - 2)).map(rank)
        while cuts.count > 3 {
            var best = 0
            for part in pairs.indices where pairs[part] < pairs[best] { best = part }
            if pairs[best] == .max { return nil }
            cuts.remove(at: best + 1)
            pairs.remove(at: best)
            if best > 0 { pairs[best - 1] = rank(best - 1) }
            if best < pairs.count { pairs[best] = rank(best) }
        }
        guard let left = id(0, cuts[1]), let right = id(cuts[1], text.count) else { return nil }
        return (Int32(left), Int32(right))
    }
}
