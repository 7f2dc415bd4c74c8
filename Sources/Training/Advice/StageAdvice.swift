import Telemetry

/// Which stage and method suit some data, with the reason of each choice.
///
/// Rules of thumb with their thresholds, not a measurement: what they say is where to begin.
public struct StageAdvice: Sendable {
    /// One choice.
    public struct Choice: Sendable, Hashable {
        /// What is chosen: `stage`, `method`, `replay`.
        public let what: String
        /// What it is to be.
        public let choice: String
        /// Why, with the threshold and where that is from.
        public let reason: String
    }

    /// The stage of the checkpoint to begin from.
    public let entry: Stage
    /// The stage of the run.
    public let stage: Stage
    /// How the run learns.
    public let method: Method
    /// Whether adapters are trained in place of the model's weights.
    public let usesAdapter: Bool
    /// The share of general text beside the data, 0 to 1.
    public let replayShare: Double
    /// Readings of the data.
    public let epochs: Double
    /// The peak of the learning rate.
    public let learningRate: Double
    /// Tokens a row.
    public let sequenceLength: Int
    /// Every choice in words, the first first.
    public let choices: [Choice]
    /// Sentences on the data itself.
    public let remarks: [String]

    /// - Parameters:
    ///   - parameters: of the model that is to learn; nil takes the published thresholds as they
    ///     stand.
    ///   - positions: the most tokens that a row of that model has.
    public init(_ data: DataStatistics, parameters: Int?, positions: Int? = nil) {
        let teachesAnswers = data.conversationTokens > data.textTokens
        let size = parameters ?? AdviceRules.publishedParameters
        let plan =
            teachesAnswers && 4 * data.pairs > data.conversations
            ? Plan(pairs: data.pairs)
            : teachesAnswers
            ? Plan(conversations: data.conversations)
            : Plan(tokens: Self.uniqueTokens(data), parameters: size, isKnown: parameters != nil)
        (entry, stage, method) = (plan.entry, plan.stage, plan.method)
        usesAdapter = plan.usesAdapter
        replayShare = plan.replayShare
        epochs = plan.epochs
        let rate = AdviceRules.learningRate(parameters: size)
        learningRate = rate * plan.rateFactor
        // Both sides of a pair stand in one row.
        let sides = method == .preference ? 2.0 : 1
        let wanted = data.meanTokens * (teachesAnswers ? 2 : 4) * sides
        let most = min(2048, positions ?? 2048)
        var length = 128
        while Double(length) < wanted, length < most { length *= 2 }
        sequenceLength = min(length, most)
        choices =
            plan.choices + [
                Choice(
                    what: "lr", choice: Self.text(learningRate),
                    reason: "\(Self.text(rate)) is usual for new weights of "
                        + (parameters == nil
                            ? "models as large as the published thresholds are for"
                            : "\(HumanFormat.count(size)) parameters")
                        + " (Brown et al. 2020); \(plan.rateReason)"),
                Choice(
                    what: "sequence_length", choice: "\(sequenceLength)",
                    reason:
                        "a text or conversation has \(Int(data.meanTokens.rounded())) tokens on "
                        + "average"
                        + (method == .preference ? ", and a row holds both of a pair" : "")),
            ]
        remarks = Self.remarks(data, teachesAnswers: teachesAnswers)
    }

    private static func uniqueTokens(_ data: DataStatistics) -> Int {
        max(0, data.textTokens - Int(Double(data.duplicateBytes) / data.bytesAToken))
    }

    private static func remarks(_ data: DataStatistics, teachesAnswers: Bool) -> [String] {
        var remarks: [String] = []
        if data.duplicateShare >= AdviceRules.duplicateShare {
            remarks.append(
                "\(HumanFormat.percent(data.duplicateShare)) of the texts are repeated: remove them, "
                    + "for models learn repeated text by heart (Lee et al. 2022).")
        }
        if data.droppedRows > 0 {
            let first = data.firstDrops.first.map { "; the first: \($0)" } ?? ""
            remarks.append("\(data.droppedRows) rows would be dropped\(first).")
        }
        if data.conversations > 0, data.documents > 0 {
            remarks.append(
                teachesAnswers
                    ? "There are texts too (\(HumanFormat.count(data.textTokens)) tokens): train on "
                        + "them first, in a phase of its own with method = \"lm\"."
                    : "There are conversations too (\(data.conversations)): train on them last, in a "
                        + "phase of its own with method = \"sft\".")
        }
        return remarks
    }

    /// The peak learning rate that is usual for new weights of a size.
    public static func usualRate(parameters: Int) -> Double {
        AdviceRules.learningRate(parameters: parameters)
    }

    /// The number with two digits that count: 0.33, 20, 1.2e-4; Lua reads it too.
    public static func text(_ number: Double) -> String {
        guard number > 0, number.isFinite else { return "0" }
        var exponent = 0
        var mantissa = number
        while mantissa < 0.995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        let isPlain = (-2...4).contains(exponent)
        var text = HumanFormat.fixed(
            isPlain ? number : mantissa, digits: isPlain ? max(0, 1 - exponent) : 1)
        while text.contains("."), text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return isPlain ? text : "\(text)e\(exponent)"
    }
}
