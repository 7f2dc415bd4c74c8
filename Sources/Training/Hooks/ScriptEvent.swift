public import Telemetry

/// Something that reaches hooks from outside the run: journalled before it takes effect, and
/// repeated at the same step where a run resumes from before it.
public struct ScriptEvent: Sendable, Hashable {
    /// Names that every line of the journal uses itself.
    public static let reservedNames: Set = ["event", "step", "external", "id", "time"]

    /// The event's name in the journal, such as `swap`.
    public let name: String
    /// What it needs to take effect again, flat: it is all that a resumed run gets.
    public let fields: [String: MetricValue]
    /// Whether it changes what the run computes. One that does not, such as a refused swap, is
    /// written down, neither applied nor repeated.
    public let hasEffect: Bool

    /// An event; its fields may not be named as the journal's own.
    public init(name: String, fields: [String: MetricValue] = [:], hasEffect: Bool = true) {
        precondition(
            ScriptEvent.reservedNames.isDisjoint(with: fields.keys),
            "An event's fields leave the journal's own names alone.")
        precondition(
            !RunEvent.ownNames.contains(name), "An event is not named as one of the run's own.")
        self.name = name
        self.fields = fields
        self.hasEffect = hasEffect
    }
}

/// What handlers have measured, for the metrics.
public struct HookMeasurements: Sendable {
    /// Failures that the hooks caught themselves, such as those of observers.
    public var errors: Int
    /// More fields for the step's line, in their order, such as `hook/spike-guard/time_s`. They
    /// follow the step's own and never replace one.
    public var fields: MetricRecord

    /// Nothing measured, unless said.
    public init(errors: Int = 0, fields: MetricRecord = [:]) {
        self.errors = errors
        self.fields = fields
    }
}
