import Corpora
import Foundation
import Optimizers
import Testing
import Training

@testable import Scripting

/// A recipe that requires another one and sets keys of it.
@Suite struct DerivedRecipeTests {
    private let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    private static let recipe = """
        local nj = require "nightjar"
        return nj.recipe {
          name = "domain", out = "elsewhere", tokens = 400, model = "texts", tokenizer = "byte",
          data = nj.data.mix {
            customer = { percent = 60, nj.data.text { path = "texts/book.txt" } },
            ["my-notes"] = { percent = 5, nj.data.text { path = "texts/book.txt" } },
            replay = { poems = { percent = 100, nj.data.folder { path = "texts/poems" } } },
          },
          schedule = function(progress) return 1 - progress end,
        }
        """

    private func derive(
        _ overrides: [String], from source: String = DerivedRecipeTests.recipe,
        named name: String = "domain.lua"
    ) throws -> DerivedRecipe {
        try folder.write(name, source)
        return try DerivedRecipe(
            of: name, overrides: overrides, name: "domain-chosen", comment: ["Why.\nSo."],
            workingFolder: folder.path)
    }

    private func load(_ name: String) throws -> LoadedRecipe {
        try RecipeLoader.load(path: name, workingFolder: folder.path, print: { _ in })
    }

    @Test func itIsShortAndLoads() throws {
        let derived = try derive(["data.customer.percent=75"])
        #expect(
            derived.text == """
                -- Why. So.
                local recipe = require "domain"
                recipe.name = "domain-chosen"
                recipe.out = nil
                recipe.data.customer.percent = 75.0
                return recipe

                """)
        let file = folder.path + "/domain-chosen.lua"
        try derived.write(to: file)
        let loaded = try load("domain-chosen.lua")
        #expect(loaded.configuration.name == "domain-chosen")
        #expect(loaded.configuration.outputPath == folder.path + "/runs/domain-chosen")
        let customer = try #require(loaded.configuration.data.first)
        #expect(customer.source.name == "customer" && customer.share == .percent(75))
        #expect(loaded.scripts.map(\.path) == ["domain-chosen.lua", "domain.lua"])
    }

    /// Whatever can be set from outside can be written down: rivals give way, tables come into
    /// being, names that Lua cannot write after a dot stand in brackets.
    @Test func everyKindOfKeyIsWritten() throws {
        let derived = try derive([
            "steps=7", "batch.size=4", "data.my-notes.percent=1", "optimizer=sgd",
            "checkpoint.every_steps=3", "precision=f32", "name=other", "out=other",
        ])
        #expect(derived.text.contains("recipe.tokens = nil\n"))
        #expect(derived.text.contains("recipe.data[\"my-notes\"].percent = 1.0\n"))
        #expect(!derived.text.contains("other"))
        try derived.write(to: folder.path + "/chosen.lua")
        let configuration = try load("chosen.lua").configuration
        #expect(configuration.budget == .steps(7) && configuration.batch.size == 4)
        #expect(configuration.checkpoints.everySteps == 3 && configuration.precision == .f32)
        if case .sgd(_) = configuration.optimizer {} else { Issue.record("the optimizer is not SGD") }
    }

    @Test func whatDoesNotHoldIsNotWritten() throws {
        // A recipe that is made anew by whoever requires it cannot be set from outside.
        let sealed = Self.recipe.replacing("return nj.recipe {", with: "local r = nj.recipe {")
            + "\nreturn setmetatable({}, { __index = r, __newindex = function() end })"
        let file = folder.path + "/chosen.lua"
        #expect(throws: (any Error).self) {
            try derive(["data.customer.percent=75"], from: sealed).write(to: file)
        }
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func namesThatCannotBeRequiredAreKnown() {
        for name in ["a.lua", "x/my-recipe_2.lua"] { #expect(DerivedRecipe.canBegin(with: name)) }
        for name in ["a", "a.b.lua", ".lua", "a b.lua", "ä.lua"] {
            #expect(!DerivedRecipe.canBegin(with: name))
        }
    }
}
