public import Corpora

/// A source and its share of the mix.
public struct WeightedSource: Sendable, Hashable {
    /// How a source's share is said; one mix says all of them by weights, or none. Readings may stand
    /// beside both.
    public enum Share: Sendable, Hashable {
        /// Relative to the other sources' weights.
        case weight(Double)
        /// Of the whole mix, in percent.
        case percent(Double)
        /// Of what the sources with a percentage leave over, in percent: replay.
        case replay(Double)
        /// So many readings over the run, whatever that is of the whole; the others share what it
        /// leaves over.
        case epochs(Double)

        /// The number as it was said.
        public var number: Double {
            switch self {
            case .weight(let number), .percent(let number), .replay(let number),
                .epochs(let number):
                number
            }
        }
    }

    /// What is read.
    public var source: Source
    /// How much of the mix it is.
    public var share: Share
    /// How often the run may read the source; nil for as often as its share asks.
    public var maximumEpochs: Double?

    /// A source with a share of either form.
    public init(source: Source, share: Share, maximumEpochs: Double? = nil) {
        self.source = source
        self.share = share
        self.maximumEpochs = maximumEpochs
    }

    public init(source: Source, weight: Double = 1) {
        self.init(source: source, share: .weight(weight))
    }
}

/// What the shares of a mix are shares of.
public struct MixSettings: Sendable, Hashable {
    /// Tokens, tokens that count in the loss, or documents.
    public var unit: Mix.Unit
    /// Whether percentages that do not add up to 100 are an error; else they are taken in proportion,
    /// which is said.
    public var isStrict: Bool

    public init(unit: Mix.Unit = .tokens, isStrict: Bool = false) {
        self.unit = unit
        self.isStrict = isStrict
    }
}
