import ArgumentParser
import Foundation
import Scripting
import Training

/// The recipe that a run was started with.
enum RunRecipeFile {
    /// - Parameter recipe: where it is now, if that is no longer where the run read it.
    /// - Throws: `ValidationError` for a folder that is no run, or does not say.
    static func load(run folder: String, recipe: String?) throws -> LoadedRecipe {
        guard FileManager.default.fileExists(atPath: folder + "/metrics.jsonl") else {
            throw ValidationError("\(folder) is not a run; name the folder that a run wrote")
        }
        let origin = try RecipeOrigin(run: folder)
        guard let file = recipe ?? origin?.file else {
            throw ValidationError(
                "\(folder) does not say which recipe it was started with; name it with --recipe")
        }
        return try RecipeLoader.load(
            path: recipe.map { URL(filePath: $0).path } ?? file,
            overrides: origin?.overrides ?? [], workingFolder: origin?.workingFolder,
            resumes: true, phase: origin?.phase, print: { _ in })
    }
}
