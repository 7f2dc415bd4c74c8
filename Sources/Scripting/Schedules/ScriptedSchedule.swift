import Foundation
public import Optimizers

/// A schedule written in Lua: a function that takes progress, 0 to 1, and gives the factor.
///
/// Equal progress must give equal factors: the function keeps nothing between calls. Calls take
/// turns; once its run is open, they are made on the thread that calls the run's other scripts.
public final class ScriptedSchedule: CustomSchedule, @unchecked Sendable {
    // Unchecked: the function and its state, which is no one else's until the run is open, are
    // touched under the lock alone.
    private var function: ScheduleFunction
    private let lock = NSLock()
    /// The plugin it stands in; nil for a recipe's own function.
    let plugin: PluginSchedule?

    init(_ function: ScheduleFunction, plugin: PluginSchedule? = nil) {
        self.function = function
        self.plugin = plugin
    }

    /// Asks another function from now on, as after an edit of its file.
    func replace(with function: ScheduleFunction) {
        lock.withLock { self.function = function }
    }

    /// - Throws: `ScriptingError` where the function raises, runs past its budget, or answers
    ///   anything but a finite number that is 0 or more.
    public func factor(at position: SchedulePosition) throws -> Double {
        try lock.withLock { try function.factor(at: position.progress) }
    }
}
