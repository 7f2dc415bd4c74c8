/// Which documents of a source a run learns from at present: a curriculum by length or difficulty.
///
/// The order of documents stays as it is; those not admitted are passed over in it. A document whose
/// source does not say how difficult it is is neither too easy nor too difficult.
public struct Admission: Sendable, Hashable {
    /// Ids of the longest document admitted; nil admits all.
    public var maximumTokens: Int?
    /// The least difficulty admitted, as half precision has it; nil for no bound.
    public var minimumDifficulty: Float16?
    /// The greatest difficulty admitted; nil for no bound.
    public var maximumDifficulty: Float16?

    /// Admits documents of at most so many ids and of a difficulty within bounds, or all.
    ///
    /// Bounds are rounded as the documents' own difficulties are, so that equal numbers stay equal.
    public init(
        maximumTokens: Int? = nil, minimumDifficulty: Double? = nil,
        maximumDifficulty: Double? = nil
    ) {
        self.maximumTokens = maximumTokens
        self.minimumDifficulty = minimumDifficulty.map(Float16.init)
        self.maximumDifficulty = maximumDifficulty.map(Float16.init)
    }

    private var admitsAll: Bool {
        maximumTokens == nil && minimumDifficulty == nil && maximumDifficulty == nil
    }

    /// Throws `CorporaError` where a source with a share holds no document that is admitted: it
    /// would be searched for ever.
    ///
    /// Every extent is looked at only where there is none.
    func check(_ mix: Mix) throws {
        guard !admitsAll else { return }
        for (source, share) in zip(mix.sources, mix.shares) where share > 0 {
            var shortest = Int.max
            var difficulties: (least: Float16, most: Float16)?
            var isAdmitted = false
            for document in 0..<source.documentCount where !isAdmitted {
                let extent = try source.extent(ofDocument: document)
                isAdmitted = admits(extent)
                shortest = min(shortest, extent.tokenCount)
                guard let own = extent.difficulty else { continue }
                difficulties = (
                    min(difficulties?.least ?? own, own), max(difficulties?.most ?? own, own)
                )
            }
            if isAdmitted { continue }
            let spread = difficulties.map { ", and difficulties lie from \($0.least) to \($0.most)" }
            throw CorporaError(
                .badSetting,
                "no document of source '\(source.name)' has \(words)",
                advice: "Its shortest has \(shortest) tokens\(spread ?? ""); admit some, or give it "
                    + "weight 0.")
        }
    }

    /// What is admitted: "at most 5 tokens and a difficulty of at most 2.0".
    private var words: String {
        let difficulty: String? =
            switch (minimumDifficulty, maximumDifficulty) {
            case (nil, nil): nil
            case (let least?, nil): "a difficulty of at least \(least)"
            case (nil, let most?): "a difficulty of at most \(most)"
            case (let least?, let most?): "a difficulty from \(least) to \(most)"
            }
        return [maximumTokens.map { "at most \($0) tokens" }, difficulty].compactMap { $0 }
            .joined(separator: " and ")
    }

    private func admits(_ extent: DocumentExtent) -> Bool {
        if let maximumTokens, extent.tokenCount > maximumTokens { return false }
        guard let difficulty = extent.difficulty else { return true }
        if let minimumDifficulty, difficulty < minimumDifficulty { return false }
        if let maximumDifficulty, difficulty > maximumDifficulty { return false }
        return true
    }

    func admits(_ document: Int, of source: any TokenSource) throws -> Bool {
        try admitsAll || admits(source.extent(ofDocument: document))
    }
}
