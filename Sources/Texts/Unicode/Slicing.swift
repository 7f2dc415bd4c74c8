/// Parts of a text by code points, and its ends.
public enum Slicing {
    /// The code points from `first` to `last`, both included, counted from 1; negative ones count
    /// from the end, as in Lua's `string.sub`.
    public static func slice(_ text: String, from first: Int, to last: Int) -> Substring {
        let scalars = text.unicodeScalars
        let isRelative = first < 0 || last < 0
        let count = isRelative ? scalars.count : .max
        func place(_ index: Int) -> Int {
            guard index < 0 else { return index }
            return index < -count ? 0 : count + index + 1
        }
        let (from, to) = (max(place(first), 1), place(last))
        guard from <= to,
            let start = scalars.index(
                scalars.startIndex, offsetBy: from - 1, limitedBy: scalars.endIndex)
        else { return text[text.endIndex...] }
        let end =
            scalars.index(start, offsetBy: to - from + 1, limitedBy: scalars.endIndex)
            ?? scalars.endIndex
        return text[start..<end]
    }

    /// The text without white space at its beginning, at its end, or both; `charge` is asked for
    /// the work in pieces.
    public static func trimmed(
        _ text: String, atStart: Bool = true, atEnd: Bool = true,
        charge: @escaping WorkCharge = { _ in }
    ) throws -> Substring {
        var meter = WorkMeter(charge)
        let scalars = text.unicodeScalars
        var (start, end) = (scalars.startIndex, scalars.endIndex)
        while atStart, start < end, scalars[start].properties.isWhitespace {
            try meter.spend(4)
            start = scalars.index(after: start)
        }
        while atEnd, start < end {
            try meter.spend(4)
            let before = scalars.index(before: end)
            guard scalars[before].properties.isWhitespace else { break }
            end = before
        }
        return text[start..<end]
    }
}
