/// A recipe's runs in their order: one for each phase, or one alone.
public struct RecipeSequence: Sendable {
    /// At least one.
    public let recipes: [LoadedRecipe]
    /// Where the phases' folders are; nil for a recipe without phases.
    public let folder: String?
}
