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
        /// Given since the shares last changed, in the mix's unit: what the mix balances.
        public var mixTokens = 0
        /// Documents passed over in all, for being longer than the run admitted.
        public var passedOver = 0

        /// A source at its beginning.
        public init(name: String, fingerprint: String) {
            self.name = name
            self.fingerprint = fingerprint
        }
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

    /// Documents passed over in all.
    public var passedOver: Int { sources.reduce(0) { $0 + $1.passedOver } }
}

extension LoaderState.Position {
    /// Reads a position; one from before documents could be passed over has passed over none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        fingerprint = try container.decode(String.self, forKey: .fingerprint)
        epoch = try container.decode(Int.self, forKey: .epoch)
        place = try container.decode(Int.self, forKey: .place)
        open = try container.decode([LoaderState.OpenDocument].self, forKey: .open)
        tokens = try container.decode(Int.self, forKey: .tokens)
        mixTokens = try container.decode(Int.self, forKey: .mixTokens)
        passedOver = try container.decodeIfPresent(Int.self, forKey: .passedOver) ?? 0
    }
}
