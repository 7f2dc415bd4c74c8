/// Divides documents between training and validation by the hash of their content.
///
/// The side is a function of content, share and seed alone: a document stays on its side when
/// others come, go or move, and both copies of a repeated document fall together.
public struct ValidationSplit: Sendable, Hashable {
    /// The expected share of documents on the validation side, in `0 ..< 1`.
    public var share: Double
    public var seed: UInt64

    public init(share: Double = 0.05, seed: UInt64 = 0) {
        self.share = share
        self.seed = seed
    }

    /// Whether a document with this XXH3 content hash is held out.
    public func holdsOut(contentHash: UInt64) -> Bool {
        let position = scramble(contentHash ^ scramble(seed))
        return Double(position >> 11) * 0x1p-53 < share
    }

    func validate(source: String) throws {
        guard share >= 0, share < 1 else {
            throw CorporaError(
                .badSetting, "source '\(source)': the validation share is \(share)",
                advice: "Give a share from 0 up to, but not including, 1.")
        }
    }
}
