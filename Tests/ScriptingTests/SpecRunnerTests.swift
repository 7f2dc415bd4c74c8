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

    @Test func aTestsClockAndNetworkAreItsOwn() throws {
        let report = try run(
            """
            local nj = require "nightjar"
            local began = nj.time.now()
            test.network { ["http://all.test/"] = { body = "all" } }
            test.it("changes both", function()
              test.advance(100)
              test.network { ["http://one.test/"] = { body = "one" } }
              expect(nj.http.get("http://one.test/").body).to_equal("one")
            end)
            test.it("sees what stood before it", function()
              expect(nj.time.now()).to_equal(began)
              expect(nj.http.get("http://all.test/").body).to_equal("all")
              expect(function() nj.http.get("http://one.test/") end).to_raise("no answer")
            end)
            """)
        #expect(report.results.count == 2 && report.failureCount == 0, "\(report)")
    }

    @Test func anEndlessSpecIsCutOff() throws {
        let report = try run("test.describe('ends', function() while true do end end)")
        let failure = try #require(report.failure)
        #expect(failure.contains("a_spec.lua:3: ran past its"), "\(failure)")
    }

    /// Each has a budget of its own, and is named with the line where it was spent.
    @Test(arguments: [
        "while true do end", "pcall(function() while true do end end)",
        "local t = {} for i = 1, 1e9 do t[i] = { ('x'):rep(1000) .. i } end",
        "expect(function() while true do end end).to_raise()",
    ])
    func aTestThatSpendsItsBudgetFailsAlone(body: String) throws {
        let report = try run(
            """
            test.describe("group", function()
              test.it("passes", function() expect(1).to_equal(1) end)
              test.it("spends", function() \(body) end)
              test.it("passes too", function() expect(1).to_equal(1) end)
            end)
            """)
        #expect(report.failure == nil)
        #expect(
            report.results.map(\.path) == [
                ["group", "passes"], ["group", "spends"], ["group", "passes too"],
            ])
        #expect(report.results.map { $0.failure == nil } == [true, false, true])
        let failure = try #require(report.results[1].failure)
        #expect(failure.contains("a_spec.lua:5: ") && failure.contains("budget"), "\(failure)")
    }

    @Test func aMistypedMatcherNamesTheNearest() throws {
        let report = try run("test.it('a', function() expect(1).to_eqal(1) end)")
        #expect(
            report.results.first?.failure?.hasSuffix("; did you mean 'to_equal'?") == true,
            "\(report)")
    }

    @Test func aTestSeesTheClockAndNetworkOfWhereItStands() throws {
        let report = try run(
            """
            local nj = require "nightjar"
            local began = nj.time.now()
            test.advance(1)
            test.it("sees the first", function() expect(nj.time.now() - began).to_be_near(1) end)
            test.advance(1)
            test.it("sees both", function() expect(nj.time.now() - began).to_be_near(2) end)
            """)
        #expect(report.results.count == 2 && report.failureCount == 0, "\(report)")
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

    @Test(arguments: ["two\\nlines", "a\\rb", "\\0", "\\u{85}"])
    func aSnapshotWhoseNameDoesNotSurviveIsRefused(name: String) throws {
        for spec in [
            "test.it('keeps', function() expect(1).to_match_snapshot(\"\(name)\") end)",
            "test.it(\"\(name)\", function() expect(1).to_match_snapshot('it') end)",
        ] {
            let report = try run(spec)
            #expect(report.snapshotsWritten == 0)
            #expect(
                report.results.first?.failure?.contains("cannot name a snapshot") == true,
                "\(report)")
        }
    }

    @Test(arguments: ["plain", "é and \u{308}", "-- --", "a: b", "\u{2028}"])
    func aSnapshotsNameComesBackAsItWas(name: String) throws {
        func spec(_ value: Int) -> String {
            "test.it('it', function() expect(\(value)).to_match_snapshot('\(name)') end)"
        }
        #expect(try run(spec(1)).snapshotsWritten == 1)
        #expect(try run(spec(1), snapshots: .locked).failureCount == 0)
        #expect(try run(spec(2)).failureCount == 1)
    }

    @Test func whatIsNoSnapshotsFileIsNotReplaced() throws {
        let spec = "test.it('keeps', function() expect(1).to_match_snapshot('it') end)"
        let path = folder.path + "/a_spec.snapshots"
        func refusal() throws -> String {
            let error = #expect(throws: ScriptingError.self) { try run(spec) }
            return "\(try #require(error))"
        }
        try folder.write("a_spec.snapshots", "my notes\n-- keeps: it\n2\n")
        #expect(try refusal().contains("a_spec.snapshots: the snapshots of a spec are to be kept"))
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("my notes"))
        try Data([0x2D, 0x2D, 0x20, 0xFF]).write(to: URL(fileURLWithPath: path))
        #expect(try refusal().contains("no UTF-8 text"))
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(try refusal().contains("no plain file"))
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(try refusal().contains("it is a folder"))
        try FileManager.default.removeItem(atPath: path)
        try folder.write("a_spec.snapshots", "")
        #expect(try run(spec).snapshotsWritten == 1)
        let kept = try String(contentsOfFile: path, encoding: .utf8)
        try folder.write("a_spec.snapshots", kept.replacing("\n", with: "\r\n"))
        #expect(try run(spec, snapshots: .locked).failureCount == 0)
    }

    @Test func aFileWithoutATestIsTold() throws {
        #expect(try run("return { name = 'a' }").holdsNoTest)
        #expect(try run("test.describe('empty', function() end)").holdsNoTest)
        #expect(try !run("test.it('is one', function() end)").holdsNoTest)
        #expect(try !run("error('early')").holdsNoTest)
    }

    @Test func theClockGoesOnlySoFar() throws {
        let report = try run(
            """
            test.it("stays in reach", function()
              test.advance(6e11)
              expect(function() test.advance(6e11) end).to_raise("no further")
              expect(function() test.advance(1e308) end).to_raise("no further")
              test.advance(1)
            end)
            """)
        #expect(report.failureCount == 0, "\(report)")
    }
}
