import Foundation
import LuaRuntime
import Testing

@testable import Scripting

/// A folder with recipes and a little text, deleted when it goes.
final class RecipeFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "nightjar-scripting-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path + "/texts/poems", withIntermediateDirectories: true)
        try write("texts/book.txt", "Once.\n\nTwice.\n")
        try write("texts/rows.jsonl", "{\"text\": \"a\"}\n")
        try write("texts/poems/one.txt", "A line.\n")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        let target = path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (target as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try text.write(toFile: target, atomically: false, encoding: .utf8)
    }

    /// Loads a recipe of this text.
    func load(
        _ source: String, overrides: [String] = [], seconds: Double = 10,
        memoryBytes: Int = 64 << 20, print: @escaping (String) -> Void = { _ in }
    ) throws -> LoadedRecipe {
        try write("recipe.lua", source)
        return try RecipeLoader.load(
            path: "recipe.lua", overrides: overrides, workingFolder: path,
            budget: .init(seconds: seconds, memoryBytes: memoryBytes), print: print)
    }

    /// Loads a whole recipe with these keys added or put in the place of its own.
    func load(keys: String, overrides: [String] = []) throws -> LoadedRecipe {
        try load(Self.recipe(keys: keys), overrides: overrides)
    }

    /// The error that loading throws.
    func error(
        _ source: String, overrides: [String] = [], seconds: Double = 10,
        memoryBytes: Int = 64 << 20, at location: SourceLocation = #_sourceLocation
    ) throws -> ScriptingError {
        let error = #expect(throws: ScriptingError.self, sourceLocation: location) {
            try self.load(
                source, overrides: overrides, seconds: seconds, memoryBytes: memoryBytes)
        }
        return try #require(error, sourceLocation: location)
    }

    func error(
        keys: String, overrides: [String] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> ScriptingError {
        try error(Self.recipe(keys: keys), overrides: overrides, at: location)
    }

    /// A small recipe; `keys` begin at line 4 and win over the usual ones.
    static func recipe(keys: String) -> String {
        """
        local nj = require "nightjar"
        local usual = { model = { from = "texts" }, data = nj.data.text { path = "texts/book.txt" } }
        local given = {
        \(keys)
        }
        for key, value in pairs(usual) do
          if given[key] == nil then given[key] = value end
        end
        if not (given.steps or given.tokens or given.epochs) then given.steps = 10 end
        return nj.recipe(given)
        """
    }
}
