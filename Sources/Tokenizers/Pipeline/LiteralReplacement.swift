/// A literal that stands for another.
public struct LiteralReplacement: Sendable, Hashable {
    /// What is replaced; not empty.
    public var pattern: [UInt8]
    /// What replaces it.
    public var content: [UInt8]

    /// Replaces `pattern` by `content`.
    public init(pattern: [UInt8], content: [UInt8]) {
        self.pattern = pattern
        self.content = content
    }

    /// How many times as long it can make a text, at most; 1 where it makes none longer.
    var growth: Int {
        let length = max(1, pattern.count)
        return max(1, (content.count + length - 1) / length)
    }
}
