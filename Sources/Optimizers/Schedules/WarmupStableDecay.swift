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

    func factor(at position: SchedulePosition) -> Double {
        let rise = min(1, warmup.progress(at: position))
        let share = decay.share(of: position)
        guard share > 0, isDecaying(at: position) else { return rise }
        let course = (position.progress - (1 - share)) / share
        let fall = shape == .linear ? 1 - course : 1 - course.squareRoot()
        return rise * (final + (1 - final) * max(0, fall))
    }
}
