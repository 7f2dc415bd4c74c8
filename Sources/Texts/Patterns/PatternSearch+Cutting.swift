extension PatternSearch {
    /// The text with matches replaced, and how many were.
    ///
    /// - Parameter most: at most so many matches are replaced, from the left.
    /// - Throws: `TextsError` of kind `work` also where the result would have more than
    ///   `Bounds.mostBytes`; nothing larger is made first.
    public func replacing(
        in text: [UInt8], with replacement: Replacement, most: Int = .max
    ) throws -> (text: [UInt8], count: Int) {
        var result: [UInt8] = []
        var copied = 0
        var count = 0
        guard most > 0 else { return (text, 0) }
        var meter = WorkMeter(charge)
        try text.withUnsafeBufferPointer { bytes in
            try scan(text, from: 0) { offsets in
                let between = offsets[0] - copied
                guard
                    result.count + between + replacement.byteCount(offsets) <= Bounds.mostBytes
                else {
                    throw TextsError(
                        .work, "the replaced text would have more than \(Bounds.mostBytes) bytes")
                }
                try meter.spend(between)
                result.append(contentsOf: bytes[copied..<offsets[0]])
                try replacement.write(bytes, offsets, to: &result, &meter)
                copied = offsets[1]
                count += 1
                return count < most
            }
        }
        guard count > 0 else { return (text, 0) }
        try meter.spend(text.count - copied)
        try meter.settle()
        result += text[copied...]
        return (result, count)
    }

    /// The ranges between matches, from the left; there is one more than there are cuts.
    ///
    /// An empty match cuts between two characters, and nothing at the ends of the text.
    ///
    /// - Parameter most: at most so many pieces; the last one holds the rest.
    public func pieces(of text: [UInt8], most: Int = .max) throws -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = 0
        if most > 1 {
            try scan(text, from: 0) { offsets in
                let (from, end) = (offsets[0], offsets[1])
                // After an empty match nothing new begins at its place.
                if from == end, from == 0 || from == text.count || from == start { return true }
                guard pieces.count < Bounds.mostItems else { throw Bounds.tooMany("pieces") }
                pieces.append(start..<from)
                start = end
                return pieces.count + 1 < most
            }
        }
        return pieces + [start..<text.count]
    }

    /// All matches, left to right.
    ///
    /// - Parameter most: at most so many.
    /// - Throws: `TextsError` of kind `work` where there are more than `Bounds.mostItems`.
    public func allMatches(in text: [UInt8], most: Int = .max) throws -> [PatternMatch] {
        var matches: [PatternMatch] = []
        guard most > 0 else { return [] }
        try forEachMatch(in: text) { match in
            guard matches.count < Bounds.mostItems else { throw Bounds.tooMany("matches") }
            matches.append(match)
            return matches.count < most
        }
        return matches
    }
}
