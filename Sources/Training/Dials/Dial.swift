import Corpora
import Foundation

/// A setting that can be turned while a run goes on.
///
/// The same paths are used by recipes, `--set`, requests to a running job and curricula.
public struct Dial: Sendable, Hashable {
    /// What values a dial takes.
    public enum Kind: Sendable, Hashable {
        /// A finite number from 0 on.
        case number
        /// A finite number above 0.
        case positiveNumber
        /// A number of 0 to 100.
        case percentage
        /// A whole number in a range.
        case integer(ClosedRange<Int>)
    }

    /// What a dial acts on.
    enum Target: Sendable, Hashable {
        case learningRate, weightDecay, gradientClip, scheduleFactor
        /// A source's share of the mix, in the words of the recipe.
        case sourceWeight(String), sourcePercent(String), replayPercent(String)
        case maximumDocumentTokens, minimumDifficulty, maximumDifficulty, evaluationSteps, probeSteps, checkpointSteps, keepLast, totalSteps
    }

    /// Such as `optimizer.lr`; in the catalogue `<source>` stands for a source's name.
    public let path: String
    /// What values it takes.
    public let kind: Kind
    /// Whether `none` is a value too.
    public let takesNone: Bool
    /// What it does, in a sentence.
    public let documentation: String
    let target: Target

    private init(
        _ path: String, _ kind: Kind, orNone takesNone: Bool = false, _ target: Target,
        _ documentation: String
    ) {
        self.path = path
        self.kind = kind
        self.takesNone = takesNone
        self.target = target
        self.documentation = documentation
    }

    /// Where a source's name stands in the catalogue.
    static let placeholder = "<source>"
    private static let most = 1 << 40

    /// The dial of the catalogue that a path is one of, whatever sources there are; nil for none.
    public static func of(_ path: String) -> Dial? {
        catalogue.first { dial in
            let around = dial.path.components(separatedBy: placeholder)
            guard around.count == 2 else { return dial.path == path }
            return path.count > around[0].count + around[1].count && path.hasPrefix(around[0])
                && path.hasSuffix(around[1])
        }
    }

    /// Every dial there is.
    public static let catalogue: [Dial] = [
        Dial(
            "optimizer.lr", .number, .learningRate,
            "The peak learning rate, which schedule and factor multiply."),
        Dial(
            "optimizer.weight_decay", .number, .weightDecay,
            "The share of each matrix that an update takes off, times the learning rate."),
        Dial(
            "gradient_clip", .positiveNumber, orNone: true, .gradientClip,
            "The largest gradient norm let through."),
        Dial(
            "schedule.factor", .number, .scheduleFactor,
            "Multiplies the scheduled learning rate; 1 unless set."),
        Dial(
            "data.<source>.weight", .number, .sourceWeight(placeholder),
            "The source's weight in the mix; only the ratios count. The balance of the mix begins "
                + "anew."),
        Dial(
            "data.<source>.percent", .percentage, .sourcePercent(placeholder),
            "The source's percentage of the mix; replay shares the rest. The balance of the mix "
                + "begins anew."),
        Dial(
            "data.replay.<source>.percent", .percentage, .replayPercent(placeholder),
            "The category's percentage of the replay. The balance of the mix begins anew."),
        Dial(
            "data.max_document_tokens", .integer(1...most), orNone: true, .maximumDocumentTokens,
            "Documents with more tokens are passed over until their source is read again; those "
                + "already begun go on."),
        Dial(
            "data.min_difficulty", .number, orNone: true, .minimumDifficulty,
            "Documents that their rows call easier are passed over until their source is read again."
        ),
        Dial(
            "data.max_difficulty", .number, orNone: true, .maximumDifficulty,
            "Documents that their rows call more difficult are passed over until their source is read "
                + "again."),
        Dial(
            "evaluate.every_steps", .integer(1...most), orNone: true, .evaluationSteps,
            "Steps between evaluations; none evaluates at the beginning and the end only."),
        Dial(
            "probes.every_steps", .integer(1...most), orNone: true, .probeSteps,
            "Steps between measurements of the probes; none measures at the beginning and the end "
                + "only."),
        Dial(
            "checkpoint.every_steps", .integer(1...most), orNone: true, .checkpointSteps,
            "Steps between checkpoints; none saves at the end only."),
        Dial(
            "checkpoint.keep_last", .integer(1...(1 << 20)), .keepLast,
            "How many of the newest checkpoints are kept."),
        Dial(
            "steps", .integer(1...most), .totalSteps,
            "The step the run ends at; not below the one it is at."),
    ]

    /// The dials of a run with these sources: each has that of the form its share is said in.
    static func all(sources: [WeightedSource]) -> [Dial] {
        catalogue.flatMap { dial -> [Dial] in
            guard dial.path.contains(placeholder) else { return [dial] }
            return sources.compactMap { source in
                guard let target = Target(shareOf: source), target.isOfKind(dial.target) else { return nil }
                let path = dial.path.replacing(placeholder, with: source.source.name)
                return Dial(path, dial.kind, target, dial.documentation)
            }
        }
    }

    /// Whether it can be set to a value.
    public func takes(_ value: DialValue) -> Bool { accept(value) != nil }

    /// The value in the dial's own type; nil where it is out of range or of another type.
    func accept(_ value: DialValue) -> DialValue? {
        switch (kind, value) {
        case (_, .nothing): takesNone ? .nothing : nil
        case (.number, .integer(let whole)): accept(.number(Double(whole)))
        case (.positiveNumber, .integer(let whole)): accept(.number(Double(whole)))
        case (.percentage, .integer(let whole)): accept(.number(Double(whole)))
        case (.percentage, .number(let number)): (0...100).contains(number) ? value : nil
        case (.number, .number(let number)): number >= 0 && number.isFinite ? value : nil
        case (.positiveNumber, .number(let number)): number > 0 && number.isFinite ? value : nil
        case (.integer(let range), .integer(let whole)): range.contains(whole) ? value : nil
        case (.integer, .number(let number)):
            // A script's arithmetic may leave a whole number in a float.
            Int(exactly: number).flatMap { accept(.integer($0)) }
        case (_, .boolean): nil
        }
    }

    /// The values it takes, in words, such as "a number above 0, or none".
    public var expectation: String {
        let values =
            switch kind {
            case .number: "a number of 0 or more"
            case .positiveNumber: "a number above 0"
            case .percentage: "a number of 0 to 100"
            case .integer(let range): "a whole number of \(range.lowerBound) or more"
            }
        return takesNone ? values + ", or none" : values
    }
}

extension Dial.Target {
    /// What turns the share of a source; nil for one that is read a number of times.
    init?(shareOf source: WeightedSource) {
        let name = source.source.name
        switch source.share {
        case .weight: self = .sourceWeight(name)
        case .percent: self = .sourcePercent(name)
        case .replay: self = .replayPercent(name)
        case .epochs: return nil
        }
    }

    /// Whether both turn a source's share, said in the same form.
    fileprivate func isOfKind(_ other: Dial.Target) -> Bool {
        switch (self, other) {
        case (.sourceWeight, .sourceWeight), (.sourcePercent, .sourcePercent),
            (.replayPercent, .replayPercent):
            true
        default: false
        }
    }
}
