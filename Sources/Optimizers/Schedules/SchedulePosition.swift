/// Where a run stands before a step.
public struct SchedulePosition: Sendable, Hashable {
    /// Steps made before this one.
    public var step: Int
    /// The step the run ends at.
    public var totalSteps: Int
    /// Tokens seen before this step.
    public var tokens: Int
    /// The tokens the run ends at.
    public var totalTokens: Int

    public init(step: Int, totalSteps: Int, tokens: Int, totalTokens: Int) {
        self.step = step
        self.totalSteps = totalSteps
        self.tokens = tokens
        self.totalTokens = totalTokens
    }

    /// The share of the budget that is used: 0 at the start, 1 at the end.
    public var progress: Double {
        totalSteps > 0 ? min(1, Double(step) / Double(totalSteps)) : 0
    }
}

/// A stretch of a run, in the unit its author thinks in.
public enum ScheduleLength: Sendable, Hashable {
    case steps(Int)
    case tokens(Int)
    /// A share of the whole run, 0 to 1.
    case share(Double)

    public static let none = ScheduleLength.steps(0)

    /// How much of this stretch, counted from the run's beginning, is behind a position; above 1
    /// when it is over.
    ///
    /// Steps count the step about to be made, so that the first step of a warmup moves.
    func progress(at position: SchedulePosition) -> Double {
        switch self {
        case .steps(let steps):
            steps > 0 ? Double(position.step + 1) / Double(steps) : .infinity
        case .tokens(let tokens):
            tokens > 0
                ? (Double(position.tokens) + tokensAStep(position)) / Double(tokens) : .infinity
        case .share(let share):
            share > 0
                ? Double(position.step + 1) / (share * Double(max(1, position.totalSteps)))
                : .infinity
        }
    }

    /// The stretch as a share of the run, 0 to 1.
    func share(of position: SchedulePosition) -> Double {
        switch self {
        case .steps(let steps): min(1, Double(steps) / Double(max(1, position.totalSteps)))
        case .tokens(let tokens): min(1, Double(tokens) / Double(max(1, position.totalTokens)))
        case .share(let share): min(1, share)
        }
    }

    private func tokensAStep(_ position: SchedulePosition) -> Double {
        Double(position.totalTokens) / Double(max(1, position.totalSteps))
    }
}
