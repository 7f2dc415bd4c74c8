import Corpora
import Naming
public import Training

/// The shares that a sweep gives one source of a mix.
public struct MixSweep: Sendable, Hashable {
    /// The source's name.
    public let source: String
    /// Its shares of the whole mix, as they were asked for; each differs from the others.
    public let percents: [Double]

    /// A source and its shares in percent, from 0 to 100.
    public init(source: String, percents: [Double]) {
        self.source = source
        self.percents = percents
    }

    /// Reads `customer=100,75,50`.
    ///
    /// - Throws: `EvaluationError` for what is no percentage, and for one that stands there twice.
    public init(_ text: String) throws {
        func refused(_ sentence: String) -> EvaluationError {
            EvaluationError(.badSetting, "--mix \(shortened(text, to: 200)): \(sentence).")
        }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw refused("write a source and its shares in percent, as in customer=100,75,50")
        }
        let percents = try parts[1].split(separator: ",", omittingEmptySubsequences: false).map {
            word in
            let word = word.drop { $0 == " " }
            guard let percent = Double(word), (0...100).contains(percent) else {
                throw refused("\"\(word)\" is not a percentage from 0 to 100")
            }
            return percent
        }
        for (index, percent) in percents.enumerated()
        where percents[..<index].contains(percent) {
            throw refused("\(MixSweep.text(percent)) stands there twice")
        }
        self.init(source: String(parts[0]), percents: percents)
    }

    /// A percentage without digits that say nothing.
    public static func text(_ percent: Double) -> String {
        Int(exactly: percent).map { "\($0)" } ?? "\(percent)"
    }

    /// The general text of a mix beside the swept source: the replay where shares are percentages,
    /// every other source where they are weights.
    ///
    /// - Throws: `EvaluationError` where the mix has no such source, or nothing beside it.
    public func general(in sources: [WeightedSource]) throws -> [WeightedSource] {
        guard let swept = sources.first(where: { $0.source.name == source }) else {
            let names = sources.filter { !$0.share.isReplay }.map(\.source.name)
            throw EvaluationError(
                .badSetting,
                "The mix has no source \"\(source)\"; \(nearestNameHint(to: source, among: names))")
        }
        if let read = sources.first(where: \.share.isReadings) {
            throw EvaluationError(
                .badSetting,
                "The mix says how often \"\(read.source.name)\" is read (epochs), so that other shares "
                    + "are of what that leaves over; give every source its share, to sweep one.")
        }
        let general: [WeightedSource]
        switch swept.share {
        case .epochs: preconditionFailure("No source has its readings said.")
        case .replay:
            throw EvaluationError(
                .badSetting,
                "\"\(source)\" is a category of the replay, which is what the domain is weighed "
                    + "against; sweep a source with a percentage of the whole.")
        case .percent: general = sources.filter(\.share.isReplay)
        case .weight: general = sources.filter { $0.source.name != source && $0.share.number > 0 }
        }
        guard !general.isEmpty else {
            throw EvaluationError(
                .badSetting,
                "The mix has no general text to weigh \"\(source)\" against: give it a replay, as "
                    + "in replay = { catalog = \"FOLDER\" }, or other sources by weight.")
        }
        return general
    }

    /// The keys of a recipe that give the source a share, with their values.
    ///
    /// Where shares are percentages it is one key. Weights of the other sources keep their ratios.
    ///
    /// - Throws: `EvaluationError` where other sources leave less than that.
    public func settings(
        at percent: Double, in sources: [WeightedSource]
    ) throws -> [(path: String, value: Double)] {
        let general = try general(in: sources)
        guard general[0].share.isReplay else {
            let others = general.reduce(0) { $0 + $1.share.number }
            return sources.compactMap { other in
                let name = other.source.name
                if name == source { return ("data.\(name).weight", percent) }
                guard other.share.number > 0 else { return nil }
                return ("data.\(name).weight", (100 - percent) * other.share.number / others)
            }
        }
        let others = sources.filter { !$0.share.isReplay && $0.source.name != source }
        let taken = others.reduce(0) { $0 + $1.share.number }
        // What MixWeights lets pass, as 33.3 + 33.3 + 33.4 is.
        guard percent + taken <= 100.01 else {
            let names = others.map { "\($0.source.name) \(MixSweep.text($0.share.number))" }
            throw EvaluationError(
                .badSetting,
                "\(MixSweep.text(percent)) percent of \"\(source)\" and the other sources' "
                    + "(\(names.joined(separator: ", "))) are more than 100; sweep up to "
                    + "\(MixSweep.text(max(0, 100 - taken))).")
        }
        return [("data.\(source).percent", percent)]
    }
}

extension WeightedSource.Share {
    /// Whether it says how often the source is read.
    var isReadings: Bool {
        if case .epochs = self { true } else { false }
    }

    /// Whether it is a share of what others leave over.
    var isReplay: Bool {
        if case .replay = self { true } else { false }
    }
}
