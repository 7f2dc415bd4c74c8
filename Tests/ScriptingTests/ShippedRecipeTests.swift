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

    @Test func theRecipeWithPhasesLoadsWithoutWarnings() throws {
        let sequence = try RecipeLoader.loadPhases(
            path: "\(Self.recipes)/stages.lua", workingFolder: "/somewhere", checksFiles: false)
        #expect(sequence.folder == "/somewhere/runs/stages")
        #expect(sequence.recipes.compactMap(\.phase) == ["constant", "decay", "answers"])
        #expect(sequence.recipes.map(\.configuration.endStage) == [.pre, .mid, .post])
        #expect(sequence.recipes.flatMap(\.warnings).isEmpty)
    }
}
