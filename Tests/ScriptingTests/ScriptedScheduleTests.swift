import Dispatch
import Foundation
import Optimizers
import Testing
import Training

@testable import Scripting

@Suite struct ScriptedScheduleTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    private func schedule(_ body: String) throws -> Schedule {
        try folder.load(keys: "schedule = function(progress) \(body) end,").configuration.schedule
    }

    private func position(_ step: Int, of total: Int = 100) -> SchedulePosition {
        SchedulePosition(step: step, totalSteps: total, tokens: 0, totalTokens: 0)
    }

    @Test func givesTheFactorOfTheProgress() throws {
        let schedule = try schedule("return 1 - progress / 2")
        for step in [0, 1, 50, 99, 100] {
            #expect(try schedule.factor(at: position(step)) == 1 - Double(step) / 200)
        }
    }

    @Test func equalsTheBuiltInOfTheSameFormula() throws {
        let scripted = try schedule(
            "return 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * progress))")
        let builtIn = Schedule.cosine(Cosine(final: 0.1))
        for step in 0...100 {
            let a = try scripted.factor(at: position(step))
            let b = try builtIn.factor(at: position(step))
            #expect(abs(a - b) < 1e-15)
        }
    }

    @Test func answersTheSameInAFreshState() throws {
        let body = "return math.exp(-3 * progress) + progress % 0.01"
        let first = try schedule(body)
        let second = try schedule(body)
        let steps = Array(0...100)
        let forward = try steps.map { try first.factor(at: position($0)) }
        let backward = try steps.reversed().map { try second.factor(at: position($0)) }
        #expect(forward == backward.reversed())
    }

    @Test func aFunctionThatCountsItsCallsIsRefused() throws {
        let error = try folder.error(
            """
            local nj = require "nightjar"
            local calls = 0
            return nj.recipe {
              model = "texts", steps = 3,
              data = nj.data.text { path = "texts/book.txt" },
              schedule = function(progress)
                calls = calls + 1
                return 1 / calls
              end,
            }
            """)
        #expect(error.code == .badAnswer)
        #expect(error.line == 6)
        #expect(error.message.contains("it must depend on progress alone"))
    }

    @Test(arguments: [
        ("return -1", "integer -1"), ("return 0/0", "number"), ("return 1/0", "number inf"),
        ("return 'x'", "string \"x\""), ("", "nothing"), ("return {}", "a table"),
        ("if progress > 0.6 then return nil end return 1", "nothing"),
    ])
    func unusableAnswersAreNamed(body: String, got: String) throws {
        let error = try folder.error(keys: "schedule = function(progress) \(body) end,")
        #expect(error.code == .badAnswer)
        #expect(error.keyPath == "schedule")
        #expect(error.path == "recipe.lua")
        #expect(error.message.contains("the function answered \(got)"), "\(error)")
        #expect(error.message.contains("it must give a finite number, 0 or more"))
    }

    @Test func errorsInTheFunctionHaveALineAndATraceback() throws {
        let error = try folder.error(
            keys: "schedule = function(progress)\n  return progress.x.y\nend,")
        #expect(error.code == .runtime)
        #expect(error.path == "recipe.lua")
        #expect(error.line == 5)
    }

    @Test func anAnswerThatIsWrongLateIsAnError() throws {
        let schedule = try schedule("if progress == 0.31 then return -2 end return 1")
        #expect(try schedule.factor(at: position(30)) == 1)
        let error = #expect(throws: ScriptingError.self) {
            try schedule.factor(at: position(31))
        }
        #expect(error?.message.contains("answered integer -2 at progress 0.31") == true)
        #expect(try schedule.factor(at: position(32)) == 1)
    }

    @Test func aCallThatDoesNotEndIsStopped() throws {
        let schedule = try folder.load(
            keys: """
                limits = { time_s = 0.05 },
                schedule = function(progress) while progress == 0.5001 do end return 1 end,
                """
        ).configuration.schedule
        let error = #expect(throws: ScriptingError.self) {
            try schedule.factor(at: position(5001, of: 10000))
        }
        #expect(error?.code == .budget)
        #expect(error?.keyPath == "schedule")
        #expect(try schedule.factor(at: position(1)) == 1)
    }

    @Test func manyThreadsMayAsk() throws {
        let schedule = try schedule("return progress * progress")
        let results = Results(count: 400)
        DispatchQueue.concurrentPerform(iterations: 400) { step in
            let position = SchedulePosition(step: step, totalSteps: 400, tokens: 0, totalTokens: 0)
            results.set(step, (try? schedule.factor(at: position)) ?? -1)
        }
        for (step, factor) in results.values.enumerated() {
            let progress = Double(step) / 400
            #expect(factor == progress * progress)
        }
    }
}

/// Values that many threads write, one place each.
private final class Results: @unchecked Sendable {
    // Unchecked: the lock guards the array.
    private let lock = NSLock()
    private(set) var values: [Double]

    init(count: Int) { values = [Double](repeating: 0, count: count) }

    func set(_ index: Int, _ value: Double) { lock.withLock { values[index] = value } }
}
