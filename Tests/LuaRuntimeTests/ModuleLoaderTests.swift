import Foundation
import LuaRuntime
import Testing

struct ModuleLoaderTests {
    /// A folder with files, deleted after `body`.
    private func withFolder(
        _ files: [String: String], _ body: (String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("lua-modules-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, text) in files {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try body(folder.path)
    }

    @Test func loadsEachModuleOnceAndKeepsItsBytes() throws {
        try withFolder([
            "root/words.lua": "print('loaded') return { hello = 'hi' }",
            "root/deep/part.lua": "local words = require 'words' return words.hello .. '!'",
            "root/pack/init.lua": "return ...",
        ]) { folder in
            let loader = ModuleLoader(roots: [folder + "/root"])
            var lines: [String] = []
            let state = LuaState(modules: loader, print: { lines.append($0) })
            let values = try evaluate(
                """
                return require("deep.part"), require("words").hello,
                  require("words") == require("words"), require("pack")
                """, state: state)
            #expect(values == ["hi!", "hi", true, "pack"])
            #expect(lines == ["loaded"])
            #expect(loader.files.map(\.name) == ["deep.part", "words", "pack"])
            #expect(
                loader.files.map(\.path)
                    == ["deep/part", "words", "pack/init"].map { folder + "/root/\($0).lua" })
            #expect(loader.files[2].bytes == Array("return ...".utf8))
        }
    }

    @Test func namesThatLeadOutAreRefused() throws {
        try withFolder(["root/a.lua": "return 1", "secret.lua": "return 'secret'"]) { folder in
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/root/link.lua", withDestinationPath: folder + "/secret.lua")
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/root/up", withDestinationPath: folder)
            try FileManager.default.createDirectory(
                atPath: folder + "/root/folder.lua", withIntermediateDirectories: true)
            let state = LuaState(modules: ModuleLoader(roots: [folder + "/root"]))
            for name in [
                "../secret", "..secret", "...secret", folder + "/secret", "/secret", "link",
                "up.secret", "a/../a", "a.", ".a", "", "a\\0b", "folder", "a%", "~",
                String(repeating: "a", count: 300),
            ] {
                let error = failure("return require('\(name)')", state: state)
                #expect(error != nil, "\(name) was found")
                #expect(error?.line == 1)
            }
            #expect(try evaluate("return require 'a'", state: state) == [1])
        }
    }

    @Test func aMissingModuleNamesThePlaces() throws {
        try withFolder(["root/a.lua": ""]) { folder in
            let state = LuaState(modules: ModuleLoader(roots: [folder + "/root"]))
            let error = try #require(failure("\nrequire 'b.c'", state: state))
            #expect(
                error.sentence
                    == "test.lua:2: module 'b.c' is not found; looked for: "
                    + "\(folder)/root/b/c.lua, \(folder)/root/b/c/init.lua")
        }
        let error = try #require(failure("require 'b'"))
        #expect(error.message == "module 'b' is not registered")
    }

    @Test func errorsInModulesNameTheirFile() throws {
        try withFolder([
            "bad.lua": "\nlocal x = = 1", "fails.lua": "\n\nerror 'inside'",
            "one.lua": "return require 'two'", "two.lua": "return require 'one'",
        ]) { folder in
            let loader = ModuleLoader(roots: [folder])
            let state = LuaState(modules: loader)
            let syntax = try #require(failure("require 'bad'", state: state))
            #expect(syntax.chunk == folder + "/bad.lua")
            #expect(syntax.line == 2)
            #expect(syntax.message == "unexpected symbol near '='")
            let runtime = try #require(failure("require 'fails'", state: state))
            #expect(runtime.sentence == "\(folder)/fails.lua:3: inside")
            #expect(runtime.traceback.last == "test.lua:1: in main chunk")
            let cycle = try #require(failure("require 'one'", state: state))
            #expect(cycle.message.contains("module 'one' is not ready"))
        }
    }

    @Test func opensTheUsersOwnFileAnywhere() throws {
        try withFolder(["recipe.lua": "return 5"]) { folder in
            let loader = ModuleLoader(roots: [])
            let file = try loader.open(path: folder + "/recipe.lua")
            #expect(try LuaState().load(file.bytes, name: file.path).call() == [5])
            #expect(loader.files == [file])
            #expect(throws: LuaError.self) { try loader.open(path: folder + "/absent.lua") }
            #expect(throws: LuaError.self) { try loader.open(path: folder) }
            let misspelt = #expect(throws: LuaError.self) {
                try loader.open(path: folder + "/recpie.lua")
            }
            #expect(misspelt?.message.hasSuffix("did you mean recipe.lua?") == true)
        }
    }
}
