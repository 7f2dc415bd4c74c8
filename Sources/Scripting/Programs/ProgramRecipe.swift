import Foundation
import LuaRuntime
import Training

extension ProgramSession {
    /// The recipe that a script names, or made itself, with what it sets beside it.
    ///
    /// - Throws: `ScriptingError` and `ShapeFault` about the recipe.
    func recipe(
        _ node: LuaNode, set: LuaTable<LuaNode>, name: String?, out: String?, isFresh: Bool,
        resumes: Bool
    ) throws -> LoadedRecipe {
        var overrides = try texts(set)
        if let name { overrides.append(Self.override("name", name)) }
        if let out { overrides.append(Self.override("out", out)) }
        let recipe = try load(node, overrides, resumes: resumes)
        guard isFresh else { return recipe }
        let wanted = recipe.configuration
        func isTaken(_ path: String) -> Bool {
            FileManager.default.fileExists(atPath: path + "/events.jsonl")
        }
        guard isTaken(wanted.outputPath) else { return recipe }
        var number = 2
        while isTaken("\(wanted.outputPath)-\(number)") { number += 1 }
        return try load(
            node,
            overrides + [
                Self.override("name", "\(wanted.name)-\(number)"),
                Self.override("out", "\(wanted.outputPath)-\(number)"),
            ])
    }

    /// What is set beside a recipe, as `--set` takes it.
    private func texts(_ set: LuaTable<LuaNode>) throws -> [String] {
        try set.fields.map { field in
            guard case .string(let path) = field.key, let value = Self.literal(field.value) else {
                throw ShapeFault(
                    path: LuaPath(["options", "set", field.key]),
                    sentence: "expected a number, a string, true or false, got "
                        + field.value.summary)
            }
            return "\(path)=\(value)"
        }
    }

    private static func override(_ key: String, _ text: String) -> String {
        "\(key)=\(LuaSpelling.quoted(Array(text.utf8)))"
    }

    private func load(
        _ node: LuaNode, _ overrides: [String], resumes: Bool = false
    ) throws -> LoadedRecipe {
        switch node {
        case .string(let path):
            return try RecipeLoader.load(
                path: file(path.description), overrides: overrides,
                workingFolder: host.workingFolder, resumes: resumes, print: host.print)
        case .table(let table):
            return try recipe(
                table, overrides: try overrides.map(RecipeOverride.init), resumes: resumes)
        default:
            throw ShapeFault(
                path: LuaPath(["recipe"]),
                sentence: "expected a path, or nj.recipe { ... }; got \(node.summary)")
        }
    }

    /// A recipe's path as the user would write it: what lies beside the script comes before what
    /// lies in the working folder.
    private func file(_ path: String) -> String {
        let beside = places.beside(path)
        guard FileManager.default.fileExists(atPath: beside) else { return path }
        let working = places.workingFolder + "/"
        return beside.hasPrefix(working) ? String(beside.dropFirst(working.count)) : beside
    }

    /// A recipe that stands in the script; its paths begin at the script's folder.
    private func recipe(
        _ table: LuaTable<LuaNode>, overrides: [RecipeOverride], resumes: Bool
    ) throws -> LoadedRecipe {
        let checked = try ShapeCheck(stage: .given).checked(
            .table(table), as: .record(RecipeDeclarations.recipe), at: LuaPath())
        guard case .table(let recipe) = checked else {
            preconditionFailure("a record is a table")
        }
        if let door = ScriptDoors(recipe).functions.first(where: { $0.path != "schedule" }) {
            throw ShapeFault(
                path: LuaPath(
                    door.path.split(separator: ".").map { .string(LuaString(String($0))) }),
                sentence: "a recipe that stands in a program has no functions of its own but "
                    + "schedule: do this work between steps, or put it into a recipe's file or a "
                    + "plugin")
        }
        return try RecipeLoader.load(
            RecipeScript(table: recipe, files: modules.files, state: state),
            path: places.recipe, overrides: overrides, places: places, budget: .loading,
            resumes: resumes)
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
        whole = table
        self.files = files
        self.state = state
        map = SourceMap([])
        context = ScriptContext(owner: "recipe", phase: .recipe)
        isFile = false
    }
}
