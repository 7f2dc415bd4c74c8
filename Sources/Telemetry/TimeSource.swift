import Glibc
import Synchronization

/// Where durations come from: the system in a run, a hand-moved clock in a test.
public protocol TimeSource: Sendable {
    /// Nanoseconds since some fixed moment, never falling.
    var nanoseconds: UInt64 { get }
}

extension TimeSource {
    /// Seconds since some fixed moment, never falling.
    public var seconds: Double { Double(nanoseconds) / 1e9 }
}

/// The system's monotonic clock.
public struct MonotonicClock: TimeSource {
    /// Makes the clock; all are the same.
    public init() {}

    public var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// A clock that stands still until it is moved.
public final class ManualClock: TimeSource {
    private let now = Mutex<UInt64>(0)

    /// Starts at zero.
    public init() {}

    public var nanoseconds: UInt64 { now.withLock { $0 } }

    /// Moves the clock on.
    public func advance(seconds: Double) {
        now.withLock { $0 += UInt64((seconds * 1e9).rounded()) }
    }
}
