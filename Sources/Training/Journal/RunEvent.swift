public import Telemetry

/// One line of a run's journal.
public struct RunEvent: Sendable, Hashable {
    /// The names that runs write themselves; all others are those of script events.
    ///
    /// `start`, `resume`: `scripts`, and of a recipe's file `recipe`, `set`, `working_folder`, and
    /// `phase` where it has several; `from` where the run goes on from a checkpoint.
    /// `dial`: `path`, `value`, `before`, `origin`. `rollback`: `to`, `count`, `origin`, `reason`.
    /// `save`: a checkpoint that a request asked for. `script_error`: `hook`, `message`.
    /// `stage`: `name` and the `checkpoint` that it points at from then on.
    /// `stop`: `origin`, `reason`. `cut_off`: `script`, `door`, `message`, and `replayable`, false
    /// where the clock ended the call.
    public static let ownNames: Set = [
        "start", "resume", "checkpoint", "non_finite", "dial", "rollback", "save", "script_error",
        "stop", "refused", "skip", "completed", "interrupted", "stopped", "cut_off",
        "stage",
    ]

    /// What happened, such as `dial`.
    public var name: String
    /// Steps made when it takes effect: it is before step `step + 1`.
    ///
    /// An event about a step itself (`non_finite`, `script_error`, `skip`) carries that step's
    /// number.
    public var step: Int
    /// The serial number of an event from outside, from 1 on; nil for one that follows from the
    /// recipe and its scripts, which a resumed run comes to by itself.
    public var external: Int?
    /// Everything else on the line, its time left out.
    public var fields: [String: MetricValue]

    /// An event; `external` is its serial number where it came from outside.
    public init(
        name: String, step: Int, external: Int? = nil, fields: [String: MetricValue] = [:]
    ) {
        self.name = name
        self.step = step
        self.external = external
        self.fields = fields
    }

    /// The text of a field; nil where it is missing or of another kind.
    public func text(_ field: String) -> String? {
        if case .string(let text) = fields[field] { text } else { nil }
    }

    /// The whole number of a field; nil where it is missing or of another kind.
    public func integer(_ field: String) -> Int? {
        if case .int(let number) = fields[field] { number } else { nil }
    }
}
