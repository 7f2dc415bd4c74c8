/// The weights that the shares of a mix come to.
///
/// Sources with a percentage have it of the whole; what they leave over is shared by the replay
/// sources in proportion to theirs, which should add up to 100. Sources that are to be read so many
/// times have what that is of the run; all of this is of what they leave over.
struct MixWeights: Sendable, Hashable {
    /// One a source; only their ratios count.
    let weights: [Double]
    /// What did not add up, and how it was taken.
    let remarks: [String]

    /// What sums may be off by, as 33.3 + 33.3 + 33.4 is.
    private static let tolerance = 0.01 + 1e-9

    /// - Parameter readings: by source, the part of the run's tokens that its readings are; 0 for
    ///   those whose share is said otherwise.
    /// - Throws: `TrainingError` where nothing can be drawn, and in a strict mix where percentages do
    ///   not add up.
    init(_ shares: [WeightedSource.Share], isStrict: Bool, readings: [Double] = []) throws {
        guard readings.contains(where: { $0 > 0 }) else {
            try self.init(plain: shares, isStrict: isStrict)
            return
        }
        let read = readings.reduce(0, +)
        let isRead = shares.map { if case .epochs = $0 { true } else { false } }
        let others = zip(shares, isRead).filter { !$1 }.map(\.0)
        guard !others.isEmpty else {
            // Where all of them are read a number of times, the run is as long as it is.
            self.init(weights: readings, remarks: [])
            return
        }
        guard read < 1 else {
            throw TrainingError(
                .badConfiguration,
                "The epochs of the mix ask for \(Self.text(100 * read)) percent of the run's tokens, "
                    + "and nothing is left for the other sources; lower them, or lengthen the run.")
        }
        let rest = try MixWeights(plain: others, isStrict: isStrict)
        let sum = rest.weights.reduce(0, +)
        var next = rest.weights.makeIterator()
        self.init(
            weights: zip(isRead, readings).map { isRead, reading in
                isRead ? reading : (next.next() ?? 0) / sum * (1 - read)
            }, remarks: rest.remarks)
    }

    private init(weights: [Double], remarks: [String]) {
        self.weights = weights
        self.remarks = remarks
    }

    private init(plain shares: [WeightedSource.Share], isStrict: Bool) throws {
        var whole = 0.0
        var replay = 0.0
        var hasWhole = false
        var hasReplay = false
        for share in shares {
            switch share {
            case .weight, .epochs: continue
            case .percent(let percent):
                whole += percent
                hasWhole = true
            case .replay(let percent):
                replay += percent
                hasReplay = true
            }
        }
        guard hasWhole || hasReplay else {
            weights = shares.map(\.number)
            remarks = []
            return
        }
        var remarks: [String] = []
        func remark(_ sentence: String, _ taken: String) throws {
            guard !isStrict else {
                throw TrainingError(
                    .badConfiguration,
                    "\(sentence); the mix is strict, so make them add up to 100.")
            }
            remarks.append("\(sentence); \(taken).")
        }
        if whole > 100 + Self.tolerance {
            try remark(
                "the percentages of the mix add up to \(Self.text(whole))",
                hasReplay
                    ? "they are taken in proportion, and nothing is left for replay"
                    : "they are taken in proportion")
        } else if !hasReplay, whole < 100 - Self.tolerance {
            try remark(
                "the percentages of the mix add up to \(Self.text(whole)), and no replay shares the "
                    + "rest", "they are taken in proportion")
        }
        let rest = hasReplay ? max(0, 100 - whole) : 0
        if rest > Self.tolerance {
            guard replay > 0 else {
                throw TrainingError(
                    .badConfiguration,
                    "\(Self.text(rest)) percent of the mix are left for replay, and every category of "
                        + "it has 0; give one more, or the other sources 100.")
            }
            if abs(replay - 100) > Self.tolerance {
                try remark(
                    "the percentages of the replay add up to \(Self.text(replay))",
                    "they are taken in proportion")
            }
        }
        weights = shares.map { share in
            switch share {
            case .weight(let weight), .epochs(let weight): weight
            case .percent(let percent): percent
            case .replay(let percent): replay > 0 ? rest * percent / replay : 0
            }
        }
        self.remarks = remarks
        guard weights.contains(where: { $0 > 0 }) else {
            throw TrainingError(
                .badConfiguration, "every source of the mix has 0 percent; give one more.")
        }
    }

    private static func text(_ percent: Double) -> String {
        let rounded = (percent * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15
            ? "\(Int(rounded))" : "\(rounded)"
    }
}
