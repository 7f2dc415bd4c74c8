/// Several sources, each with its share of the tokens.
public struct Mix: Sendable {
    public let sources: [any TokenSource]
    /// Positive or zero, with sum 1, in the order of `sources`.
    public let shares: [Double]

    /// - Parameters:
    ///   - sources: by unique name, none empty where it has a share.
    ///   - weights: one a source; only their ratios count.
    /// - Throws: `CorporaError` for weights that are negative, not finite or all zero, for a name
    ///   twice, and for an empty source with a share.
    public init(_ sources: [any TokenSource], weights: [Double]) throws {
        guard !sources.isEmpty else {
            throw CorporaError(
                .badSetting, "the mix has no source", advice: "Give at least one.")
        }
        guard weights.count == sources.count else {
            throw CorporaError(
                .badSetting, "the mix has \(sources.count) sources and \(weights.count) weights",
                advice: "Give each source one weight.")
        }
        var names: Set<String> = []
        for (source, weight) in zip(sources, weights) {
            guard names.insert(source.name).inserted else {
                throw CorporaError(
                    .badSetting, "the mix names '\(source.name)' twice",
                    advice: "Give every source its own name.")
            }
            guard weight >= 0, weight.isFinite else {
                throw CorporaError(
                    .badSetting, "the weight of '\(source.name)' is \(weight)",
                    advice: "Give 0 or more.")
            }
            guard weight == 0 || source.documentCount > 0 else {
                throw CorporaError(
                    .emptyCorpus, "source '\(source.name)' holds no document",
                    advice: "Give it weight 0, or text.")
            }
        }
        let sum = weights.reduce(0, +)
        guard sum > 0, sum.isFinite else {
            throw CorporaError(
                .badSetting, "the weights of the mix sum to \(sum)",
                advice: "Give at least one source a weight above 0.")
        }
        self.sources = sources
        shares = weights.map { $0 / sum }
    }

    /// One source alone.
    public init(_ source: any TokenSource) throws { try self.init([source], weights: [1]) }

    /// The same sources with other weights.
    public func with(weights: [Double]) throws -> Mix { try Mix(sources, weights: weights) }

    /// The source to read next: among those not ahead of their share, the one whose next piece is
    /// due first; the first of equals.
    ///
    /// This is worst-case fair weighted queueing (WF2Q, Bennett and Zhang 1996): no source is ever
    /// further from its share of the tokens so far than one piece, where choosing the largest
    /// deficit lets small sources fall behind by more.
    ///
    /// - Parameters:
    ///   - tokens: given so far, by source.
    ///   - piece: the most tokens that one reading gives.
    func next(after tokens: [Int], piece: Int) -> Int {
        let total = Double(tokens.reduce(0, +))
        var best: Int?
        var earliest = Double.infinity
        var furthest = 0
        var largestDeficit = -Double.infinity
        for index in shares.indices where shares[index] > 0 {
            let deficit = shares[index] * total - Double(tokens[index])
            if deficit > largestDeficit {
                furthest = index
                largestDeficit = deficit
            }
            let due = Double(tokens[index] + piece) / shares[index]
            if deficit >= 0, due < earliest {
                best = index
                earliest = due
            }
        }
        // Deficits sum to zero, so only rounding can leave every one below it.
        return best ?? furthest
    }
}
