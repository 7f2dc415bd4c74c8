import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

/// Programs on a tiny model: what they are told, and that looking changes nothing.
@Suite(.serialized) struct ProgramTests {
    static let losses = """
        local function losses(run, each)
          local seen = {}
          while run:active() do
            local report = run:step()
            seen[#seen + 1] = report.loss
            if each then each(run, report) end
          end
          return nj.json.encode(seen)
        end

        """

    @Test func reportsAreWhatMetricsRecord() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local run = nj.run.open "recipe.lua"
            local reports = {}
            while run:active() do reports[#reports + 1] = run:step() end
            local rows = {}
            for _, row in ipairs(run:metrics()) do
              if row.type == "step" then rows[#rows + 1] = row end
            end
            assert(#reports == 8 and #rows == 8)
            for i, report in ipairs(reports) do
              for key, value in pairs(rows[i]) do
                assert(key == "type" or report[key] == value, key)
              end
            end
            assert(reports[1].loss_mean == reports[1].loss)
            local mean = (reports[1].loss + reports[2].loss) / 2
            assert(math.abs(reports[3].loss_mean - mean) < 1e-12)
            local summary = run:finish()
            assert(summary.ending == "completed" and summary.steps == 8)
            assert(summary.held_out_after < summary.held_out_before)
            """)
        #expect(program.remarks.isEmpty)
    }

    @Test func aRecipeIsNoProgram() throws {
        let program = try ProgramFolder()
        let error = try program.failure(of: "return " + ProgramFolder.recipe())
        #expect(error.description.contains("nightjar train program.lua"), "\(error)")
    }

    @Test func argumentsArriveAsTheyAre() throws {
        let program = try ProgramFolder()
        try program.run("print(select('#', ...), ...)", arguments: ["a b", "--c", "", "3"])
        #expect(program.printed == ["4\ta b\t--c\t\t3"])
    }

    @Test func twoHalvesAreAStep() throws {
        let program = try ProgramFolder()
        try program.run(
            Self.losses + """
                local whole = losses(nj.run.open("recipe.lua", { name = "whole" }))
                local run, halves = nj.run.open("recipe.lua", { name = "halves" }), {}
                while run:active() do
                  local forward = run:forward_backward()
                  local report = run:optim_step()
                  assert(forward.loss == report.loss and forward.step == report.step)
                  assert(forward.learning_rate == report.learning_rate)
                  halves[#halves + 1] = report.loss
                end
                assert(nj.json.encode(halves) == whole)
                local other = nj.run.open("recipe.lua", { name = "other" })
                other:forward_backward()
                assert(other:optim_step({ lr = 0.5 }).learning_rate == 0.5)
                """)
        #expect(try weights(program, "whole") == weights(program, "halves"))
        #expect(program.remarks.contains { $0.hasPrefix("other was open when the script ended") })
    }

    /// Two runs step in turn; listening, scoring and drawing stand in between.
    @Test func companyAndLookingChangeNothing() throws {
        let program = try ProgramFolder()
        try program.run(
            Self.losses + """
                local alone = losses(nj.run.open("recipe.lua", { name = "alone" }))
                local a = nj.run.open("recipe.lua", { name = "a" })
                local b = nj.run.open("recipe.lua", { name = "b", set = { seed = 6 } })
                local seen = losses(a, function(run, report)
                  b:step()
                  local text = run:sample { prompt = "3 night", max_new = 6, seed = report.step }
                  assert(text == run:sample { prompt = "3 night", max_new = 6, seed = report.step })
                  assert(run:evaluate().loss == run:evaluate().loss)
                  nj.plot.text { series = { { y = { report.loss } } } }
                end)
                assert(seen == alone)
                local single = losses(nj.run.open("recipe.lua", { name = "c", set = { seed = 6 } }))
                assert(single ~= alone)
                """)
        #expect(try weights(program, "a") == weights(program, "alone"))
        #expect(try weights(program, "c") != weights(program, "a"))
    }

    @Test func aRunGoesOnWhereItWasLeft() throws {
        let program = try ProgramFolder()
        try program.run(
            Self.losses + """
                losses(nj.run.open("recipe.lua", { name = "whole" }))
                local run = nj.run.open("recipe.lua", { name = "parts" })
                for _ = 1, 3 do run:step() end
                """)
        #expect(program.remarks.contains { $0.hasPrefix("parts was open") })
        try program.run(
            """
            local run = nj.run.open("recipe.lua", { name = "parts", resume = true })
            assert(run:step_count() == 3 and run:total_steps() == 8)
            while run:active() do run:step() end
            """)
        #expect(try weights(program, "parts") == weights(program, "whole"))
    }

    @Test func aScriptThatFailsLeavesWholeRuns() throws {
        let program = try ProgramFolder()
        let error = try program.failure(
            of: """
                local a = nj.run.open("recipe.lua", { name = "a" })
                local b = nj.run.open("recipe.lua", { name = "b" })
                for _ = 1, 3 do a:step() b:step() end
                b:forward_backward()
                error("enough")
                """)
        #expect(error.description.hasPrefix("program.lua:6: enough") && error.isUserMistake)
        #expect(program.exists("runs/a/checkpoints/step-000003/manifest.json"))
        #expect(program.exists("runs/b/checkpoints/step-000003/manifest.json"))
        // The folders are free: the runs go on, and end as ones that were never left.
        try program.run(
            Self.losses + """
                losses(nj.run.open("recipe.lua", { name = "a", resume = true }))
                losses(nj.run.open("recipe.lua", { name = "b", resume = true }))
                """)
        #expect(try weights(program, "a") == weights(program, "b"))
    }

    @Test func aRunThatDivergesIsTheRunsOwnFailure() throws {
        let program = try ProgramFolder()
        let error = try program.failure(
            of: """
                local run = nj.run.open("recipe.lua")
                for _ = 1, 8 do run:forward_backward() run:optim_step { lr = 1e30 } end
                """)
        let cause = try #require(error.cause as? TrainingError)
        #expect(cause.code == .nonFinite && error.line == 3)
        #expect(program.exists("runs/bird/checkpoints"))
    }

    @Test func scriptsThatFillMemoryAreEndedAndTheirRunsSaved() throws {
        let program = try ProgramFolder()
        program.memoryBytes = 16 << 20
        let error = try program.failure(
            of: """
                local run = nj.run.open("recipe.lua")
                run:step()
                local t = {}
                pcall(function() while true do t[#t + 1] = ("x"):rep(1000) .. #t end end)
                """)
        #expect(error.code == .budget)
        #expect(program.exists("runs/bird/checkpoints/step-000001/manifest.json"))
    }

    /// No recipe stands above a program.
    @Test(arguments: [
        ("nj.env.get 'HOME'", "a program cannot be granted \"env:HOME\""),
        ("nj.file.load '/etc/hostname'", "a program cannot be granted \"files:read:/etc/hostname"),
        ("nj.run.open()", "nj.run.open: recipe: expected a recipe's path"),
        ("nj.recipe()", "nj.recipe: takes one table"),
    ])
    func whatAProgramCannotHaveIsSaid(source: String, sentence: String) throws {
        let error = try ProgramFolder().failure(of: source)
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test func freshNamesAreCountedUp() throws {
        let program = try ProgramFolder()
        let names = try program.output(
            of: """
                for i = 1, 3 do
                  local run = nj.run.open("recipe.lua", { fresh = true })
                  print(run:name(), run:path():match("[^/]*$"))
                  run:finish()
                end
                print(table.concat(nj.run.list(), " "), #nj.run.list("nowhere"))
                """)
        #expect(
            names == [
                "bird\tbird", "bird-2\tbird-2", "bird-3\tbird-3",
                "runs/bird runs/bird-2 runs/bird-3\t0",
            ])
    }

    private func weights(_ program: ProgramFolder, _ name: String) throws -> Data {
        try program.bytes("runs/\(name)/checkpoints/step-000008/model.safetensors")
    }
}
