/// Warmup, then 1 for ever.
public struct Constant: Sendable, Hashable {
    public var warmup: ScheduleLength

    public init(warmup: ScheduleLength = .none) { self.warmup = warmup }

    func factor(at position: SchedulePosition) -> Double {
        min(1, warmup.progress(at: position))
    }
}
