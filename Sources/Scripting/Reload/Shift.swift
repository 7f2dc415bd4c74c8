import LuaRuntime

/// How far a new version's answers lie from the old one's.
///
/// For numbers it is the mean of |new - old| over the standard deviation of the old answers (plus
/// 1e-6, so that a constant answer has a scale too); for everything else the share of calls whose
/// answers differ. Of several doors the largest counts. Calls are those that were made last; a
/// schedule, which answers for every progress, is asked along the run.
struct Shift: Sendable, Hashable {
    /// What each version answered to the same call.
    typealias Answers = (door: String, old: LuaValue, new: LuaValue)

    let value: Double
    /// The door that it was found at.
    let door: String
    /// One answer of each version there, in words: ", such as 1 and now 2".
    let example: String
    /// Calls that were compared, at all doors.
    let count: Int
    /// Whether nothing was left out for lack of calls.
    let isWhole: Bool

    /// Fewer calls than this measure nothing.
    static let leastCalls = 8

    /// - Parameters:
    ///   - calls: the calls that the run made; too few count for nothing.
    ///   - schedule: what a schedule answered; it vouches for no other door.
    ///   - expectsCalls: whether there are doors that only calls of the run can measure.
    /// - Returns: nil where nothing was measured.
    init?(calls: [Answers], schedule: [Answers], expectsCalls: Bool) {
        let enough = [calls, schedule].filter { $0.count >= Shift.leastCalls }.flatMap(\.self)
        isWhole = calls.count >= Shift.leastCalls || !expectsCalls
        count = enough.count
        let byDoor = Dictionary(grouping: enough, by: \.door)
            .map { door, calls in
                (door: door, distance: Shift.distance(calls), example: Shift.example(calls))
            }
        // Of equal ones the first by name, so that the same calls give the same sentence.
        let farthest = byDoor.max { ($0.distance, $1.door) < ($1.distance, $0.door) }
        guard let farthest else { return nil }
        value = farthest.distance
        door = farthest.door
        example = farthest.example
    }

    private static func example(_ calls: [Answers]) -> String {
        guard let call = calls.first(where: { !PlainEquality.equal($0.old, $0.new) }) else {
            return ""
        }
        return ", such as \(LuaSpelling.of(call.old)), and now \(LuaSpelling.of(call.new))"
    }

    private static func distance(_ calls: [Answers]) -> Double {
        let numbers = calls.compactMap { call in
            call.old.asNumber.flatMap { old in call.new.asNumber.map { (old: old, new: $0) } }
        }
        let differing = calls.count { !PlainEquality.equal($0.old, $0.new) }
        guard numbers.count == calls.count else {
            return Double(differing) / Double(calls.count)
        }
        let largest = numbers.reduce(0) { max($0, abs($1.old), abs($1.new)) }
        guard numbers.allSatisfy({ $0.old.isFinite && $0.new.isFinite }) else {
            return differing == 0 ? 0 : .infinity
        }
        // Squares of large numbers would be infinite.
        let unit = max(1, largest)
        let count = Double(numbers.count)
        let mean = numbers.reduce(0) { $0 + $1.old / unit } / count
        let variance =
            numbers.reduce(0) { $0 + ($1.old / unit - mean) * ($1.old / unit - mean) } / count
        let distance = numbers.reduce(0) { $0 + abs($1.new / unit - $1.old / unit) } / count
        return distance / (variance.squareRoot() + 1e-6 / unit)
    }
}
