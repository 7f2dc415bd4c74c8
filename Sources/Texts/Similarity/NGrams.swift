/// Runs of n neighbours.
public enum NGrams {
    /// The runs of `n` code points from left to right; none where the text is shorter.
    ///
    /// - Throws: `TextsError` of kind `work` where there are more than `Bounds.mostItems` or `n` is
    ///   more than `Bounds.longestNGram`.
    public static func ofCharacters(_ text: String, _ n: Int) throws -> [Substring] {
        let scalars = text.unicodeScalars
        try check(n, count: scalars.count)
        guard var end = scalars.index(scalars.startIndex, offsetBy: n, limitedBy: scalars.endIndex)
        else { return [] }
        var start = scalars.startIndex
        var grams = [text[start..<end]]
        while end < scalars.endIndex {
            start = scalars.index(after: start)
            end = scalars.index(after: end)
            grams.append(text[start..<end])
        }
        return grams
    }

    /// The runs of `n` words, joined by one space.
    ///
    /// - Throws: `TextsError` of kind `work`, as `ofCharacters`.
    public static func ofWords(
        _ text: String, _ n: Int, charge: @escaping WorkCharge = { _ in }
    ) throws -> [String] {
        let words = try WordSplit.words(in: text, charge: charge)
        try check(n, count: words.count)
        guard words.count >= n else { return [] }
        return (0...(words.count - n)).map { words[$0..<($0 + n)].joined(separator: " ") }
    }

    private static func check(_ n: Int, count: Int) throws {
        precondition(n >= 1, "a run has at least one member")
        try checkLength(n)
        guard count <= Bounds.mostItems else { throw Bounds.tooMany("n-grams") }
    }

    fileprivate static func checkLength(_ n: Int) throws {
        guard n <= Bounds.longestNGram else {
            throw TextsError(
                .work, "n-grams of \(n) are not supported; n is \(Bounds.longestNGram) at most")
        }
    }
}

/// The share of two sets' members that both have: 1 for equal sets, 0 for sets apart.
///
/// P. Jaccard, 1901. Two empty sets are equal.
public enum Jaccard {
    /// Over the sets of runs of `n` code points.
    ///
    /// A text that is shorter than `n` is its own only run.
    ///
    /// - Throws: `TextsError` of kind `work` where `n` is more than `Bounds.longestNGram`.
    public static func ofCharacters(
        _ a: String, _ b: String, _ n: Int, charge: WorkCharge = { _ in }
    ) throws -> Double {
        precondition(n >= 1, "a run has at least one member")
        try NGrams.checkLength(n)
        var (a, b) = (a.unicodeScalars.map(\.value), b.unicodeScalars.map(\.value))
        guard a.count >= n, b.count >= n else { return a == b ? 1 : 0 }
        // The runs of k code points are numbered; a run of k + 1 is such a number and one more.
        let (lettersA, lettersB) = (a, b)
        for k in 1..<max(n, 1) {
            try charge(a.count + b.count)
            var numbers: [UInt64: UInt32] = [:]
            func lengthen(_ runs: [UInt32], _ letters: [UInt32]) -> [UInt32] {
                (0..<(letters.count - k)).map { place in
                    let key = UInt64(runs[place]) << 32 | UInt64(letters[place + k])
                    if let number = numbers[key] { return number }
                    let number = UInt32(numbers.count)
                    numbers[key] = number
                    return number
                }
            }
            (a, b) = (lengthen(a, lettersA), lengthen(b, lettersB))
        }
        return share(Set(a), Set(b))
    }

    /// Over the sets of words, as `WordSplit` finds them.
    ///
    /// - Throws: `TextsError` of kind `work` where there are more than `Bounds.mostItems` of them.
    public static func ofWords(
        _ a: String, _ b: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> Double {
        func words(_ text: String) throws -> Set<[UInt8]> {
            Set(try WordSplit.words(in: text, charge: charge).map { Array($0.utf8) })
        }
        return share(try words(a), try words(b))
    }

    private static func share<Member>(_ a: Set<Member>, _ b: Set<Member>) -> Double {
        if a.isEmpty, b.isEmpty { return 1 }
        let both = a.intersection(b).count
        return Double(both) / Double(a.count + b.count - both)
    }
}
