/// What one call may make, and how much it may work where work outgrows its input.
public enum Bounds {
    /// Items of one list: matches, pieces, n-grams.
    public static let mostItems = 1 << 20
    /// Bytes of one result that can be longer than its input.
    public static let mostBytes = 256 << 20
    /// Cells of a table over two texts: the product of their lengths in code points.
    ///
    /// The tables are worked 64 cells at a time: this many take less than a second.
    public static let mostCells = 1 << 33
    /// The longest n-gram.
    public static let longestNGram = 16

    static func tooMany(_ what: String) -> TextsError {
        TextsError(
            .work, "there are more than \(mostItems) \(what); ask for fewer, or cut the text first")
    }
}
