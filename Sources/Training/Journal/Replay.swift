/// The events from outside that a resumed run has still to repeat, each at its step.
struct Replay {
    private var events: ArraySlice<RunEvent>

    /// - Parameters:
    ///   - journal: every event there ever was.
    ///   - step: steps made by the checkpoint that is gone on from.
    ///   - applied: serial numbers that took effect at that very step before it was saved.
    init(_ journal: [RunEvent], after step: Int, applied: [Int]) {
        let due = journal.filter { event in
            guard let serial = event.external else { return false }
            return event.step > step || (event.step == step && !applied.contains(serial))
        }
        // Sorting is stable: those of one step keep their order.
        events = due.sorted { $0.step < $1.step }[...]
    }

    /// How many are left.
    var count: Int { events.count }

    /// Those that take effect at `step`, in their order; each is given once.
    mutating func take(at step: Int) -> [RunEvent] {
        let due = events.prefix { $0.step <= step }
        events = events.dropFirst(due.count)
        return Array(due)
    }
}
