/// Warmup, a constant stretch, then decay (Hu et al. 2024): the constant stretch can be branched
/// from at any time, which is what makes `pre` checkpoints worth keeping.
public struct WarmupStableDecay: Sendable, Hashable {
    public var warmup: ScheduleLength
    /// How long the decay at the end lasts.
    public var decay: ScheduleLength
    /// The factor at the end.
    public var final: Double
    public var shape: Shape

    /// The form of the decay.
    public enum Shape: String, Sendable, Hashable, CaseIterable {
        case linear
        /// `1 - sqrt(x)` (Hägele et al. 2024).
        case sqrt
    }

    public init(
        warmup: ScheduleLength = .none, decay: ScheduleLength = .share(0.2), final: Double = 0,
        shape: Shape = .linear
    ) {
        self.warmup = warmup
        self.decay = decay
        self.final = final
        self.shape = shape
    }

    /// Whether a position lies in the decay.
    public func isDecaying(at position: SchedulePosition) -> Bool {
        position.progress > 1 - decay.share(of: position)
    }

    /// Whether the rate falls at all.
    public var hasDecay: Bool {
        switch decay {
        case .steps(let count), .tokens(let count): count > 0
        case .share(let share): share > 0
        }
    }

    /// The steps made when the decay begins; nil where nothing decays, or nothing comes before.
    ///
    /// All of them were made at the full rate, so that a run of any length can go on from there.
    ///
    /// - Parameters:
    ///   - totalSteps: the steps of the whole run.
    ///   - totalTokens: its tokens.
    public func decayStart(totalSteps: Int, totalTokens: Int) -> Int? {
        let share = decay.share(
            of: SchedulePosition(
                step: 0, totalSteps: totalSteps, tokens: 0, totalTokens: totalTokens))
        // A fifth of five steps begins after four of them, whatever rounding makes of 0.8 x 5.
        let start = Int(((1 - share) * Double(totalSteps) - 1e-6).rounded(.up))
        return start > 0 && start < totalSteps ? start : nil
    }

    func factor(at position: SchedulePosition) -> Double {
        let rise = min(1, warmup.progress(at: position))
        let share = decay.share(of: position)
        guard share > 0, isDecaying(at: position) else { return rise }
        let course = (position.progress - (1 - share)) / share
        let fall = shape == .linear ? 1 - course : 1 - course.squareRoot()
        return rise * (final + (1 - final) * max(0, fall))
    }
}
