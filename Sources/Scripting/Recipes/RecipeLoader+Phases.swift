public import LuaRuntime
import Training

extension RecipeLoader {
    /// The same for every phase of the recipe, in their order; of one without phases, itself alone.
    ///
    /// The file runs once for each phase, so that none shares a script's state with another.
    public static func loadPhases(
        path: String, overrides: [String] = [], workingFolder: String? = nil,
        budget: LuaRuntime.Budget = .loading, checksFiles: Bool = true,
        resumes: Bool = false, print: ((String) -> Void)? = nil
    ) throws -> RecipeSequence {
        let places = RecipePlaces(
            recipe: path, workingFolder: workingFolder, checksFiles: checksFiles)
        let overrides = try overrides.map(RecipeOverride.init)
        let budget = loadingBudget(budget, overrides)
        let (script, warnings) = try open(
            places, overrides, budget: budget, resumes: resumes, print: print)
        let phases = try Self.phases(of: script, overrides, places)
        var recipes: [LoadedRecipe] = []
        for name in phases?.phases.map({ Optional($0.name) }) ?? [nil] {
            let own =
                try recipes.isEmpty
                ? script
                : open(places, overrides, budget: budget, resumes: resumes) { _ in }.script
            recipes.append(
                try load(
                    own.selecting(name, places), path: path, overrides: overrides,
                    places: places, budget: budget, resumes: resumes,
                    warnings: recipes.isEmpty
                        ? warnings + overrides.compactMap { phases.flatMap($0.noteOnPhases) } : []))
        }
        return RecipeSequence(
            recipes: recipes, folder: phases.map { places.output($0.out) })
    }

    private static func phases(
        of script: RecipeScript, _ overrides: [RecipeOverride], _ places: RecipePlaces
    ) throws -> RecipePhases? {
        var table = script.whole
        for override in overrides { _ = try override.apply(to: &table) }
        do {
            return try RecipePhases(table, places: places)
        } catch let fault as ShapeFault {
            throw ScriptingError(fault, places: places, map: script.map)
        }
    }

    /// What the phase before a phase begins with, and where that writes; nil for a phase that begins
    /// elsewhere, and for a recipe without phases.
    static func predecessor(
        of script: RecipeScript, _ overrides: [RecipeOverride], _ places: RecipePlaces
    ) throws -> (folder: String, model: ModelSource)? {
        guard let phase = script.phase, let phases = try Self.phases(of: script, overrides, places),
            let before = phases.before(phases.phases[phase.number - 1])
        else { return nil }
        let table = try completed(
            phases.recipe(of: before), places: places, stage: phases.usualStage(of: before))
        let model = try ModelSource(
            recipe: table,
            follows: predecessor(
                of: script.selecting(before.name, places), overrides, places),
            places: places)
        return (phases.folder(of: before), model)
    }
}
