import Foundation
import LuaRuntime
import Testing
import Training

@testable import Scripting

/// What a run's handle answers, and what it refuses.
@Suite(.serialized) struct RunHandleTests {
    @Test func everyMethodIsThereAndNoOther() throws {
        let program = try ProgramFolder()
        let lines = try program.output(
            of: """
                local run = nj.run.open("recipe.lua")
                for _, name in ipairs { \(Catalogue.methods.map { "\"\($0.baseName)\"" }
                    .joined(separator: ", ")) } do assert(type(run[name]) == "function", name) end
                print(tostring(run), type(run), run == run, getmetatable(run))
                print(select(2, pcall(function() return run:stpe() end)))
                print(select(2, pcall(function() run.active = 1 end)))
                print(select(2, pcall(function() return run.step() end)))
                print(select(2, pcall(function() return run.step({}) end)))
                print(select(2, pcall(function() return run:step(1) end)))
                print(select(2, pcall(function() return nj.json.null().step end)))
                """)
        #expect(lines[0] == "run\tuserdata\ttrue\tfalse")
        #expect(lines[1].hasSuffix("run has no 'stpe'; did you mean 'step'?"))
        #expect(lines[2].hasSuffix("run is locked"))
        #expect(lines[3].hasSuffix("run:step: call it with a colon on a run, as in run:step()"))
        #expect(lines[4].hasSuffix("run:step: call it with a colon on a run, as in run:step()"))
        #expect(lines[5].hasSuffix("run:step: takes no value, got 1"))
        #expect(lines[6].contains("attempt to index"))
        for line in lines[1...6] { #expect(line.hasPrefix("program.lua:"), "\(line)") }
    }

    @Test(arguments: [
        ("run:optim_step()", "call forward_backward first"),
        ("run:forward_backward() run:save()", "finish it with optim_step first"),
        ("run:rollback()", "no checkpoint yet"),
        ("run:rollback { to = 99 }", "lies ahead"),
        ("run:rollback { to = 'best' }", "a checkpoint's name such as step-000100"),
        ("run:rollback { too = 1 }", "did you mean \"to\""),
        ("run:save 'best'", "expected \"pre\", \"mid\" or \"post\""),
        ("run:set { ['optimizer.l'] = 1 }", "did you mean \"optimizer.lr\""),
        ("run:set { ['optimizer.lr'] = 'x' }", "expected a number"),
        ("run:sample { max_new = 0 }", "expected an integer from 1"),
        ("run:sample { prompt = ('x'):rep(40) }", "the model holds"),
        ("run:finish() run:step()", "is over"),
        ("nj.run.open 'recipe.lua'", "is open in this program already"),
        ("run:finish() nj.run.open 'recipe.lua'", "resume = true, or a new one"),
        ("nj.run.open 'nowhere.lua'", "nowhere.lua cannot be read"),
        ("nj.run.open(3)", "expected a path, or nj.recipe"),
        ("nj.run.open('recipe.lua', { set = { ['batch.sise'] = 3 } })", "did you mean \"size\""),
        ("nj.run.open('recipe.lua', { set = { steps = {} } })", "options.set.steps"),
        ("nj.run.open('recipe.lua', { resume = true, fresh = true })", "contradict"),
        ("nj.run.get()", "may not be called by a program"),
        ("nj.metric.log('x', 1)", "may not be called by a program"),
    ])
    func misuseIsToldAtItsLine(call: String, sentence: String) throws {
        let program = try ProgramFolder()
        let error = try program.failure(of: "local run = nj.run.open 'recipe.lua'\n\(call)")
        #expect("\(error)".contains(sentence), "\(error)")
        #expect(error.path == "program.lua" && error.line == 3, "\(error)")
    }

    @Test func dialsAreTurnedAndRead() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local run = nj.run.open("recipe.lua", { set = { gradient_clip = 0.5 } })
            assert(run:dials()["gradient_clip"] == 0.5)
            run:set { ["optimizer.lr"] = 0.25, gradient_clip = false }
            assert(run:dials()["optimizer.lr"] == 0.25 and run:dials().gradient_clip == "none")
            assert(run:step().learning_rate == 0.25)
            run:set { steps = 1 }
            assert(not run:active() and run:finish().ending == "completed")
            """)
        #expect(program.remarks.isEmpty)
    }

    @Test func rollbackBringsBackWeights() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local run = nj.run.open("recipe.lua")
            run:step() run:step()
            local before, name = run:evaluate().loss, run:save("mid")
            run:step() run:step()
            assert(run:evaluate().loss ~= before)
            local report = run:rollback { to = name, reason = "better" }
            assert(report.to == 2 and report.step == 4 and report.count == 1)
            assert(run:evaluate().loss == before and run:step_count() == 4)
            local again, why = pcall(run.rollback, run, { max_rollbacks = 1 })
            assert(not again and why:find("max_rollbacks is 1"), why)
            assert(nj.run.read(run:path()).checkpoints[1] == name)
            """)
        #expect(program.exists("runs/bird/checkpoints/step-000004"))
    }

    @Test func samplesDependOnTheirSeedAlone() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local run = nj.run.open("recipe.lua")
            local function text(seed, heat)
              return run:sample { prompt = "1 nightj", max_new = 12, seed = seed, temperature = heat }
            end
            assert(text(1, 1) == text(1, 1) and text(1, 1) ~= text(2, 1))
            assert(text(1, 0) == text(2, 0))
            assert(type(run:sample()) == "string")
            """)
    }

    @Test func whatARunRecordedIsRead() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local run = nj.run.open("recipe.lua")
            while run:active() do run:step() end
            run:finish()
            local record = nj.run.read "runs/bird"
            assert(record.config.name == "bird" and record.config.batch.size == 4)
            assert(record.checkpoints[1] == "step-000008" and #record.checkpoints == 1)
            assert(record.metrics[1].type == "run" and record.metrics[1].total_steps == 8)
            assert(record.events[1].event == "start")
            local nothing, why = nj.run.read "texts"
            assert(nothing == nil and why == "texts is no run's folder")
            """)
    }

    /// JSON has no NaN, and metrics write it as a text.
    @Test func numbersThatAreNoneComeBackAsNumbers() throws {
        let program = try ProgramFolder()
        try program.folder.write("runs/odd/events.jsonl", "{\"event\":\"start\",\"step\":0}\n")
        try program.folder.write(
            "runs/odd/metrics.jsonl",
            "{\"type\":\"step\",\"loss\":\"NaN\",\"grad_norm\":\"-Infinity\"}\n{\"type\":\"st")
        try program.run(
            """
            local rows = nj.run.read("runs/odd").metrics
            assert(#rows == 1 and rows[1].loss ~= rows[1].loss)
            assert(rows[1].grad_norm == -math.huge and rows[1].type == "step")
            """)
    }
}
