import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whether the user has asked the run to end (Ctrl-C, SIGTERM, a closed terminal).
///
/// The first signal asks: the loop saves after the step under way. The second ends the process
/// at once.
public enum StopSignal {
    private static let count = Atomic<Int>(0)

    /// Catches SIGINT, SIGTERM and SIGHUP (a terminal that goes away) from now on.
    public static func install() {
        var caught = sigset_t()
        sigemptyset(&caught)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, stopSignalArrived)
            sigaddset(&caught, number)
        }
        // A parent may have started this process with signals blocked.
        pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }

    public static var isRequested: Bool { count.load(ordering: .relaxed) > 0 }

    /// Asks the run to end, as a first signal does.
    public static func request() { count.add(1, ordering: .relaxed) }

    /// Forgets earlier requests.
    public static func reset() { count.store(0, ordering: .relaxed) }

    fileprivate static func arrived() {
        if count.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    }
}

/// A plain function: a signal may arrive on any thread, so no actor's closure may be called.
private func stopSignalArrived(_ signal: Int32) { StopSignal.arrived() }
