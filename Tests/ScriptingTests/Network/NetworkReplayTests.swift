import Foundation
import Testing

@testable import Scripting

@Suite struct NetworkReplayTests {
    @Test func whatTheNetworkAnsweredIsShownAgainAndNotAskedAgain() throws {
        // Every answer is another, so that asking again would show.
        let server = try LoopbackServer { _ in
            LoopbackServer.answer("\(UInt64.random(in: 0 ... .max))")
        }
        defer { server.stop() }
        let run = try ScriptedRun(
            keys: """
                use = { 'judge' },
                grant = { judge = { 'network:127.0.0.1:\(server.port)' } },
                """, steps: 20)
        try run.plugin("judge", Self.body(server.port))
        try run.begin()
        try run.finish()
        #expect(server.requests.count == 20)
        #expect(try run.events("impure").isEmpty, "\(run.said)")
        #expect(try run.events("cut_off").isEmpty)
    }

    @Test func hiddenMemoryBesideTheNetworkIsFound() throws {
        let server = try LoopbackServer { _ in LoopbackServer.answer("x") }
        defer { server.stop() }
        let run = try ScriptedRun(
            keys: """
                use = { 'judge' },
                grant = { judge = { 'network:127.0.0.1:\(server.port)' } },
                """, steps: 20)
        try run.plugin(
            "judge",
            """
            hooks = (function()
              local calls = 0
              return { on_gradients = function(ctx)
                nj.http.get("http://127.0.0.1:\(server.port)/")
                calls = calls + 1
                return { action = "keep", reason = "call " .. calls }
              end }
            end)(),
            """)
        try run.begin()
        try run.finish()
        #expect(server.requests.count == 20)
        #expect(try !run.events("impure").isEmpty)
    }

    @Test func anEditIsComparedWithoutAskingAgain() throws {
        let server = try LoopbackServer { _ in
            LoopbackServer.answer("\(UInt64.random(in: 0 ... .max))")
        }
        defer { server.stop() }
        let run = try ScriptedRun(
            keys: """
                use = { 'judge' }, reload = { max_shift = 0 },
                grant = { judge = { 'network:127.0.0.1:\(server.port)' } },
                """, steps: 30)
        try run.plugin("judge", Self.body(server.port))
        try run.begin()
        try run.step(to: 15)
        run.settle()
        try run.plugin("judge", Self.body(server.port) + "-- no change in what it does\n")
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1, "\(run.said)")
        #expect(server.requests.count == 30)
    }

    private static func body(_ port: Int) -> String {
        """
        needs = { 'network:127.0.0.1:\(port)' },
        hooks = { on_gradients = function(ctx)
          local answer = nj.http.post("http://127.0.0.1:\(port)/", "step " .. ctx.step)
          ctx.state.last = answer and answer.body or 'none'
          return { action = 'keep', reason = ctx.state.last }
        end },

        """
    }

    @Test func specsGiveTheAnswers() throws {
        let folder = try RecipeFolder()
        try folder.write(
            "Plugins/judge/judge.lua",
            "local nj = require 'nightjar'\nreturn { name = 'judge', api = 1, summary = 'A test.', "
                + Self.body(7) + "}")
        try folder.write(
            "Plugins/judge/judge_spec.lua",
            """
            local nj = require "nightjar"
            local test = nj.test
            local url = "http://127.0.0.1:7/"
            test.describe("judge", function()
              test.it("remembers what it was told", function()
                test.network { [url] = { body = "good" } }
                local verdict, state = test.call("hooks.on_gradients", { step = 3 })
                test.expect(state.last).to_equal("good")
                test.expect(verdict.reason).to_equal("good")
              end)
              test.it("does without", function()
                test.network { [url] = { error = "down" } }
                local _, state = test.call("hooks.on_gradients", {})
                test.expect(state.last).to_equal("none")
              end)
              test.it("may ask itself", function()
                test.network { [url] = { status = 404, headers = { A = "b" } } }
                local answer = nj.http.get(url)
                test.expect(answer.status).to_equal(404)
                test.expect(answer.headers.a).to_equal("b")
                test.expect(answer.body).to_equal("")
              end)
              test.it("is told of what it forgot", function()
                test.expect(function() nj.http.get("http://other/") end)
                  .to_raise("no answer for http://other/")
              end)
            end)
            """)
        let report = try SpecRunner().run(folder.path + "/Plugins/judge/judge_spec.lua")
        #expect(report.failure == nil)
        #expect(report.results.count == 4)
        #expect(report.failureCount == 0, "\(report.results)")
    }
}
