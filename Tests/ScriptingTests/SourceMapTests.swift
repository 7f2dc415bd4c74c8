import LuaRuntime
import Testing

@testable import Scripting

@Suite struct SourceMapTests {
    private let source = """
        #!/usr/bin/env nightjar
        --[==[ return { steps = 1 } ]] ]==]
        local nj = require "nightjar"
        local function helper() return { steps = 0 } end
        local text = [[
        return { seed = 9 }
        ]]
        return nj.recipe {
          name = "a\\"b", seed = 1,
          schedule = function(p)
            local steps = 3
            if p == 1 then steps = 4 end
            for i = 1, 3 do steps = i end
            return { steps = 5 }
          end,
          batch = { size = (3 + 4) * 2, micro = helper { x = 1 } },
          data = nj.data.mix {
            fiction = { weight = 2,
              nj.data.text { path = "x",
                split = "line" } },
          },
          steps = 10,
        }
        """

    @Test(
        arguments: [
            (["name"], 9), (["seed"], 9), (["schedule"], 10), (["batch"], 16),
            (["batch", "size"], 16),
            (["data"], 17), (["data", "fiction"], 18), (["data", "fiction", "weight"], 18),
            (["data", "fiction", "path"], 19), (["data", "fiction", "split"], 20), (["steps"], 22),
            (["batch", "absent"], 16),
        ] as [([LuaKey], Int)])
    func keysAreOnTheirLines(path: [LuaKey], line: Int) {
        #expect(SourceMap(Array(source.utf8)).line(of: LuaPath(path)) == line)
    }

    @Test func unknownKeysHaveNoLine() {
        let map = SourceMap(Array(source.utf8))
        #expect(map.line(of: LuaPath(["optimizer"])) == nil)
        #expect(map.line(of: LuaPath()) == nil)
        #expect(map.repeatedKey == nil)
    }

    @Test func aLocalThatIsReturnedIsFollowed() {
        let map = SourceMap(
            Array("local nj = require 'x'\nlocal r = {\n  steps = 1,\n}\nreturn nj.recipe(r)".utf8))
        #expect(map.line(of: LuaPath(["steps"])) == 3)
    }

    @Test func keysGivenLaterAreFollowed() {
        let map = SourceMap(
            Array(
                """
                local m = { a = 1,
                  b = 2 }
                local r = { steps = 1, model = m }
                r.steps = "x"
                r.batch = { size = 1,
                  micro = 2 }
                r.batch.size = 3
                m.self = m
                r.use = { "one", m,
                  { "two" } }
                other.steps = 4
                return nj.recipe(r)
                """.utf8))
        #expect(map.line(of: LuaPath(["steps"])) == 4)
        #expect(map.line(of: LuaPath(["batch", "size"])) == 7)
        #expect(map.line(of: LuaPath(["batch", "micro"])) == 6)
        #expect(map.line(of: LuaPath(["model", "b"])) == 2)
        #expect(map.line(of: LuaPath(["use", 2, "a"])) == 1)
        #expect(map.line(of: LuaPath(["use", 3])) == 10)
        #expect(map.repeatedKey == nil)
    }

    @Test(
        arguments: [
            ("adamw", 5, "beta1", 6), ("adamw", 9, "lr", 9), ("adamw", 14, "lr", 2),
            ("recipe", 3, "steps", 4), ("sgd", 12, "lr", 13),
        ])
    func theTableOfACallIsFound(function: String, line: Int, key: LuaKey, at expected: Int) {
        let source = """
            local shared = {
              lr = 1 }
            local r = nj.recipe {
              steps = 1,
              optimizer = nj.optim.adamw {
                beta1 = 2 },
            }
            local function make(rate)
              return nj.optim.adamw { lr = rate }
            end
            for i = 1, 3 do
              runs[i] = open(nj.optim.sgd {
                lr = i })
              other(nj.optim.adamw(shared))
            end
            """
        let map = SourceMap(
            Array(source.utf8), givenBy: .init(function: function, line: line))
        #expect(map.line(of: LuaPath([key])) == expected)
        #expect(
            SourceMap(Array(source.utf8), givenBy: .init(function: "wsd", line: line))
                .line(of: LuaPath([key])) == nil)
    }

    /// Where the source does not show what a table holds, no line is told.
    @Test(
        arguments: [
            // A local of the same name somewhere else.
            ("local b = { x = 1 }\nlocal function f()\n  local b = { x = 2 }\nend\nreturn { b = b }", 1),
            ("local b = { x = 1 }\nlocal function f(b)\n  b.x = 2\nend\nreturn { b = b }", 1),
            ("local b = { x = 1 }\nfor _, b in pairs {} do b.x = 2 end\nreturn { b = b }", 1),
            // Who knows whether this runs.
            ("local b = { x = 1 }\nif false then\n  b.x = 2\nend\nreturn { b = b }", 5),
            ("local b = { x = 1 }\nb.x, b.y = 2, 3\nreturn { b = b }", 3),
            // What a function gives back.
            ("local b = { x = 1 }\nreturn { b = merge(b, { x = 2 }) }", 2),
            ("local b, all = { x = 1 }, {}\nreturn { b = all.b }", 2),
            ("local b = { x = 1 }\nreturn { b = b and {} }", 2),
            ("local b <const> = { x = 1 }\nreturn { b = b }", 1),
            ("local b = { x = 1 }\nb = { y = 2,\n x = 1 }\nreturn { b = b }", 3),
        ])
    func aLineThatIsNotKnownIsNotTold(source: String, line: Int) {
        #expect(SourceMap(Array(source.utf8)).line(of: LuaPath(["b", "x"])) == line)
    }

    @Test(arguments: [
        "local b = { x = 1 }\nlocal function f() local b = { x = 1, x = 2 } end\nreturn { b = b }",
        "return { name = pick { 'x', opts = { a = 1, a = 2 } } }",
    ])
    func onlyTheRecipesOwnTablesAreHeldToHaveAKeyOnce(source: String) {
        #expect(SourceMap(Array(source.utf8)).repeatedKey == nil)
    }

    /// Neither deep nor long files cost more than they are long.
    @Test func largeSourcesAreReadInTime() {
        let chain = (0..<60000).map { _ in "local t = { a = t, b = t }" }.joined(separator: "\n")
        let keys = (0..<60000).map { "t.k\($0) = \($0)" }.joined(separator: "\n")
        let source = "local t = {}\n\(chain)\n\(keys)\nreturn { t = t }"
        let elapsed = ContinuousClock().measure {
            let map = SourceMap(Array(source.utf8))
            #expect(map.line(of: LuaPath(["t", "k59999"])) == 120_001)
            #expect(map.line(of: LuaPath(["t", "a"])) == 60_001)
        }
        #expect(elapsed < .seconds(5))
    }

    @Test func keysThatStandTwiceAreFoundAtAnyDepth() {
        let map = SourceMap(Array("return { a = { x = 1,\n y = 2,\n x = 3 }, b = 1 }".utf8))
        #expect(map.repeatedKey?.name == "a.x")
        #expect(map.repeatedKey?.line == 3)
        #expect(map.repeatedKey?.firstLine == 1)
    }

    @Test(arguments: [
        "", "return", "return {", "return { a = ", "return { function", "local x =", "'", "[==[",
        "--[[",
        "return { a = function() if x then", "}}}}", "return nj.recipe(((", "return { [", "\"\\",
    ])
    func halfASourceIsNoTrouble(source: String) {
        _ = SourceMap(Array(source.utf8))
    }
}
