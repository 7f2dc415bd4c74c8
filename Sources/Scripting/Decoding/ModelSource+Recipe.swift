import LuaRuntime
import Training

extension ModelSource {
    /// A completed recipe's `model`.
    ///
    /// - Parameter follows: the folder that the phase before writes to, as the recipe says it, and
    ///   what that phase begins with.
    /// - Throws: `ShapeFault` where there is nothing of that name.
    init(
        recipe: CompleteTable, follows: (folder: String, model: ModelSource)?,
        places: RecipePlaces
    ) throws {
        let table = recipe.inner("model")
        let path = LuaPath(["model"])
        guard let from = table.optionalText("from") else {
            self = .new(
                try .init(recipe: table.inner("init"), at: path.appending("init")))
            return
        }
        if let follows, follows.folder == from {
            self = .end(of: places.output(from), from: follows.model)
        } else {
            self = .folder(try places.model(from, at: path.appending("from")))
        }
    }
}
