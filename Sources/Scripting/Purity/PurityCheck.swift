import LuaRuntime
import Telemetry
import Tokenizers

/// Looks for memory that a script keeps elsewhere than in `ctx.state` and `save`.
///
/// A script is asked a series of calls in one state. Then, from its saved memory at several places
/// in the series, it is asked the rest again in fresh states, as a resumed run would. What it
/// answers, remembers, measures and logs must be the same; where it is not, something was kept in
/// an upvalue or a table of its own.
struct PurityCheck {
    /// Makes the script in a state of its own, which nobody hears but `log`.
    let make: (_ log: @escaping (ScriptLogLine) -> Void) throws -> ScriptUnit
    /// Calls of the script's own making: a plugin's `examples`.
    var examples: [Call] = []
    /// What the check of all scripts has taken so far.
    var clock = Stopwatch()
    /// Seconds of wall clock that the check of all scripts may take.
    var seconds = 60.0

    /// One call of the series.
    struct Call {
        let door: String
        let facts: LuaTable<LuaValue>
    }

    static let rounds = 16
    /// Rounds after which the memory is saved, never before the first: what a state keeps besides
    /// does not show from its very beginning.
    private static let splits = [1, 4, 8, 12]

    /// What one call did.
    private struct Outcome {
        var error: String?
        var answer = LuaValue.nil
        var memory = LuaValue.nil
        var metrics = LuaTable<LuaValue>()
        var log: [LuaValue] = []
    }

    /// A state with what it logs.
    private final class Subject {
        private(set) var unit: ScriptUnit!
        private var log: [LuaValue] = []

        init(_ check: PurityCheck) throws {
            unit = try check.make { [unowned self] line in
                log.append(.string(LuaString("\(line.level.rawValue): \(line.text)")))
            }
            unit.context.network = NoNetwork("there is no network while purity is checked")
            unit.context.tokenizer = ByteTokenizer()
        }

        func answer(_ call: Call, number: Int) throws -> Outcome {
            log = []
            _ = unit.context.metrics.take()
            // A call sees the same time whenever it is asked.
            let clock = FakeClock()
            clock.advance(seconds: Double(number))
            unit.context.clock = clock
            unit.context.run = RunFacts.run(
                name: "purity", seed: 0, step: number, totalSteps: PurityCheck.rounds,
                tokens: 512 * number)
            var outcome = Outcome()
            let (_, shape, phase) = try DoorShape.of(call.door)
            do {
                let answer = try unit.call(
                    ScriptQuestion(
                        call.door, ScriptDispatch.payload(call.facts), phase: phase,
                        occasion: "purity \(number)"))
                if shape != nil { outcome.answer = try (answer ?? .nil).plain() }
            } catch {
                outcome.error = "\(error)"
            }
            outcome.memory = try unit.memory(isKept: true)
            outcome.metrics = LuaTable(
                fields: unit.context.metrics.take().map {
                    .init(key: .string(LuaString($0.name)), value: .number($0.value))
                })
            outcome.log = log
            return outcome
        }
    }

