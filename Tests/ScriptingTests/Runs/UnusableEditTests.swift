import Foundation
import Testing
import Training

@testable import Scripting

/// Edits that a run would end with, were they taken.
@Suite struct UnusableEditTests {
    private static let steps = 20

    /// Runs some steps with a door of the recipe, edits it, and goes on to the end.
    ///
    /// - Parameter keys: the recipe's keys with that body of the door.
    private func reason(_ good: String, _ bad: String, _ keys: (String) -> String) throws -> String
    {
        let run = try ScriptedRun(keys: keys(good), steps: Self.steps)
        try run.begin()
        try run.step(to: 12)
        try run.write(keys: keys(bad), steps: Self.steps)
        run.settle()
        try run.finish()
        #expect(run.stepsMade == 0 && run.summary?.steps == Self.steps)
        #expect(try run.events("swap").isEmpty)
        #expect(run.said.contains { $0.contains("the old version goes on") })
        let refusals = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        return try #require(refusals.first)
    }

    @Test(arguments: [
        ("on_gradients", "return 'skp'", "did you mean \"skip\""),
        (
            "on_batch", "local w = {} for i = 1, 99 do w[i] = 1 end return w",
            "one a document, got a list of 99"
        ),
        (
            "on_batch",
            "local w = {} for i in ipairs(ctx.documents) do w[i] = 'a' end return w",
            "it answered what cannot be used"
        ),
        ("on_gradients", "ctx.state.f = print", "ctx.state"),
        ("on_step_end", "local t = {} ctx.state.a, ctx.state.b = t, t", "are one table"),
        ("on_step_end", "ctx.state = 5", "ctx.state must stay a table"),
    ])
    func aHookThatCannotBeUsedIsRefused(door: String, body: String, sentence: String) throws {
        let reason = try reason("ctx.state.n = (ctx.state.n or 0) + 1", body) { body in
            "hooks = { \(door) = function(ctx) \(body) end },"
        }
        #expect(reason.contains(sentence))
        #expect(reason.contains("recipe.lua:10: recipe "), "\(reason)")
    }

    @Test(arguments: [
        ("return { ['schedule.facto'] = 0.5 }", "\"schedule.facto\" is no dial"),
        ("return { 0.5 }", "every value here has a name"),
        (
            "return { ['optimizer.lr'] = -1 }",
            "optimizer.lr is a number of 0 or more, not -1"
        ),
        (
            "return { ['checkpoint.keep_last'] = 0 }",
            "checkpoint.keep_last is a whole number of 1 or more, not 0"
        ),
    ])
    func aCurriculumThatCannotBeUsedIsRefused(body: String, sentence: String) throws {
        let reason = try reason("return nil", body) { "curriculum = function(ctx) \($0) end," }
        #expect(reason.contains(sentence))
        #expect(reason.contains("recipe.lua:10: recipe curriculum"), "\(reason)")
    }

    @Test(arguments: [
        ("", "curriculum = function(ctx) end,", "curriculum: a function is new here"),
        ("curriculum = function(ctx) end,", "", "curriculum: a function is gone"),
    ])
    func functionsThatComeOrGoAreToldAsSuch(good: String, bad: String, sentence: String) throws {
        let reason = try reason(good, bad) { keys in
            "hooks = { on_step_end = function(ctx) end }, \(keys)"
        }
        #expect(reason.contains(sentence), "\(reason)")
    }

    /// Nothing that the run has done yet says what a door answers that only the new version has.
    @Test(arguments: [
        ("hooks = { on_gradients = function(ctx) return 'skp' end }", "did you mean \"skip\""),
        (
            "hooks = { on_batch = function(ctx) return { 1 } end }",
            "one a document, got a list of 1"
        ),
        ("curricula = { main = function(ctx) return { lr = 1 } end }", "\"lr\" is no dial"),
        (
            "hooks = { on_gradients = function(ctx) ctx.state.f = print end }",
            "a function stands where plain data belongs"
        ),
    ])
    func aDoorThatIsNewIsAskedToo(doors: String, sentence: String) throws {
        let run = try ScriptedRun(keys: "use = { 'mine' },", steps: Self.steps)
        try run.plugin("mine", "hooks = { on_end = function(ctx) end }")
        try run.begin()
        try run.step(to: 4)
        // Facts that were made up prove nothing about what a script expects of true ones.
        let strict = "if ctx.total_steps ~= \(Self.steps) then error('made up') end"
        try run.plugin("mine", "hooks = { on_step_start = function(ctx) \(strict) end }")
        run.settle()
        try run.step(to: 6)
        #expect(try run.events("swap").count == 1)
        try run.plugin("mine", doors)
        run.settle()
        try run.finish()
        let reasons = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        #expect(reasons.count == 1 && reasons[0].contains(sentence), "\(reasons)")
    }

    /// There is nothing to measure about an observer, and nothing that an answer that is new could
    /// be measured against.
    @Test func anObserverIsTakenWhereUnmeasuredVersionsAreRefused() throws {
        let run = try ScriptedRun(
            keys: "use = { 'mine' }, reload = { unmeasured = 'refuse' },", steps: Self.steps)
        func edit(_ hook: String) throws { try run.plugin("mine", "hooks = { \(hook) }") }
        try edit("on_step_end = function(ctx) nj.log.info('one') end")
        try run.begin()
        try run.step(to: 4)
        try edit("on_step_end = function(ctx) nj.log.info('two') end")
        run.settle()
        try run.step(to: 8)
        #expect(try run.events("swap").count == 1)
        #expect(run.said.last == "mine: two")
        try edit("on_gradients = function(ctx) return 'keep' end")
        run.settle()
        try run.finish()
        let refused = try run.events("swap_refused").compactMap { $0["reason"] as? String }
        #expect(refused.count == 1 && refused[0].contains("the version in force does not"))
    }
}
