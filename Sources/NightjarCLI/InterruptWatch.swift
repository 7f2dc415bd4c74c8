import Foundation
import Synchronization
import Training

/// Ends a script that does not end by itself once the user has asked it to.
final class InterruptWatch: Sendable {
    private let graceSeconds: Double
    private let action = Mutex<(@Sendable () -> Void)?>(nil)
    private let isOver = Mutex(false)

    /// How often the user's wish is looked for, and repeated.
    private static let interval = 0.05

    init(graceSeconds: Double) {
        self.graceSeconds = graceSeconds
    }

    /// Calls `interrupt` again and again from the end of the grace on, until `end` is called.
    func interrupt(_ interrupt: @escaping @Sendable () -> Void) {
        action.withLock { $0 = interrupt }
        let thread = Thread { [self] in watch() }
        thread.name = "nightjar-stop"
        thread.start()
    }

    /// The script is over.
    func end() { isOver.withLock { $0 = true } }

    private func watch() {
        var waited = 0.0
        while !isOver.withLock({ $0 }) {
            Thread.sleep(forTimeInterval: InterruptWatch.interval)
            guard StopSignal.isRequested else { continue }
            waited += InterruptWatch.interval
            if waited >= graceSeconds { action.withLock { $0 }?() }
        }
    }
}
