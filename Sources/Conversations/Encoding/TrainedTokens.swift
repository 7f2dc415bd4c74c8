/// Tokens of a row, and what each counts as a target.
public struct TrainedTokens: Sendable, Equatable {
    /// The whole row, in order.
    public var ids: [Int32]
    /// One an id: 0 for what is only read.
    public var lossWeights: [Float]
    /// The ids of each answer that is learned, in order, its end of turn the last of them.
    public var answers: [Range<Int>]
    /// Whether a template has set beginning and end: no others belong here.
    public var isRendered: Bool
    /// Whether answers were left out to fit the context.
    public var isCut = false

    /// Ids that count in the loss.
    public var trainedCount: Int { lossWeights.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } }

    /// Keeps what fits into a context.
    ///
    /// A conversation ends after the last answer that fits whole, a text where the context ends. A
    /// half answer is never learned: it would have no end.
    ///
    /// - Parameter context: the ids that a row of the batch holds.
    /// - Throws: `ConversationError` of code `tooLong` where no answer fits.
    public func cut(to context: Int) throws(ConversationError) -> TrainedTokens {
        guard ids.count > context else { return self }
        var cut = self
        cut.isCut = true
        let end: Int
        if answers.isEmpty {
            end = context
        } else {
            guard let last = answers.last(where: { $0.upperBound <= context }) else {
                throw ConversationError(
                    .tooLong,
                    "the first answer ends at token \(answers[0].upperBound), and the context has "
                        + "\(context)")
            }
            end = last.upperBound
            cut.answers = answers.filter { $0.upperBound <= end }
        }
        cut.ids = Array(ids[..<end])
        cut.lossWeights = Array(lossWeights[..<end])
        return cut
    }
}
