import LuaRuntime

/// How far a new version's answers lie from the old one's.
///
/// For numbers it is the mean of |new - old| over the standard deviation of the old answers (plus
/// 1e-6, so that a constant answer has a scale too); for everything else the share of calls whose
/// answers differ. Of several doors the largest counts. Calls are those that were made last; a
/// schedule, which answers for every progress, is asked along the run.
struct Shift: Sendable, Hashable {
    let value: Double
    /// The door that it was found at.
    let door: String
    /// Calls that were compared, at all doors.
    let count: Int

    /// Fewer calls than this measure nothing.
    static let leastCalls = 8

    /// What each version answered to the same call.
    typealias Answers = (door: String, old: LuaValue, new: LuaValue)

    /// - Returns: nil where there are too few calls.
    init?(_ answers: [Answers]) {
        guard answers.count >= Shift.leastCalls else { return nil }
        let byDoor = Dictionary(grouping: answers, by: \.door)
            .map { door, calls in (door: door, distance: Shift.distance(calls)) }
        // Of equal ones the first by name, so that the same calls give the same sentence.
        let farthest = byDoor.max { ($0.distance, $1.door) < ($1.distance, $0.door) }
        guard let farthest else { return nil }
        value = farthest.distance
        door = farthest.door
        count = answers.count
    }

    private static func distance(_ calls: [Answers]) -> Double {
        let numbers = calls.compactMap { call in
            call.old.asNumber.flatMap { old in call.new.asNumber.map { (old, $0) } }
        }
        guard numbers.count == calls.count else {
            let differing = calls.count { !PlainEquality.equal($0.old, $0.new) }
            return Double(differing) / Double(calls.count)
        }
        let mean = numbers.reduce(0) { $0 + $1.0 } / Double(numbers.count)
        let variance =
            numbers.reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) } / Double(numbers.count)
        let distance = numbers.reduce(0) { $0 + abs($1.1 - $1.0) } / Double(numbers.count)
        return distance / (variance.squareRoot() + 1e-6)
    }
}
