import ArgumentParser
import Foundation
import Scripting

/// A recipe on the command line, with what is set beside it.
struct RecipeArguments: ParsableArguments {
    @Argument(help: "The recipe, a Lua file.", completion: .file(extensions: ["lua"]))
    var recipe: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Sets one key of the recipe, such as batch.size=4; may be repeated.",
            valueName: "path=value"))
    var overrides: [String] = []

    /// Every run that the recipe stands for.
    ///
    /// - Parameter resumes: whether what the run kept stands in for scripts that no longer load.
    func loadPhases(resumes: Bool = false) throws -> RecipeSequence {
        try RecipeLoader.loadPhases(
            path: recipe, overrides: overrides,
            workingFolder: FileManager.default.currentDirectoryPath, resumes: resumes)
    }

    /// The one run that is meant.
    func load(_ phase: PhaseArgument) throws -> LoadedRecipe {
        try RecipeLoader.load(
            path: recipe, overrides: overrides,
            workingFolder: FileManager.default.currentDirectoryPath, phase: phase.phase)
    }
}

/// Which phase is meant, of a recipe that has several.
struct PhaseArgument: ParsableArguments {
    @Option(help: ArgumentHelp("The phase, of a recipe that has several.", valueName: "name"))
    var phase: String?
}
