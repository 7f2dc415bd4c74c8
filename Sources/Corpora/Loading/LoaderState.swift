/// Where a loader stands: plain data, as small after a million steps as after one.
public struct LoaderState: Sendable, Hashable, Codable {
    /// A document that was begun and not finished.
    public struct OpenDocument: Sendable, Hashable, Codable {
        public var document: Int
        /// Inputs given so far, the beginning token counted.
        public var offset: Int
    }

    /// Where one source stands.
    public struct Position: Sendable, Hashable, Codable {
        public var name: String
        /// The data's fingerprint: another one is other data.
        public var fingerprint: String
        /// Times that the source was read through.
        public var epoch = 0
        /// Documents opened in this epoch, which is the next place in its order.
        public var place = 0
        /// Documents of this epoch that are not finished, the next to go on first.
        public var open: [OpenDocument] = []
        /// Inputs given in all.
        public var tokens = 0
        /// Inputs given since the shares last changed: what the mix balances.
        public var mixTokens = 0
    }

    public static let format = 1

    public var format = LoaderState.format
    public var seed: UInt64
    /// Batches given.
    public var batches = 0
    public var sources: [Position] = []

    public init(seed: UInt64 = 0) { self.seed = seed }

    /// Inputs given in all.
    public var tokens: Int { sources.reduce(0) { $0 + $1.tokens } }
}
