import Foundation
import Testing
import Training

@testable import Scripting

@Suite struct ShippedRecipeTests {
    static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Scripts/recipes").path

    @Test(arguments: ["tiny", "demo", "own-text", "sft", "lora"])
    func shippedRecipesLoadWithoutWarnings(name: String) throws {
        let loaded = try RecipeLoader.load(
            path: "\(Self.recipes)/\(name).lua", workingFolder: "/somewhere", checksFiles: false)
        #expect(loaded.configuration.name == name)
        #expect(loaded.configuration.outputPath == "/somewhere/runs/\(name)")
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.scripts.first?.path == "\(name).lua")
    }
}
