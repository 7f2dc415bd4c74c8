/// A source, tokenized and open: its two sides and what reading it found.
public struct Corpus: Sendable {
    public let name: String
    public let train: TokenShard
    public let validation: TokenShard
    public let report: ReadReport
    /// True where the shards were there already.
    public let wasCached: Bool
    /// What a user should know about the cache, for instance that a damaged one was made again.
    public let remarks: [String]
}
