import Foundation
import Synchronization

/// Ctrl-C in a chat: it ends what is under way, never the program.
enum Interrupt {
    private static let isRequested = Atomic<Bool>(false)

    /// Catches SIGINT from now on; a line that is being read is given up.
    static func install() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = interruptArrived
        // Without SA_RESTART, so that reading returns.
        sigaction(SIGINT, &action, nil)
        var caught = sigset_t()
        sigemptyset(&caught)
        sigaddset(&caught, SIGINT)
        // A parent may have started this process with signals blocked.
        pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }

    /// Whether it was pressed since this was last asked.
    static func take() -> Bool { isRequested.exchange(false, ordering: .relaxed) }

    fileprivate static func arrived() { isRequested.store(true, ordering: .relaxed) }
}

/// A plain function: a signal may arrive on any thread, so no actor's closure may be called.
private func interruptArrived(_ signal: Int32) { Interrupt.arrived() }

/// Asked by the line editor, which is C.
func interruptWasPressed() -> Int32 { Interrupt.take() ? 1 : 0 }
