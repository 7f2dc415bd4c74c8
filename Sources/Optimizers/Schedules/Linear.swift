/// Warmup, then a straight line from 1 to `final` at the end of the run.
public struct Linear: Sendable, Hashable {
    public var warmup: ScheduleLength
    /// The factor at the end.
    public var final: Double

    public init(warmup: ScheduleLength = .none, final: Double = 0) {
        self.warmup = warmup
        self.final = final
    }

    func factor(at position: SchedulePosition) -> Double {
        let course = Decay(warmup: warmup).course(at: position)
        return course.warmup * (1 - (1 - final) * course.decay)
    }
}
