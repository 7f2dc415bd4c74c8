import Foundation
import LuaRuntime
import Testing

@testable import Scripting

/// Recipes that a program makes itself, and files that it writes.
@Suite(.serialized) struct ProgramRecipeTests {
    @Test func aRecipeInAProgramIsThatOfAFile() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local function train(recipe, name)
              local run = nj.run.open(recipe, { name = name })
              while run:active() do run:step() end
            end
            train("recipe.lua", "file")
            train(\(ProgramFolder.recipe()), "table")
            """)
        let weights = "checkpoints/step-000008/model.safetensors"
        #expect(
            try program.bytes("runs/file/\(weights)") == program.bytes("runs/table/\(weights)"))
        #expect(try program.bytes("runs/table/recipe.lua") == program.bytes("program.lua"))
    }

    @Test func aScheduleInAProgramIsAsked() throws {
        let program = try ProgramFolder()
        try program.run(
            """
            local schedule = "schedule = function(progress) return 1 - progress end"
            local run = nj.run.open(\(ProgramFolder.recipe(
                "schedule = function(progress) return 1 - progress end")))
            for i = 0, 7 do
              assert(math.abs(run:step().learning_rate - 1e-2 * (1 - i / 8)) < 1e-12)
            end
            """)
    }

    /// The schedule may not step the run that asks it.
    @Test func aRunDoesNotCallIntoItself() throws {
        let program = try ProgramFolder()
        let error = try program.failure(
            of: """
                local run
                run = nj.run.open(\(ProgramFolder.recipe(
                    "schedule = function() run:step() return 1 end")))
                run:step()
                """)
        #expect("\(error)".contains("in the middle of another call"), "\(error)")
    }

    @Test(arguments: [
        "curriculum = function() end", "hooks = { on_step_end = function() end }",
    ])
    func otherFunctionsBelongIntoFiles(key: String) throws {
        let program = try ProgramFolder()
        let error = try program.failure(of: "nj.run.open(\(ProgramFolder.recipe(key)))")
        #expect(error.message.contains("do this work between steps"), "\(error)")
    }

    @Test func faultsOfARecipeNameTheirKey() throws {
        let program = try ProgramFolder()
        let error = try program.failure(
            of: "nj.run.open(\(ProgramFolder.recipe("data = nj.data.text { path = \"x.txt\" }")))")
        #expect("\(error)".contains("data.path: there is no file \"x.txt\""), "\(error)")
    }

    @Test func pluginsAndHooksOfFilesWorkInPrograms() throws {
        let program = try ProgramFolder()
        try program.folder.write(
            "hooked.lua",
            ProgramFolder.head + "local recipe = require \"recipe\"\n"
                + "recipe.use = { \"plateau\" }\n"
                + "recipe.curriculum = function(ctx)\n"
                + "  if ctx.step == 2 then return { [\"optimizer.lr\"] = 0.125 } end\nend\n"
                + "return recipe")
        try program.run(
            """
            local run = nj.run.open("hooked.lua", { name = "hooked" })
            local rates = {}
            while run:active() do rates[#rates + 1] = run:step().learning_rate end
            assert(rates[2] == 1e-2 and rates[3] == 0.125 and rates[8] == 0.125)
            """)
    }

    @Test func onlyProgramsOpenRuns() throws {
        let program = try ProgramFolder()
        try program.folder.write(
            "greedy.lua", ProgramFolder.head + "nj.run.open 'recipe.lua'\nreturn {}")
        let error = try program.failure(of: "nj.run.open 'greedy.lua'")
        #expect("\(error)".contains("nj.run.open may not be called while a recipe loads"))
        #expect("\(error)".contains("greedy.lua:2"))
    }

    // MARK: - Files

    @Test func filesAreWrittenBelowTheOneFolder() throws {
        let program = try ProgramFolder()
        let refused = try program.output(of: "print(nj.file.save('x.txt', 'y'))")
        #expect(refused == ["nil\tthere is no folder to write to; name one with --out DIR"])
        program.outputFolder = program.folder.path + "/out"
        let paths = try program.output(
            of: """
                print(nj.file.save("a/b/c.txt", "one\\0two"))
                print(nj.file.save("a/b/c.txt", "three"))
                print(nj.file.save("a", "x"))
                """)
        #expect(try String(decoding: program.bytes("out/a/b/c.txt"), as: UTF8.self) == "three")
        #expect(paths[0].hasSuffix("out/a/b/c.txt") && paths[1] == paths[0])
        #expect(paths[2].hasPrefix("nil\t"))
    }

    @Test(arguments: [
        "../x", "/etc/x", "a/../../x", ".", "..", "a//b", "a/./b", "a/", "a\\nb", "a\\0b",
    ])
    func namesThatLeadOutAreRefused(name: String) throws {
        let program = try ProgramFolder()
        program.outputFolder = program.folder.path + "/out"
        let error = try program.failure(of: "nj.file.save(\"\(name)\", 'x')")
        #expect(error.message.contains("leads out of the folder"), "\(error)")
    }

    @Test func linksLeadNowhere() throws {
        let program = try ProgramFolder()
        program.outputFolder = program.folder.path + "/out"
        let out = program.folder.path + "/out"
        try FileManager.default.createDirectory(
            atPath: out, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: out + "/way", withDestinationPath: program.folder.path + "/texts")
        try FileManager.default.createSymbolicLink(
            atPath: out + "/file", withDestinationPath: program.folder.path + "/texts/birds.txt")
        let before = try program.bytes("texts/birds.txt")
        let lines = try program.output(
            of: """
                print(nj.file.save("way/x.txt", "x"))
                print(nj.file.save("file", "x"))
                """)
        #expect(lines[0].hasPrefix("nil\t") && !program.exists("texts/x.txt"))
        #expect(try program.bytes("texts/birds.txt") == before)
    }
}