    /// Asks everything.
    ///
    /// - Throws: `ScriptingError` where the script does not load, its memory cannot be saved, or
    ///   the time does not suffice.
    func run() throws -> PurityReport {
        let first = try Subject(self)
        let name = first.unit.name
        let doors = first.unit.doors.functions.map(\.path).filter(SyntheticFacts.isAsked)
        var calls: [Call] = []
        var begins: [Int] = []
        for round in 1...PurityCheck.rounds {
            begins.append(calls.count)
            calls += try doors.compactMap { door in
                try SyntheticFacts.of(door, round: round, of: PurityCheck.rounds).map {
                    Call(door: door, facts: $0)
                }
            }
            if round <= examples.count { calls.append(examples[round - 1]) }
        }
        let outcomes = try calls.enumerated().map { number, call in
            try checkTime(name, call)
            return try first.answer(call, number: number)
        }
        var failures: [String: String] = [:]
        for (call, outcome) in zip(calls, outcomes) where failures[call.door] == nil {
            failures[call.door] = outcome.error
        }
        var findings: [String: PurityReport.Finding] = [:]
        for split in PurityCheck.splits where begins[split] > 0 {
            let start = begins[split]
            let again = try Subject(self)
            try again.unit.restore(outcomes[start - 1].memory)
            for index in start..<calls.count {
                let call = calls[index]
                try checkTime(name, call, findings.values.map(\.description).sorted())
                let outcome = try again.answer(call, number: index)
                guard let difference = difference(outcomes[index], outcome) else { continue }
                if findings[call.door] == nil {
                    findings[call.door] = PurityReport.Finding(
                        script: name, door: call.door,
                        call: calls[...index].count { $0.door == call.door },
                        part: difference.part, path: difference.path, first: difference.first,
                        again: difference.again)
                }
                // So that one function's difference does not show as another's.
                try again.unit.restore(outcomes[index].memory)
            }
        }
        return PurityReport(
            scripts: [
                PurityReport.Script(
                    name: name, doors: doors, callCount: calls.count, failures: failures)
            ],
            findings: doors.compactMap { findings[$0] })
    }

    /// - Parameter findings: what was found until now, which is told.
    private func checkTime(_ name: String, _ call: Call, _ findings: [String] = []) throws {
        guard clock.elapsedSeconds > seconds else { return }
        throw ScriptingError(
            .budget,
            "\(name): the check of purity was not finished within \(seconds) seconds and had got "
                + "to \(call.door); make its functions do less, or check fewer scripts at once"
                + findings.map { "\nfound until then: \($0)" }.joined())
    }

    private typealias Difference = (
        part: PurityReport.Finding.Part, path: String, first: String, again: String
    )

    private func difference(_ first: Outcome, _ again: Outcome) -> Difference? {
        func text(_ text: String?) -> LuaValue { text.map { .string(LuaString($0)) } ?? .nil }
        let parts: [(PurityReport.Finding.Part, LuaValue, LuaValue)] = [
            (.error, text(first.error), text(again.error)),
            (.answer, first.answer, again.answer),
            (.state, first.memory, again.memory),
            (.metrics, .table(first.metrics), .table(again.metrics)),
            (.log, .table(LuaTable(array: first.log)), .table(LuaTable(array: again.log))),
        ]
        for (part, before, after) in parts {
            guard
                let place = PlainEquality.difference(
                    before, after, at: LuaPath())
            else { continue }
            return (
                part, part == .state ? PurityCheck.shown(place.path) : place.path.description,
                LuaSpelling.of(place.first), LuaSpelling.of(place.second)
            )
        }
        return nil
    }

    /// A place in the memory as its script sees it.
    private static func shown(_ path: LuaPath) -> String {
        path.keys.first == "state"
            ? LuaPath(Array(path.keys.dropFirst())).description : path.description
    }
}

extension PlainEquality {
    /// The first place at which two values are not the same; nil where they are.
    static func difference(
        _ a: LuaValue, _ b: LuaValue, at path: LuaPath
    ) -> (path: LuaPath, first: LuaValue, second: LuaValue)? {
        guard !equal(a, b) else { return nil }
        guard case .table(let x) = a, case .table(let y) = b else { return (path, a, b) }
        for index in 0..<max(x.array.count, y.array.count) {
            let key = LuaKey.integer(Int64(index + 1))
            let first = index < x.array.count ? x.array[index] : .nil
            let second = index < y.array.count ? y.array[index] : .nil
            if let found = difference(first, second, at: path.appending(key)) { return found }
        }
        let keys = x.fields.map(\.key) + y.fields.map(\.key).filter { x[$0] == nil }
        for key in keys {
            if let found = difference(x[key] ?? .nil, y[key] ?? .nil, at: path.appending(key)) {
                return found
            }
        }
        return (path, a, b)
    }
}
