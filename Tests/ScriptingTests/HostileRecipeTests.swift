import Foundation
import Testing

@testable import Scripting

/// A recipe can spoil its own loading and nothing else.
@Suite struct HostileRecipeTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    @Test(arguments: [
        ("os.execute('true')", "os"), ("io.open('x')", "io"), ("debug.getregistry()", "debug"),
        ("load('return 1')()", "load"), ("dofile('x')", "dofile"),
        ("package.loadlib('x')", "package"),
        ("string.dump(print)", "dump"), ("collectgarbage()", "collectgarbage"),
    ])
    func theSystemIsOutOfReach(call: String, name: String) throws {
        let error = try folder.error("local x = \(call)\nreturn {}")
        #expect(error.code == .runtime)
        #expect(error.line == 1)
        #expect(error.message.contains("'\(name)'"), "\(error)")
    }

    @Test(arguments: ["../x", "..x", "/etc/passwd", "a/b", "sub...x", ""])
    func requireStaysBesideTheRecipe(name: String) throws {
        try folder.write("../x.lua", "return {}")
        defer { try? FileManager.default.removeItem(atPath: folder.path + "/../x.lua") }
        let error = try folder.error("require '\(name)'\nreturn {}")
        #expect(error.code == .runtime)
        #expect(error.path == "recipe.lua")
        #expect(error.line == 1)
        #expect(error.message.contains("refused"), "\(error)")
    }

    @Test func requireFollowsNoLinkOut() throws {
        let other = try RecipeFolder()
        try other.write("secret.lua", "return {}")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.lua", withDestinationPath: other.path + "/secret.lua")
        let error = try folder.error("require 'link'\nreturn {}")
        #expect(error.message.contains("leads out of"), "\(error)")
    }

    @Test(arguments: [
        "while true do end",
        "local co = coroutine.wrap(function() while true do end end) co()",
        "while true do pcall(function() while true do end end) end",
        "setmetatable({}, { __index = function() while true do end end }).x()",
        "local s = string.rep('a', 30000) s:find(string.rep('.-', 20) .. 'b')",
        "require 'spin'",
    ])
    func endlessLoopsAreStopped(source: String) throws {
        try folder.write("spin.lua", "while true do end")
        let begin = Date()
        let error = try folder.error(source + "\nreturn {}", seconds: 0.1)
        #expect(error.code == .budget, "\(error)")
        #expect(Date().timeIntervalSince(begin) < 5)
    }

    @Test(arguments: [
        "local t = {} for i = 1, 1e9 do t[i] = { i } end",
        "local s = 'x' while true do s = s .. s end",
        "local s = string.rep('x', 1 << 40)",
    ])
    func hugeMemoryIsRefused(source: String) throws {
        let error = try folder.error(source + "\nreturn {}", seconds: 20, memoryBytes: 16 << 20)
        #expect(error.code == .budget || error.code == .runtime, "\(error)")
    }

    @Test(arguments: [
        "local function f() return 1 + f() end f()",
        "local t = {} for i = 1, 1000 do t = { t } end local nj = require 'nightjar' nj.recipe { data = t }",
        "local f = function() end for i = 1, 300 do local g = f f = function() return pcall(g) end end f() error('end')",
        "local s = string.rep('(', 5000) .. string.rep(')', 5000) s:find(s)",
    ])
    func depthIsAnError(source: String) throws {
        let error = try folder.error(source + "\nreturn {}")
        #expect(error.isUserMistake)
    }

    @Test func cyclesAreNamed() throws {
        let error = try folder.error("local r = {}\nr.data = { kind = r }\nreturn r")
        #expect(error.code == .badValue)
        #expect(error.description.contains("data.kind: this table contains itself"), "\(error)")
        let nested = try folder.error(
            "local nj = require 'nightjar'\nlocal r = {}\nr.batch = r\nreturn nj.recipe(r)")
        #expect(nested.description.contains("batch: this table contains itself"), "\(nested)")
    }

    @Test(arguments: [
        "return setmetatable({ steps = 1 }, { __index = function() error('boo') end })",
        "return setmetatable({}, { __index = { steps = 1, model = 'texts' } })",
        "return setmetatable({ steps = 1 }, { __pairs = function() error('boo') end })",
        "return setmetatable({}, { __len = function() return 1 << 60 end, __metatable = false })",
        "local nj = require 'nightjar' return nj.recipe(setmetatable({}, { __index = { seed = 3 } }))",
    ])
    func metatablesHideNothing(source: String) throws {
        let error = try folder.error(source)
        #expect(error.isUserMistake)
        #expect(error.code == .badValue, "\(error)")
    }

    @Test func errorObjectsOfAnyKindAreTold() throws {
        for thrown in [
            "nil", "{}", "setmetatable({}, { __tostring = function() error('again') end })",
            "print", "12",
        ] {
            let error = try folder.error("error(\(thrown))")
            #expect(error.code == .runtime)
            #expect(!error.message.isEmpty)
        }
    }

    @Test func binaryChunksAreRefused() throws {
        try folder.write("recipe.lua", "")
        try Data([0x1b, 0x4c, 0x75, 0x61, 0x54, 0x00, 0x19, 0x93]).write(
            to: URL(fileURLWithPath: folder.path + "/recipe.lua"))
        let error = #expect(throws: ScriptingError.self) {
            try RecipeLoader.load(path: "recipe.lua", workingFolder: folder.path)
        }
        #expect(error?.code == .syntax)
    }

    @Test func globalsAreLocked() throws {
        let error = try folder.error("steps = 3\nreturn {}")
        #expect(error.line == 1)
        #expect(error.message.contains("assignment to undeclared global 'steps'"))
    }

    @Test func aFolderIsNoRecipe() throws {
        let error = #expect(throws: ScriptingError.self) {
            try RecipeLoader.load(path: "texts", workingFolder: folder.path)
        }
        #expect(error?.isUserMistake == true)
    }
}
