import LuaRuntime
import Training

extension ProgramSession {
    /// The recipe that a script names, or made itself, with what it sets beside it.
    ///
    /// - Throws: `ScriptingError` and `ShapeFault` about the recipe.
    func recipe(_ node: LuaNode, set: LuaTable<LuaNode>, name: String?, out: String?) throws
        -> LoadedRecipe
    {
        var overrides = try set.fields.map { field in
            guard case .string(let path) = field.key, let value = Self.literal(field.value) else {
                throw ShapeFault(
                    path: LuaPath(["options", "set", field.key]),
                    sentence: "expected a number, a string, true or false, got "
                        + field.value.summary)
            }
            return "\(path)=\(value)"
        }
        if let name { overrides.append("name=\(LuaSpelling.quoted(Array(name.utf8)))") }
        if let out { overrides.append("out=\(LuaSpelling.quoted(Array(out.utf8)))") }
        switch node {
        case .string(let path):
            return try RecipeLoader.load(
                path: places.beside(path.description), overrides: overrides,
                workingFolder: host.workingFolder, print: host.print)
        case .table(let table):
            return try recipe(table, overrides: try overrides.map(RecipeOverride.init))
        default:
            throw ShapeFault(
                path: LuaPath(["recipe"]),
                sentence: "expected a path, or nj.recipe { ... }; got \(node.summary)")
        }
    }

    /// A recipe that stands in the script; its paths begin at the script's folder.
    private func recipe(
        _ table: LuaTable<LuaNode>, overrides: [RecipeOverride]
    ) throws -> LoadedRecipe {
        let checked = try ShapeCheck(stage: .given).checked(
            .table(table), as: .record(RecipeDeclarations.recipe), at: LuaPath())
        guard case .table(let recipe) = checked else {
            preconditionFailure("a record is a table")
        }
        if let door = ScriptDoors(recipe).functions.first {
            throw ShapeFault(
                path: LuaPath([.string(LuaString(door.path))]),
                sentence: "a recipe that stands in a program has no functions of its own but "
                    + "schedule: do this work between steps, or put it into a recipe's file or a "
                    + "plugin")
        }
        return try RecipeLoader.load(
            RecipeScript(
                table: recipe, files: modules.files, state: state),
            path: places.recipe, overrides: overrides, places: places, budget: .loading,
            freshSchedule: nil)
    }

    /// A value as `--set` takes it.
    private static func literal(_ node: LuaNode) -> String? {
        switch node {
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value) where value.isFinite: "\(value)"
        case .string(let value): LuaSpelling.quoted(value.bytes)
        default: nil
        }
    }
}

extension RecipeScript {
    /// A recipe that a program made; its source is the program's.
    init(table: LuaTable<LuaNode>, files: [ModuleLoader.File], state: LuaState) {
        self.table = table
        self.files = files
        self.state = state
        map = SourceMap([])
        context = ScriptContext(owner: "recipe", phase: .recipe)
    }
}
