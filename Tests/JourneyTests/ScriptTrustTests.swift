import Foundation
import TestSupport
import Testing

/// What a user is told of scripts that hide memory, are cut off, or are gone.
@Suite(.serialized) struct ScriptTrustTests {
    /// The usual recipe with more keys.
    private func program(_ keys: String) throws -> Program {
        let program = try Program()
        let end = try #require(Program.recipe.range(of: "}", options: .backwards))
        try program.folder.write(
            Program.recipe.replacingCharacters(in: end, with: keys + "\n}"), to: "recipe.lua")
        return program
    }

    private static let plugin = """
        local nj = require "nightjar"
        local n = 0
        return { name = "mine", api = 1, summary = "A test.", hooks = {
          on_step_end = function(ctx) ctx.state.n = (ctx.state.n or 0) + 1 end,
        } }
        """

    private func object(_ text: String) throws -> [String: Any] {
        try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func hiddenMemoryEndsACheckWithTheUsersMistake() throws {
        let program = try program("use = { \"mine\" },")
        try program.folder.write(Self.plugin, to: "Plugins/mine/mine.lua")
        for target in ["recipe.lua", "mine", "Plugins/mine", "Plugins/mine/mine.lua"] {
            let sound = try program.run(["check", target, "--purity"])
            #expect(sound.code == 0 && sound.output.contains("pure"), "\(sound)")
        }
        try program.folder.write(
            Self.plugin.replacing(
                "ctx.state.n = (ctx.state.n or 0) + 1", with: "n = n + 1 ctx.state.n = n"),
            to: "Plugins/mine/mine.lua")
        for target in ["recipe.lua", "mine"] {
            let hidden = try program.run(["check", target, "--purity"])
            #expect(hidden.code == 2, "\(hidden)")
            #expect(
                hidden.output.contains("mine hooks.on_step_end: call 2: ctx.state n was 2, and 1"),
                "\(hidden)")
            #expect(hidden.errors.contains("ctx.state"), "\(hidden)")
            let json = try program.run(["check", target, "--purity", "--json"])
            let report = try object(json.output)
            let purity = report["purity"] as? [String: Any] ?? report
            #expect(purity["pure"] as? Bool == false && json.code == 2)
        }
        let plain = try program.run(["check", "mine"])
        #expect(plain.code == 0 && plain.output.contains("self-test"), "\(plain)")
        let misused = try program.run(["check", "mine", "--set", "steps=3"])
        #expect(misused.code == 2 && misused.errors.contains("is a plugin"), "\(misused)")
    }

    @Test func aScriptsErrorCannotCommandTheTerminal() throws {
        let program = try program(
            "curriculum = function() error('x\\27[31mRED\\27]0;title\\7') end")
        let outcome = try program.run(["train", "recipe.lua"])
        #expect(outcome.code == 2 || outcome.code == 1, "\(outcome)")
        #expect(outcome.errors.contains("error: ") && outcome.errors.contains("[31mRED"))
        let last = try #require(outcome.errors.range(of: "error: ", options: .backwards))
        #expect(!outcome.errors[last.lowerBound...].unicodeScalars.contains { $0.value == 27 })
    }

    @Test func whatLooksLikeAPluginAndIsNoneIsTold() throws {
        let program = try Program()
        try program.folder.write("return {}", to: "Plugins/empty/other.lua")
        try program.folder.write("return {}", to: "Plugins/two words/two words.lua")
        let list = try program.run(
            ["plugin", "list"], prefix: ["/usr/bin/env", "NIGHTJAR_PLUGINS=/nowhere/at-all"])
        #expect(list.code == 0, "\(list)")
        for remark in [
            "NIGHTJAR_PLUGINS names \"/nowhere/at-all\", and there is no such folder",
            "/Plugins/empty is no plugin: it holds no empty.lua",
            "\"two words\" cannot name a plugin",
        ] {
            #expect(list.errors.contains(remark), "\(list)")
        }
        let missing = try program.run(["plugin", "check", "empty"])
        #expect(missing.code == 2 && missing.errors.contains("it holds no empty.lua"), "\(missing)")
        let elsewhere = try program.run(
            ["plugin", "check", "mine"],
            prefix: ["/usr/bin/env", "NIGHTJAR_PLUGINS=/nowhere/at-all"])
        #expect(elsewhere.code == 2 && elsewhere.errors.contains("/nowhere/at-all"), "\(elsewhere)")
    }

    @Test func theSummarySaysFromWhereARunCannotBeReplayed() throws {
        let keys = """
            limits = { time_s = 0.05 },
            hooks = { on_step_end = function(ctx) if ctx.step == 5 then while true do end end end },
            """
        let program = try program(keys)
        let told = try program.run(["train", "recipe.lua", "--json"])
        let summary = try object(told.output)
        #expect(told.code == 0 && summary["not_replayable_from_step"] as? Int == 5, "\(told)")
        let resumed = try program.run(["train", "recipe.lua", "--resume"])
        #expect(
            resumed.output.contains(
                "not replayable from step 5: recipe was cut off by time in hooks.on_step_end"),
            "\(resumed)")
    }

    @Test func aRunGoesOnWithoutThePluginsFolder() throws {
        let program = try program("use = { \"mine\" },")
        try program.folder.write(Self.plugin, to: "Plugins/mine/mine.lua")
        #expect(try program.run(["train", "recipe.lua", "--set", "steps=12"]).code == 0)
        try FileManager.default.removeItem(at: program.folder.file("Plugins"))
        let edited = try program.run(["train", "recipe.lua", "--resume", "--edited"])
        #expect(edited.code == 2 && edited.errors.contains("there is no plugin"), "\(edited)")
        let resumed = try program.run(["train", "recipe.lua", "--resume"])
        #expect(resumed.code == 0, "\(resumed)")
        #expect(resumed.errors.contains("mine does not load from the disk any more"), "\(resumed)")
    }
}
