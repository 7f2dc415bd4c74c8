import LuaRuntime

/// How far a new version's answers lie from the old one's.
///
/// For numbers it is the mean of |new - old| over the standard deviation of the old answers (plus
/// 1e-6, so that a constant answer has a scale too); for everything else the share of calls whose
/// answers differ. Of several doors the largest counts.
struct Shift: Sendable, Hashable {
    let value: Double
    /// Calls that were compared.
    let count: Int

    /// Fewer calls than this measure nothing.
    static let leastCalls = 8

    /// - Parameter answers: by door, what each version answered to the same calls.
    /// - Returns: nil where there are too few calls.
    init?(_ answers: [(door: String, old: LuaValue, new: LuaValue)]) {
        guard answers.count >= Shift.leastCalls else { return nil }
        count = answers.count
        value =
            Dictionary(grouping: answers, by: \.door).values.map { calls in
                let numbers = calls.compactMap { call in
                    call.old.asNumber.flatMap { old in call.new.asNumber.map { (old, $0) } }
                }
                guard numbers.count == calls.count else {
                    let differing = calls.count { !PlainEquality.equal($0.old, $0.new) }
                    return Double(differing) / Double(calls.count)
                }
                let mean = numbers.reduce(0) { $0 + $1.0 } / Double(numbers.count)
                let variance =
                    numbers.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) }
                    / Double(numbers.count)
                let distance =
                    numbers.reduce(0) { $0 + abs($1.1 - $1.0) } / Double(numbers.count)
                return distance / (variance.squareRoot() + 1e-6)
            }.max() ?? 0
    }
}
