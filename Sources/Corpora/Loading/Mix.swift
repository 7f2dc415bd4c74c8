/// Several sources, each with its share of what the model is given.
public struct Mix: Sendable {
    /// What shares are shares of.
    public enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Inputs, padding aside.
        case tokens
        /// Places that count in the loss.
        case lossTokens = "loss_tokens"
        /// Documents begun; one that goes on in a later row counts once.
        case samples
    }

    public let sources: [any TokenSource]
    /// Positive or zero, with sum 1, in the order of `sources`.
    public let shares: [Double]
    /// What the shares are shares of.
    public let unit: Unit

    /// - Parameters:
    ///   - sources: by unique name, none empty where it has a share.
    ///   - weights: one a source; only their ratios count.
    ///   - unit: what the weights are shares of.
    /// - Throws: `CorporaError` for weights that are negative, not finite or all zero, for a name
    ///   twice, and for an empty source with a share.
    public init(
        _ sources: [any TokenSource], weights: [Double], unit: Unit = .tokens
    ) throws {
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
        self.unit = unit
        shares = weights.map { $0 / sum }
    }

    /// One source alone.
    public init(_ source: any TokenSource) throws { try self.init([source], weights: [1]) }

    /// The same sources with other weights.
    public func with(weights: [Double]) throws -> Mix { 
        try Mix(sources, weights: weights, unit: unit)
    }

    /// The source to read next: among those not ahead of their share, the one whose next piece is
    /// due first; the first of equals.
    ///
    /// This is worst-case fair weighted queueing (WF2Q, Bennett and Zhang 1996): no source is ever
    /// further from its share of what was given so far than one piece, where choosing the largest
    /// deficit lets small sources fall behind by more.
    ///
    /// - Parameters:
    ///   - given: so far, by source, in the mix's unit.
    ///   - length: of a row.
    func next(after given: [Int], length: Int) -> Int {
        // The most that one reading gives.
        let piece = unit == .samples ? 1 : length
        let total = Double(given.reduce(0, +))
        var best: Int?
        var earliest = Double.infinity
        var furthest = 0
        var largestDeficit = -Double.infinity
        for index in shares.indices where shares[index] > 0 {
            let deficit = shares[index] * total - Double(given[index])
            if deficit > largestDeficit {
                furthest = index
                largestDeficit = deficit
            }
            let due = Double(given[index] + piece) / shares[index]
            if deficit >= 0, due < earliest {
                best = index
                earliest = due
            }
        }
        // Deficits sum to zero, so only rounding can leave every one below it.
        return best ?? furthest
    }
}
