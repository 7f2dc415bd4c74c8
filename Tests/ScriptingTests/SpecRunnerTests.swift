import Foundation
import Testing

@testable import Scripting

@Suite struct SpecRunnerTests {
    private let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    private func run(
        _ body: String, snapshots: SpecRunner.Snapshots = .keepNew
    ) throws -> SpecRunner.Report {
        try folder.write(
            "a_spec.lua",
            "local test = require('nightjar').test\nlocal expect = test.expect\n" + body)
        return try SpecRunner(snapshots: snapshots, seconds: 1).run(folder.path + "/a_spec.lua")
    }

    @Test func aFailureNamesItsLineAndTheRestRuns() throws {
        let report = try run(
            """
            test.describe("sums", function()
              test.it("fails", function() expect(1 + 1).to_equal(3) end)
              test.it("passes", function() expect(1 + 1).to_equal(2.0) end)
              test.describe("inside", function() test.it("raises", function() error("no") end) end)
            end)
            """)
        #expect(
            report.results.map(\.path) == [
                ["sums", "fails"], ["sums", "passes"], ["sums", "inside", "raises"],
            ])
        #expect(report.failureCount == 2 && report.failure == nil)
        #expect(report.results[0].failure?.hasSuffix("a_spec.lua:4: expected 2 to equal 3") == true)
        #expect(report.results[2].failure?.hasSuffix("a_spec.lua:6: no") == true)
    }

    @Test(arguments: [
        (
            "expect({ a = { 1, 2 } }).to_equal { a = { 1, 2 } }",
            "expect({ a = { 1, 2 } }).to_equal { a = { 1 } }"
        ),
        ("expect(nil).to_be_nil()", "expect(false).to_be_nil()"),
        ("expect(true).to_be_true()", "expect(1).to_be_true()"),
        ("expect(false).to_be_false()", "expect(nil).to_be_false()"),
        ("expect(1).to_be_near(1.05, 0.1)", "expect(1).to_be_near(1.05)"),
        ("expect('nightjar').to_match('^night')", "expect('nightjar').to_match('^jar')"),
        ("expect({ 1, 2 }).to_contain(2)", "expect('abc').to_contain('d')"),
        (
            "expect(function() error('odd') end).to_raise('odd')",
            "expect(function() end).to_raise()"
        ),
        ("expect(1).never.to_equal(2)", "expect(1).never.to_equal(1)"),
        ("local t = {} expect(t).to_be(t)", "expect({}).to_be({})"),
    ])
    func matchersHoldAndFail(holds: String, fails: String) throws {
        let report = try run(
            """
            test.it("holds", function() \(holds) end)
            test.it("fails", function() \(fails) end)
            """)
        #expect(report.results.map { $0.failure == nil } == [true, false], "\(report)")
    }

    @Test func snapshotsAreKeptThenHeldAgainst() throws {
        func spec(_ value: String) -> String {
            "test.it('keeps', function() expect(\(value)).to_match_snapshot('it') end)"
        }
        #expect(try run(spec("{ a = 1 }"), snapshots: .locked).failureCount == 1)
        #expect(try run(spec("{ a = 1 }")).snapshotsWritten == 1)
        #expect(try run(spec("{ a = 1 }"), snapshots: .locked).failureCount == 0)
        #expect(try run(spec("{ a = 2 }")).failureCount == 1)
        #expect(try run(spec("{ a = 2 }"), snapshots: .update).failureCount == 0)
        #expect(try run(spec("{ a = 2 }"), snapshots: .locked).failureCount == 0)
    }

    @Test func theClockStandsStillUntilItIsMoved() throws {
        let report = try run(
            """
            local nj = require "nightjar"
            test.it("moves", function()
              local before = nj.time.now()
              expect(nj.time.now()).to_equal(before)
              test.advance(2.5)
              expect(nj.time.now() - before).to_be_near(2.5)
            end)
            """)
        #expect(report.failureCount == 0, "\(report)")
    }

    @Test func anEndlessSpecIsCutOff() throws {
        let report = try run("test.it('ends', function() while true do end end)")
        #expect(report.failure?.contains("ran past its time budget") == true)
    }

    @Test func misplacedPartsSaySo() throws {
        let report = try run(
            """
            test.it("a", function() test.it("b", function() end) end)
            test.it("c", function() test.call("hooks.on_start") end)
            test.before_each(function() end)
            """)
        #expect(report.results[0].failure?.contains("it does not stand inside another it") == true)
        #expect(report.results[1].failure?.contains("this spec belongs to no plugin") == true)
        #expect(report.failure?.contains("before_each stands inside describe") == true)
    }
}
