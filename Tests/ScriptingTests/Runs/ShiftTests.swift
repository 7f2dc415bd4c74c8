import LuaRuntime
import Testing

@testable import Scripting

@Suite struct ShiftTests {
    private func answers(
        _ pairs: [(Double, Double)], at door: String = "curricula.main"
    ) -> [Shift.Answers] {
        pairs.map { (door: door, old: .number($0.0), new: .number($0.1)) }
    }

    private func shift(
        _ calls: [Shift.Answers], _ schedule: [Shift.Answers] = [], expectsCalls: Bool = true
    ) -> Shift? {
        Shift(calls: calls, schedule: schedule, expectsCalls: expectsCalls)
    }

    @Test func numbersAreMeasuredInStandardDeviations() throws {
        let old = (0..<10).map(Double.init)
        let found = try #require(shift(answers(old.map { ($0, $0 + 1) })))
        // The deviation of 0...9 is sqrt(8.25).
        #expect(abs(found.value - 1 / 8.25.squareRoot()) < 1e-6)
        #expect(found.door == "curricula.main" && found.count == 10 && found.isWhole)
    }

    @Test func otherAnswersAreMeasuredByTheShareThatDiffers() {
        let calls: [Shift.Answers] = (0..<8).map {
            (door: "hooks.on_gradients", old: "keep", new: $0 < 2 ? "skip" : "keep")
        }
        #expect(shift(calls)?.value == 0.25)
    }

    /// A curriculum's dials, of which some calls turn none.
    @Test func tablesAreMeasuredEntryByEntry() throws {
        func dials(_ factor: Double, _ weight: Double?) -> LuaValue {
            let entries = [("schedule.factor", factor), ("data.a.weight", weight)]
            return .table(
                LuaTable(
                    array: [],
                    fields: entries.compactMap { key, value in
                        value.map { .init(key: .string(LuaString(key)), value: .number($0)) }
                    }))
        }
        let calls: [Shift.Answers] = (0..<10).map { step in
            let old: LuaValue = step < 5 ? .nil : dials(Double(step), nil)
            return (door: "curriculum", old: old, new: step < 5 ? .nil : dials(Double(step) + 0.1, nil))
        }
        let near = try #require(shift(calls))
        #expect(abs(near.value - 0.1 / 2.0.squareRoot()) < 1e-6)
        // An entry that only the new version has, in two of ten calls.
        let more = calls.enumerated().map { step, call in
            step < 8
                ? call : (door: call.door, old: call.old, new: dials(Double(step) + 0.1, 2))
        }
        #expect(shift(more)?.value == 0.2)
    }

    /// Squares of large numbers are infinite, and what is divided by that is nothing.
    @Test func largeNumbersHideNothing() throws {
        let old = (0..<32).map { $0 < 16 ? 1 : 1e200 }
        let found = try #require(shift(answers(old.map { ($0, min($0, 3) / 2) })))
        #expect(found.value > 0.9 && found.value.isFinite)
        let largest = try #require(
            shift(answers(old.map { ($0, .greatestFiniteMagnitude) })))
        #expect(largest.value > 1e100)
        for odd in [Double.nan, .infinity] {
            #expect(shift(answers((0..<8).map { (1, $0 == 3 ? odd : 1) }))?.value == .infinity)
            #expect(shift(answers((0..<8).map { _ in (odd, odd) }))?.value == 0)
        }
    }

    @Test func aScheduleVouchesForNoOtherDoor() throws {
        let schedule = answers((0..<33).map { (Double($0), Double($0)) }, at: "schedule")
        let few = answers([(1, 2)])
        #expect(shift(few) == nil)
        let found = try #require(shift(few, schedule))
        #expect(found.value == 0 && found.count == 33 && !found.isWhole)
        #expect(shift([], schedule, expectsCalls: false)?.isWhole == true)
    }

    @Test func theFarthestDoorIsNamed() throws {
        let found = try #require(
            shift(
                answers((0..<8).map { (Double($0), Double($0)) }),
                answers((0..<33).map { (Double($0), Double($0) + 40) }, at: "mine schedules.main")))
        #expect(found.door == "mine schedules.main" && found.count == 41)
    }
}
