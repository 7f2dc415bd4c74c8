import Telemetry

/// Where a run calls its hooks: keeps the time and counts the failures.
final class HookDesk {
    private let hooks: any RunHooks
    private var seconds = 0.0
    private var errors = 0
    private var cutOffs: [CutOff] = []
    /// Failures since the run began or went on, as far as they have been counted up.
    private(set) var errorsInAll = 0

    init(_ hooks: any RunHooks) { self.hooks = hooks }

    /// What hooks cost since it was last asked.
    struct Account {
        var seconds: Double
        var errors: Int
        var fields: MetricRecord
    }

    /// Calls hooks on the clock.
    func call<Answer>(_ body: (any RunHooks) throws -> Answer) rethrows -> Answer {
        let clock = Stopwatch()
        defer {
            seconds += clock.elapsedSeconds
            cutOffs += hooks.takeCutOffs()
        }
        return try body(hooks)
    }

    /// The calls that were cut off since this was last asked.
    func takeCutOffs() -> [CutOff] {
        defer { cutOffs = [] }
        return cutOffs
    }

    func observe(_ moment: RunMoment) { call { $0.observe(moment) } }

    /// The scripts' files as they are in force.
    var filesInForce: [String: String] { hooks.filesInForce }

    /// Whether scripts are taken as they are on the disk.
    var takesEdited: Bool { hooks.takesEdited }

    /// Counts a failure that the run has answered.
    func countError() { errors += 1 }

    /// Seconds so far.
    var secondsSoFar: Double { seconds }

    func takeAccount() -> Account {
        let measured = call { $0.takeMeasurements() }
        defer {
            seconds = 0
            errors = 0
        }
        errorsInAll += errors + measured.errors
        return Account(
            seconds: seconds, errors: errors + measured.errors, fields: measured.fields)
    }
}
