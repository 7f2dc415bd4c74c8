import LuaRuntime

/// How far a new version's answers lie from the old one's.
///
/// For numbers it is the mean of |new - old| over the standard deviation of the old answers (plus
/// 1e-6, so that a constant answer has a scale too); for everything else the share of calls whose
/// answers differ. A table, such as a curriculum's dials, is measured entry by entry. Of several
/// entries, and of several doors, the largest counts. Calls are those that were made last; a
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
        var entries: [String: [(old: LuaValue, new: LuaValue)]] = [:]
        for call in calls {
            let (old, new) = (leaves(call.old), leaves(call.new))
            for path in Set(old.keys).union(new.keys) {
                entries[path, default: []].append((old[path] ?? .nil, new[path] ?? .nil))
            }
        }
        return entries.values.map { distance($0, of: calls.count) }.max() ?? 0
    }

    /// What is no table, by where it stands in one.
    private static func leaves(_ value: LuaValue) -> [String: LuaValue] {
        guard let table = value.asTable, !(table.array.isEmpty && table.fields.isEmpty) else {
            return ["": value]
        }
        var found: [String: LuaValue] = [:]
        func add(_ entry: LuaValue, _ key: String) {
            for (path, leaf) in leaves(entry) { found["\(key)/\(path)"] = leaf }
        }
        for (index, entry) in table.array.enumerated() { add(entry, "\(index + 1)") }
        for field in table.fields { add(field.value, "\(field.key)") }
        return found
    }

    /// Of one entry, which some of the calls may not have.
    private static func distance(
        _ calls: [(old: LuaValue, new: LuaValue)], of all: Int
    ) -> Double {
        let numbers = calls.compactMap { call in
            call.old.asNumber.flatMap { old in call.new.asNumber.map { (old: old, new: $0) } }
        }
        let differing = calls.count { !PlainEquality.equal($0.old, $0.new) }
        guard numbers.count == calls.count else { return Double(differing) / Double(all) }
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
