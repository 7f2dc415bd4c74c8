/// Which documents of a source a run learns from at present: a curriculum by length.
///
/// The order of documents stays as it is; those not admitted are passed over in it.
public struct Admission: Sendable, Hashable {
    /// Ids of the longest document admitted; nil admits all.
    public var maximumTokens: Int?

    /// Admits documents of at most so many ids, or all.
    public init(maximumTokens: Int? = nil) { self.maximumTokens = maximumTokens }

    /// Throws `CorporaError` where a source with a share holds no document that is admitted: it
    /// would be searched for ever. Every extent is looked at only where there is none.
    func check(_ mix: Mix) throws {
        guard let maximumTokens else { return }
        for (source, share) in zip(mix.sources, mix.shares) where share > 0 {
            var shortest = Int.max
            for document in 0..<source.documentCount where shortest > maximumTokens {
                shortest = min(shortest, try source.extent(ofDocument: document).tokenCount)
            }
            guard shortest <= maximumTokens else {
                throw CorporaError(
                    .badSetting,
                    "no document of source '\(source.name)' has at most \(maximumTokens) tokens",
                    advice: "Its shortest has \(shortest); admit those, or give it weight 0.")
            }
        }
    }

    func admits(_ document: Int, of source: any TokenSource) throws -> Bool {
        guard let maximumTokens else { return true }
        return try source.extent(ofDocument: document).tokenCount <= maximumTokens
    }
}
