import Telemetry

/// The events from outside that a resumed run has still to repeat, each at its step.
///
/// The newest word holds: what was asked after the run had gone back to an earlier step stands
/// above what had been asked of later steps before, of the same dial or the same script.
struct Replay {
    private var events: ArraySlice<RunEvent>

    /// - Parameters:
    ///   - journal: every event there ever was.
    ///   - step: steps made by the checkpoint that is gone on from.
    ///   - applied: serial numbers that took effect at that very step before it was saved.
    ///   - takesEdited: whether scripts go on as they are on the disk now.
    init(_ journal: [RunEvent], after step: Int, applied: [Int], takesEdited: Bool = false) {
        events = []
        for event in journal {
            if event.takesEdited { events.removeAll { $0.isSwap && $0.step >= event.step } }
            guard let serial = event.external else { continue }
            overtake(event)
            if event.step > step || (event.step == step && !applied.contains(serial)) {
                events.append(event)
            }
        }
        if takesEdited { events.removeAll(where: \.isSwap) }
        // Sorting is stable: those of one step keep their order.
        events = events.sorted { $0.step < $1.step }[...]
    }

    /// How many are left.
    var count: Int { events.count }

    /// Those that take effect at `step`, in their order; each is given once.
    mutating func take(at step: Int) -> [RunEvent] {
        let due = events.prefix { $0.step <= step }
        events = events.dropFirst(due.count)
        return Array(due)
    }

    /// Gives up what a newer event stands above.
    ///
    /// A dial may have been turned together with others, so its turn stays, to the newer value.
    mutating func overtake(_ newer: RunEvent) {
        if newer.isSwap, let script = newer.text("script") {
            events.removeAll {
                $0.isSwap && $0.text("script") == script && $0.step > newer.step
            }
        }
        guard newer.name == "dial", let path = newer.text("path") else { return }
        for index in events.indices
        where events[index].name == "dial" && events[index].text("path") == path
            && events[index].step > newer.step
        {
            events[index].fields["value"] = newer.fields["value"]
        }
    }
}

extension RunEvent {
    /// Says of a beginning that scripts were taken as they were on the disk from there on: versions
    /// that had been put in force later are not repeated any more.
    static let editedKey = "edited"

    fileprivate var takesEdited: Bool { fields[RunEvent.editedKey] == .bool(true) }

    fileprivate var isSwap: Bool { name == "swap" }
}
