import Testing

@testable import Scripting

/// What a recipe says wrong is told at the line where it says so.
@Suite struct RecipeFaultLineTests {
    let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    /// The key's own line, where the file shows it; else the line of the call.
    @Test(arguments: [
        ("return nj.recipe {\n  name = 'a',\n  stepz = 1,\n}", "recipe.lua:4: unknown key \"stepz\""),
        ("return {\n  stepz = 1,\n}", "recipe.lua:3: unknown key \"stepz\""),
        ("local t = { steps = 1 }\nt.stepz = 2\nreturn nj.recipe(t)", "recipe.lua:3: unknown key"),
        ("local t = { steps = 1 }\nt.seed = -1\nreturn t", "recipe.lua:3: seed: expected"),
        (
            "return nj.recipe { optimizer = nj.optim.adamw {\n  lrr = 1 } }",
            "recipe.lua:3: nj.optim.adamw: unknown key \"lrr\""
        ),
        (
            "local t = {}\nt['stepz'] = 2\nreturn nj.recipe(t)",
            "recipe.lua:3: unknown key \"stepz\""
        ),
        (
            "return coroutine.wrap(nj.recipe) {\n  stepz = 1 }",
            "recipe.lua:3: unknown key \"stepz\""
        ),
        ("return nj.recipe {\n  ['stepz'] = 1 }", "recipe.lua:3: unknown key"),
        ("local t = { hooks = {} }\nfunction t.hooks.on_stop() end\nreturn t", "recipe.lua:3: hooks"),
    ])
    func aKeyIsToldAtItsLine(source: String, sentence: String) throws {
        try folder.write("recipe.lua", "local nj = require 'nightjar'\n" + source)
        let error = #expect(throws: ScriptingError.self) {
            try RecipeLoader.load(path: "recipe.lua", workingFolder: folder.path)
        }
        let told = "\(try #require(error))"
        #expect(told.hasPrefix(sentence), "\(told)")
    }
}
