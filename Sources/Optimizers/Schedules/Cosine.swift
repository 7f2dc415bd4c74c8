#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Warmup, then half a cosine from 1 to `final` (Loshchilov and Hutter 2017, without restarts).
public struct Cosine: Sendable, Hashable {
    public var warmup: ScheduleLength
    /// The factor at the end.
    public var final: Double

    public init(warmup: ScheduleLength = .none, final: Double = 0) {
        self.warmup = warmup
        self.final = final
    }

    func factor(at position: SchedulePosition) -> Double {
        let course = Decay(warmup: warmup).course(at: position)
        let fall = 0.5 * (1 + cos(.pi * course.decay))
        return course.warmup * (final + (1 - final) * fall)
    }
}
