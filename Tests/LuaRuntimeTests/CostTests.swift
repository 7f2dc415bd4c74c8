import Foundation
import LuaRuntime
import Testing

/// Prints what the boundary costs; asserts nothing, so that a busy machine fails nothing.
///
///     NIGHTJAR_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter CostTests
@Suite(
    .serialized,
    .enabled(
        if: isMeasuring,
        "asked for by NIGHTJAR_MEASURE=1"))
struct CostTests {
    private let tenFields: LuaValue = [
        "step": 120, "loss": 2.5, "loss_mean": 2.75, "tokens": 500_000, "lr": 3e-4, "epoch": 1,
        "grad_norm": 0.9, "name": "domain", "finite": true, "progress": 0.25,
    ]

    /// The best and the median of several rounds, in seconds per run.
    private func time(_ runs: Int, _ body: () throws -> Void) rethrows -> (
        best: Double, median: Double
    ) {
        var rounds: [Double] = []
        for _ in 0..<15 {
            let elapsed = try ContinuousClock().measure { for _ in 0..<runs { try body() } }
            rounds.append(elapsed / .seconds(1) / Double(runs))
        }
        rounds.sort()
        return (rounds[0], rounds[rounds.count / 2])
    }

    private func report(
        _ name: String, _ time: (best: Double, median: Double), _ scale: Double, _ unit: String
    ) {
        print(
            "\(name): best \(String(format: "%.3f", time.best * scale)) \(unit), "
                + "median \(String(format: "%.3f", time.median * scale)) \(unit)")
    }

    @Test func callsWithATenFieldTable() throws {
        let state = LuaState()
        state.register(name: "host") { call in [call.arguments[0]] }
        let empty = try state.load("return 1", name: "empty.lua")
        let read = try state.load("local t = ... return t.loss", name: "read.lua")
        let echo = try state.load("return ...", name: "echo.lua")
        let through = try state.load("return (host(...))", name: "through.lua")
        report("call without arguments", try time(20000) { _ = try empty.call() }, 1e6, "us")
        report(
            "ten fields in, a number out", try time(20000) { _ = try read.call([tenFields]) }, 1e6,
            "us")
        report(
            "ten fields in and out", try time(20000) { _ = try echo.call([tenFields]) }, 1e6, "us")
        report(
            "ten fields host, Lua, host and back",
            try time(20000) { _ = try through.call([tenFields]) }, 1e6, "us")
    }

    @Test func loopsWithAndWithoutADeadline() throws {
        let state = LuaState()
        let loop = try state.load(
            "local x = 0 for i = 1, 20000000 do x = x + i % 7 end return x", name: "loop.lua")
        let free = try time(1) { _ = try loop.call(budget: .unlimited) }
        let watched = try time(1) { _ = try loop.call(budget: Budget(seconds: 10)) }
        report("loop of 20 M steps without a deadline", free, 1e3, "ms")
        report("the same under a deadline of 10 s", watched, 1e3, "ms")
    }

    @Test func deadlines() throws {
        let state = LuaState()
        let loop = try state.load("while true do end", name: "loop.lua")
        var late: [Double] = []
        for _ in 0..<40 {
            let elapsed = ContinuousClock().measure {
                _ = try? loop.call(budget: Budget(seconds: 0.05))
            }
            late.append((elapsed - .milliseconds(50)) / .milliseconds(1))
        }
        late.sort()
        print(
            "deadline of 50 ms: late by \(String(format: "%.3f", late[20])) ms (median), \(String(format: "%.3f", late[39])) ms (worst of 40)"
        )
    }

    @Test func theFiguresOfTheBenchmark() throws {
        for figure in try LuaBenchmark.run() {
            let value = String(format: figure.value > 1000 ? "%.0f" : "%.2f", figure.value)
            let goal = figure.goal.map { ", goal \(figure.isFloor ? ">=" : "<=") \($0)" } ?? ""
            print("\(figure.name): \(value) \(figure.unit)\(goal)")
            #expect(figure.value > 0)
        }
    }

    @Test func openingAState() throws {
        report("opening and closing a state", time(200) { _ = LuaState() }, 1e6, "us")
        print("a fresh state holds \(LuaState().memoryBytes) bytes")
    }
}
