/// How many units a second pass, as the average over the most recent records.
///
/// Used for tokens and for steps. The average is total units over total time in the window, so a
/// slow record counts for as long as it took.
public struct Throughput: Sendable {
    private struct Record {
        var units: Double
        var seconds: Double
    }

    private let windowCount: Int
    private var records: [Record] = []
    private var next = 0

    /// Averages over the last `windowCount` records, at least one.
    public init(windowCount: Int = 20) {
        precondition(windowCount >= 1, "an average needs at least one record")
        self.windowCount = windowCount
    }

    /// Adds `units` that took `seconds`; negative or non-finite durations count as none.
    public mutating func record(units: Double, seconds: Double) {
        let record = Record(
            units: units, seconds: seconds.isFinite ? max(0, seconds) : 0)
        if records.count < windowCount {
            records.append(record)
        } else {
            records[next] = record
        }
        next = (next + 1) % windowCount
    }

    /// Units per second over the window; nil until time has passed.
    public var perSecond: Double? {
        // Summed anew: a running sum would drift over millions of steps.
        let seconds = records.reduce(0) { $0 + $1.seconds }
        guard seconds > 0 else { return nil }
        return records.reduce(0) { $0 + $1.units } / seconds
    }

    /// Seconds that `units` more will take at this rate; nil until it is known.
    public func secondsRemaining(forUnits units: Double) -> Double? {
        guard let perSecond, perSecond > 0 else { return nil }
        return max(0, units) / perSecond
    }
}
