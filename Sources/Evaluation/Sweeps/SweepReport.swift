/// What came of a point of a sweep.
public struct SweepPoint: Sendable {
    /// What was made of it.
    public enum State: Sendable, Hashable {
        /// Its runs came to their end.
        case finished
        /// It cannot be trained as it was asked for, and was not.
        case refused(String)
        /// A run failed by itself.
        case failed(String)
        /// It is not finished yet.
        case open
    }

    /// The swept source's share.
    public var percent: Double
    /// Of each of its runs.
    public var steps: Int
    /// What was made of it.
    public var state: State
    /// Where its runs are, one a seed.
    public var folders: [String]
    /// Its finished runs, in the order of the folders.
    public var runs: [SweptRun]

    /// A point with what is there of its runs.
    public init(
        percent: Double, steps: Int, state: State, folders: [String], runs: [SweptRun]
    ) {
        self.percent = percent
        self.steps = steps
        self.state = state
        self.folders = folders
        self.runs = runs
    }
}

/// The points of a sweep beside each other, and the one that is chosen.
public struct SweepReport: Sendable {
    /// A point in numbers.
    public struct Row: Sendable {
        /// What came of it.
        public let point: SweepPoint
        /// Input tokens of the swept source, of a run; the mean where there are several seeds.
        public let domainTokens: Double
        /// Input tokens of all sources, of a run; the mean where there are several seeds.
        public let tokens: Double
        /// Times that a run read the source through; nil where the source gives nothing.
        public let domainEpochs: Double?
        /// The domain's number.
        public let domain: Estimate
        /// The general number.
        public let general: Estimate
        /// The domain's number of each seed.
        public let domainBySeed: [Double]
        /// The general number of each seed.
        public let generalBySeed: [Double]
        /// Whether no other point is better in one number and worse in none.
        public internal(set) var isOnFront = false
        /// Whether it is the one that is chosen.
        public internal(set) var isChosen = false
    }

    /// The names of the two numbers, such as `loss`.
    public let names: (domain: String, general: String)
    /// Which way they are better.
    public let directions: SweepDirections
    /// What the start came to.
    public let start: (domain: Estimate, general: Estimate)
    /// The finished points, in the order of the sweep.
    public let rows: [Row]
    /// Those that are not finished, in the order of the sweep.
    public let unfinished: [SweepPoint]
    /// The chosen one among `rows`; nil where none came to numbers.
    public let choice: SweepChoice?
    /// The share of the start's general number that may be lost.
    public let tolerance: Double

    /// Compares the points of a sweep.
    ///
    /// With one seed numbers and intervals are those of the run's own last probes; with several
    /// they are those of ``Estimate/init(meanOfSeeds:)``.
    ///
    /// - Parameters:
    ///   - tokensAnEpoch: input tokens of one reading of the swept source.
    /// - Returns: nil where no point is finished.
    /// - Throws: `EvaluationError` for a measure that the runs do not have.
    public init?(
        _ points: [SweepPoint], source: String, tokensAnEpoch: Int, domain: SweepMeasure,
        general: SweepMeasure, tolerance: Double
    ) throws {
        let finished = points.filter { $0.state == .finished && !$0.runs.isEmpty }
        guard let first = finished.first?.runs.first else { return nil }
        let (domainName, domainStart) = try first.estimate(domain, at: .start)
        let (generalName, generalStart) = try first.estimate(general, at: .start)
        names = (domainName, generalName)
        start = (domainStart, generalStart)
        directions = SweepDirections(
            domain: MetricDirection(ofValue: domainName),
            general: MetricDirection(ofValue: generalName))
        self.tolerance = tolerance
        unfinished = points.filter { $0.state != .finished || $0.runs.isEmpty }
        var rows = try finished.map { point in
            let domains = try point.runs.map { try $0.estimate(domain, at: .end).estimate }
            let generals = try point.runs.map { try $0.estimate(general, at: .end).estimate }
            func mean(_ count: (SweptRun) -> Int) -> Double {
                point.runs.reduce(0) { $0 + Double(count($1)) } / Double(point.runs.count)
            }
            let given = mean { $0.tokensBySource[source] ?? 0 }
            return Row(
                point: point, domainTokens: given, tokens: mean(\.tokens),
                domainEpochs: tokensAnEpoch > 0 ? given / Double(tokensAnEpoch) : nil,
                domain: SweepReport.estimate(domains), general: SweepReport.estimate(generals),
                domainBySeed: domains.map(\.value), generalBySeed: generals.map(\.value))
        }
        let outcomes = rows.map {
            SweepOutcome(domain: $0.domain.value, general: $0.general.value)
        }
        for index in ParetoFront.indices(of: outcomes, directions) { rows[index].isOnFront = true }
        choice = SweepChoice(
            among: outcomes, start: generalStart.value, tolerance: tolerance, directions)
        if let choice { rows[choice.index].isChosen = true }
        self.rows = rows
    }

    /// How far a point's general number is from the start's, in percent of it; nil where the start
    /// is 0.
    public func generalChange(of row: Row) -> Double? {
        let start = start.general.value
        guard start != 0 else { return nil }
        return 100 * (row.general.value - start) / abs(start)
    }

    /// The chosen point.
    public var chosen: Row? { choice.map { rows[$0.index] } }

    private static func estimate(_ runs: [Estimate]) -> Estimate {
        runs.count == 1 ? runs[0] : Estimate(meanOfSeeds: runs.map(\.value))
    }
}
