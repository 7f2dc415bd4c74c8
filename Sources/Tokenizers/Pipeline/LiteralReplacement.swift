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
}
