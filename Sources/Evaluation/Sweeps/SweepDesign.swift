/// What the points of a sweep have in common, besides where they start.
public enum SweepDesign: String, Sendable, Hashable, CaseIterable {
    /// As many tokens of the domain: a point with a smaller share of it lasts longer.
    case domain
    /// As many tokens in all: a point with a smaller share sees less of the domain.
    case total

    /// How many steps a point makes.
    ///
    /// - Parameters:
    ///   - steps: of the recipe, which are those of the point with the largest share.
    ///   - share: of the domain among the inputs of this point; above 0 where the domain is fixed.
    ///   - largest: of the domain among the inputs of all points.
    /// - Throws: `EvaluationError` where they are more than can be counted.
    public func steps(_ steps: Int, share: Double, largest: Double) throws -> Int {
        guard self == .domain, share != largest else { return steps }
        precondition(share > 0, "No number of steps without the domain gives as much of it.")
        // What division adds to a whole number is no step.
        let exact = Double(steps) * (largest / share)
        guard exact < 0x1p53 else {
            throw EvaluationError(
                .badSetting,
                "\(share * 100) percent would need \(exact) steps to give as much of the domain as "
                    + "the largest share does; take that point out.")
        }
        return max(1, Int((exact - 1e-9 * exact).rounded(.up)))
    }
}
