import Foundation
import Testing

@testable import Scripting

@Suite struct PurityCheckTests {
    private func report(_ body: String, files: [String: String] = [:]) throws -> PurityReport {
        let folder = try RecipeFolder()
        try folder.write(
            "Plugins/mine/mine.lua",
            "local nj = require 'nightjar'\nreturn { name = 'mine', api = 1, summary = 'A test.', "
                + body + "}")
        for (name, text) in files { try folder.write("Plugins/mine/" + name, text) }
        return try PluginCatalogue.checkPurity("mine", from: folder.path)
    }

    @Test(arguments: PluginCatalogue.list(from: "/").map(\.name)) func shippedPluginsArePure(
        name: String
    ) throws {
        let report = try PluginCatalogue.checkPurity(name, from: "/")
        #expect(report.isPure, "\(report.findings)")
        let script = try #require(report.scripts.first)
        #expect(script.callCount >= PurityCheck.rounds)
        #expect(script.failures.isEmpty, "\(script.failures)")
    }

    @Test func aCheckThatIsNotFinishedSaysSo() throws {
        let folder = try RecipeFolder()
        try folder.write(
            "Plugins/mine/mine.lua",
            "return { name = 'mine', api = 1, summary = 'A test.', "
                + "hooks = { on_step_end = function() end } }")
        let use = PluginUse(
            source: try PluginCatalogue.find("mine", from: folder.path), grants: .faked)
        let check = PurityCheck(
            make: { log in try PluginCatalogue.loader.load(use, log: log).unit }, seconds: 0)
        let error = #expect(throws: ScriptingError.self) { try check.run() }
        #expect(error?.message.contains("was not finished within 0.0 seconds") == true)
        #expect(error?.message.contains("hooks.on_step_end") == true)
    }

    @Test func aCounterInAnUpvalueIsNamed() throws {
        let report = try report(
            """
            curricula = (function()
              local calls = 0
              return {
                honest = function(ctx) return { ['schedule.factor'] = ctx.step } end,
                hidden = function(ctx) calls = calls + 1 return { ['schedule.factor'] = calls } end,
              }
            end)()
            """)
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1)
        #expect(finding.script == "mine" && finding.door == "curricula.hidden")
        #expect(finding.part == .answer && finding.path == "[\"schedule.factor\"]")
        #expect(finding.call == 2 && finding.first == "2" && finding.again == "1")
        #expect(
            finding.description
                == "mine curricula.hidden: call 2: answer [\"schedule.factor\"] was 2, and 1 "
                + "when asked again from the saved memory")
    }

    @Test(arguments: [
        ("n = n + 1 ctx.state.a = { b = n }", PurityReport.Finding.Part.state, "a.b"),
        ("n = n + 1 nj.metric.log('x', n)", .metrics, "[\"mine/x\"]"),
        ("n = n + 1 nj.log.info('call ' .. n)", .log, "[1]"),
        ("n = n + 1 if n == 7 then error('seven') end", .error, ""),
    ])
    func whatAnObserverLeavesIsCompared(
        body: String, part: PurityReport.Finding.Part, path: String
    ) throws {
        let report = try report(
            """
            hooks = (function()
              local n = 0
              return { on_step_end = function(ctx) \(body) end }
            end)()
            """)
        #expect(report.findings.first?.part == part, "\(report.findings)")
        #expect(report.findings.first?.path == path)
    }

    @Test func aTableOfAModuleIsFound() throws {
        let report = try report(
            """
            hooks = (function()
              local kept = require('kept')
              return { on_gradients = function(ctx)
                kept.n = kept.n + 1
                if kept.n > 5 then return 'skip' end
              end }
            end)()
            """, files: ["kept.lua": "return { n = 0 }"])
        #expect(report.findings.map(\.door) == ["hooks.on_gradients"])
    }

    @Test(arguments: [
        """
        curricula = { c = function(ctx)
          ctx.state.n = (ctx.state.n or 0) + nj.random.uniform()
          return { ['schedule.factor'] = ctx.state.n }
        end }
        """,
        """
        hooks = { on_step_end = function(ctx)
          nj.metric.log('now', nj.time.now())
          local answer, message = nj.http.get("http://example.org/")
          nj.log.info(message)
        end }
        """,
        """
        save = function() return { n = 1 } end, load = function(state) end,
        hooks = { on_batch = function(ctx)
          local weights = {}
          for i, document in ipairs(ctx.documents) do weights[i] = document.tokens % 3 end
          return weights
        end }
        """,
    ])
    func honestScriptsPass(body: String) throws {
        let report = try report(body)
        #expect(report.isPure, "\(report.findings)")
        #expect(report.scripts.first?.failures.isEmpty == true, "\(report.scripts)")
    }

    @Test(arguments: [true, false]) func memoryThatSaveGivesIsKept(isSaved: Bool) throws {
        let report = try report(
            "hooks = require('kept').hooks,"
                + (isSaved ? "save = require('kept').save, load = require('kept').load," : ""),
            files: [
                "kept.lua": """
                local n = 0
                return {
                  save = function() return { n = n } end,
                  load = function(state) n = state.n end,
                  hooks = { on_gradients = function(ctx)
                    n = n + 1
                    if n % 3 == 0 then return 'skip' end
                  end },
                }
                """
            ])
        #expect(report.isPure == isSaved, "\(report.findings)")
    }

    @Test func aFunctionThatAlwaysFailsIsTold() throws {
        let report = try report("hooks = { on_step_end = function(ctx) error('no') end }")
        #expect(report.isPure)
        #expect(report.scripts.first?.failures["hooks.on_step_end"]?.contains("no") == true)
    }

    @Test func aRecipesOwnFunctionsAreAskedToo() throws {
        let run = try ScriptedRun(
            keys: """
                use = { 'mine' },
                hooks = (function()
                  local n = 0
                  return { on_step_end = function(ctx) n = n + 1 nj.metric.log('n', n) end }
                end)(),
                curriculum = function(ctx) return { ['schedule.factor'] = 1 / ctx.step } end,
                """)
        try run.plugin("mine", "hooks = { on_step_end = function(ctx) ctx.state.x = ctx.loss end }")
        let loaded = try RecipeLoader.load(path: "recipe.lua", workingFolder: run.folder.path)
        let report = try loaded.checkPurity()
        #expect(report.scripts.map(\.name) == ["mine", "recipe"])
        #expect(report.scripts.last?.doors.sorted() == ["curriculum", "hooks.on_step_end"])
        #expect(report.findings.map(\.script) == ["recipe"])
        #expect(report.findings.first?.part == .metrics)
    }

    @Test func aPluginIsToldFromARecipe() throws {
        let folder = try RecipeFolder()
        try folder.write("Plugins/mine/mine.lua", "return { name = 'mine' }")
        try folder.write("spirit/spirit.lua", "return require('nightjar').recipe { }")
        try folder.write("recipe.lua", "return 1")
        func isPlugin(_ name: String) -> Bool {
            PluginCatalogue.isPlugin(name, from: folder.path)
        }
        #expect(isPlugin("mine") && isPlugin("Plugins/mine") && isPlugin("Plugins/mine/mine.lua"))
        #expect(!isPlugin("recipe.lua") && !isPlugin("spirit/spirit.lua"))
        #expect(!isPlugin("typo.lua") && !isPlugin("a/b"))
    }
}
