/// Where a pattern matched: byte ranges, from 0.
public struct PatternMatch: Sendable, Hashable {
    /// The whole match, then the groups by number; nil for a group that took no part.
    public let ranges: [Range<Int>?]

    /// The whole match.
    public var range: Range<Int> {
        guard let whole = ranges.first ?? nil else {
            preconditionFailure("a match has a range")
        }
        return whole
    }

    /// Reads PCRE2's pairs of offsets.
    init(_ offsets: UnsafePointer<Int>, groupCount: Int) {
        ranges = (0...groupCount).map { group in
            let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
            return start >= 0 && start <= end ? start..<end : nil
        }
    }
}
