import Foundation
import Synchronization
import Telemetry

/// The time that scripts see, where it is granted.
protocol ScriptClock: Sendable {
    /// Seconds since 1970.
    var now: Double { get }
    /// Seconds from some moment on that never go back.
    var monotonic: Double { get }
}

/// The machine's own time.
struct SystemClock: ScriptClock {
    var now: Double { Date().timeIntervalSince1970 }
    var monotonic: Double { MonotonicClock().seconds }
}

/// A clock that stands still until a spec moves it.
final class FakeClock: ScriptClock {
    private let seconds = Mutex(0.0)

    /// The moment at which every fake clock begins: 2026-01-01 00:00 UTC.
    static let beginning = 1_767_225_600.0

    var now: Double { FakeClock.beginning + monotonic }
    var monotonic: Double { seconds.withLock { $0 } }

    func advance(seconds: Double) { self.seconds.withLock { $0 += seconds } }

    /// Puts the clock to what `monotonic` once was.
    func set(_ monotonic: Double) { seconds.withLock { $0 = monotonic } }
}
