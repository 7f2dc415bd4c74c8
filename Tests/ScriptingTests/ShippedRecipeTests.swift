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

    /// The examples of every plugin that is shipped, to the last bit on any machine.
    @Test(arguments: [
        "competence", "forgetting-guard", "loss-based", "plateau", "progress-notes", "short-first",
        "spike-guard", "staged",
    ])
    func shippedPluginsHold(name: String) throws {
        let root = URL(filePath: Self.recipes).deletingLastPathComponent()
            .deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: "\(root)/Plugins/\(name)") else {
            Issue.record("there is no plugin \(name) in \(root)/Plugins")
            return
        }
        let check = try PluginCatalogue.check(name, from: root)
        #expect(check.entry.name == name)
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
