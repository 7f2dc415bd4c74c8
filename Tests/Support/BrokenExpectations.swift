import Synchronization

/// Counts the expectations of tensors that fail in `body` instead of reporting them.
///
/// This is how a check is itself checked: given something broken, it must count at least one.
public func countBrokenExpectations(_ body: () throws -> Void) rethrows -> Int {
    let counter = BrokenExpectations()
    try BrokenExpectations.$current.withValue(counter) { try body() }
    return counter.count.withLock { $0 }
}

/// Where failed expectations go while they are counted.
final class BrokenExpectations: Sendable {
    @TaskLocal static var current: BrokenExpectations?

    let count = Mutex(0)

    /// Whether the outcome was counted, so that there is nothing left to report.
    static func takes(_ holds: Bool) -> Bool {
        guard let current else { return false }
        if !holds { current.count.withLock { $0 += 1 } }
        return true
    }
}
