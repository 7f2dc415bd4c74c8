import Dispatch
import Foundation
import Synchronization

/// Saves on a thread of its own, one save at a time, while training goes on.
///
/// A save gets state that was already copied; only that copy holds the loop. An error surfaces at
/// the next call, so that none is lost and none interrupts a step.
public final class BackgroundSaver: Sendable {
    private struct State {
        var isBusy = false
        var failure: (any Error)?
    }

    private let state = Mutex(State())
    private let running = DispatchGroup()

    /// Makes a saver with nothing under way.
    public init() {}

    /// Whether a save is under way.
    public var isBusy: Bool { state.withLock { $0.isBusy } }

    /// Waits for the save under way, throws its error where it failed, and starts `save` otherwise.
    ///
    /// Called from one thread: the training loop's.
    public func submit(_ save: @escaping @Sendable () throws -> Void) throws {
        try wait()
        state.withLock { $0.isBusy = true }
        running.enter()
        let thread = Thread { [self] in
            var failure: (any Error)?
            do { try save() } catch { failure = error }
            let caught = failure
            state.withLock {
                $0.isBusy = false
                $0.failure = caught
            }
            running.leave()
        }
        thread.name = "nightjar.save"
        thread.start()
    }

    /// Throws the error of the last save where it failed and was not yet reported; never waits.
    public func throwIfFailed() throws {
        let failure = state.withLock { state in
            defer { state.failure = nil }
            return state.failure
        }
        if let failure { throw failure }
    }

    /// Waits until nothing is under way, and throws the error of the last save where it failed.
    public func wait() throws {
        running.wait()
        try throwIfFailed()
    }
}
