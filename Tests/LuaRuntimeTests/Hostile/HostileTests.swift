import Foundation
import LuaRuntime
import Testing

/// Every hostile script ends as expected, in time and within its memory, and leaves a state that
/// works.
@Suite(.serialized)
struct HostileTests {
    static let budget = Budget(seconds: 0.2 * Sanitizer.slowness, memoryBytes: 16 << 20)
    static let margin = Duration.milliseconds(50) * Sanitizer.slowness

    struct Ending {
        let error: LuaError?
        let values: [LuaValue]
        let elapsed: Duration
        let peakBytes: Int
    }

    @Test func thereAreEnoughOfThem() {
        let all = HostileScript.kinds.flatMap(\.scripts)
        #expect(all.count >= 150)
        for (kind, scripts) in HostileScript.kinds {
            #expect(Set(scripts.map(\.name)).count == scripts.count, "\(kind)")
        }
    }

    @Test(arguments: HostileScript.kinds.map(\.kind))
    func endsAsExpected(_ kind: String) throws {
        let scripts = HostileScript.kinds.first { $0.kind == kind }?.scripts ?? []
        var rows: [String] = []
        for script in scripts where Sanitizer.cutsByTime || !script.isAboutTime {
            var budget = Self.budget
            var ending = try run(script, budget)
            // A busy machine may hold any one run up; a script that is not about time may then end
            // by the clock before it comes to what it is about.
            for _ in 0..<4 where isHeldUp(script, ending, budget) {
                if !script.isAboutTime { budget.seconds *= 2 }
                ending = try run(script, budget)
            }
            #expect(
                ending.elapsed <= .seconds(budget.seconds) + Self.margin,
                "\(kind): \(script.name) took \(ending.elapsed)")
            #expect(ending.peakBytes <= Self.budget.memoryBytes, "\(kind): \(script.name)")
            check(script, ending, kind)
            rows.append(row(kind, script, ending))
        }
        if isMeasuring { print(rows.joined(separator: "\n")) }
    }

    private func isHeldUp(
        _ script: HostileScript, _ ending: Ending, _ budget: Budget
    ) -> Bool {
        ending.elapsed > .seconds(budget.seconds) + Self.margin
            || (!script.isAboutTime && ending.error?.kind == .budgetTime)
    }

    private func run(_ script: HostileScript, _ budget: Budget) throws -> Ending {
        let state = LuaState(print: { _ in })
        var error: LuaError?
        var values: [LuaValue] = []
        var peak = 0
        let elapsed = ContinuousClock().measure {
            do {
                let function = try state.load(
                    script.source, name: "hostile.lua", budget: budget)
                peak = state.lastPeakBytes
                values = try function.call(budget: budget)
            } catch let thrown {
                error = thrown as? LuaError
            }
        }
        peak = max(peak, state.lastPeakBytes)
        // Instrumented code may still be inside Lua's own when patience with it is over.
        if Sanitizer.slowness == 1 || !state.isGivenUp {
            try #require(!state.isGivenUp, "\(script.name) was left by force after \(elapsed)")
            #expect(try evaluate("return 6 * 7", state: state) == [42], "\(script.name)")
        }
        return Ending(error: error, values: values, elapsed: elapsed, peakBytes: peak)
    }

    private func check(_ script: HostileScript, _ ending: Ending, _ kind: String) {
        let told = ending.error.map { "\($0.kind) \($0)" } ?? "ended well with \(ending.values)"
        let label: Comment = "\(kind): \(script.name): \(String(told.prefix(300)))"
        let message = ending.error?.message ?? ""
        let ended = ending.error?.kind
        switch script.outcome {
        case .time: #expect(ended == .budgetTime, label)
        case .memory: #expect(ended == .budgetMemory, label)
        case .spent: #expect(ended == .budgetMemory || ended == .budgetTime, label)
        case .refused(let part):
            #expect(ended == .runtime, label)
            #expect(part.isEmpty || message.contains(part), label)
            // Where only frames of C are near, no line is.
            #expect(ending.error?.line != nil || message.contains("overflow"), label)
        case .syntax(let part):
            #expect(ended == .syntax, label)
            #expect(part.isEmpty || message.contains(part), label)
        case .type(let part):
            #expect(ended == .type, label)
            #expect(message.contains(part), label)
        case .harmless: #expect(ending.values == [true], label)
        }
        if ending.error != nil { #expect(ending.error?.chunk == "hostile.lua", label) }
    }

    private func row(_ kind: String, _ script: HostileScript, _ ending: Ending) -> String {
        func padded(_ text: String, _ width: Int) -> String {
            text.count < width ? text + String(repeating: " ", count: width - text.count) : text
        }
        let outcome = ending.error.map { "\($0.kind)" } ?? "harmless"
        let time = String(format: "%8.2f ms", ending.elapsed / .milliseconds(1))
        let memory = String(format: "%9.1f KiB", Double(ending.peakBytes) / 1024)
        return "\(padded(kind, 12))\(padded(script.name, 46))\(padded(outcome, 14))\(time)\(memory)"
    }
}
