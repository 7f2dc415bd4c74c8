/// Measures how long something takes, with pauses.
public struct Stopwatch: Sendable {
    private let clock: any TimeSource
    private var startedAt: UInt64?
    private var elapsedBefore: UInt64 = 0

    /// Starts at once.
    public init(clock: any TimeSource = MonotonicClock()) {
        self.clock = clock
        startedAt = clock.nanoseconds
    }

    /// The time it has run, pauses left out.
    public var elapsedSeconds: Double {
        let running = startedAt.map { clock.nanoseconds - $0 } ?? 0
        return Double(elapsedBefore + running) / 1e9
    }

    /// Stops counting until `resume`.
    public mutating func pause() {
        guard let startedAt else { return }
        elapsedBefore += clock.nanoseconds - startedAt
        self.startedAt = nil
    }

    /// Goes on counting after `pause`.
    public mutating func resume() {
        if startedAt == nil { startedAt = clock.nanoseconds }
    }

    /// Starts again from zero and returns what had elapsed.
    public mutating func lap() -> Double {
        let elapsed = elapsedSeconds
        elapsedBefore = 0
        startedAt = clock.nanoseconds
        return elapsed
    }
}
