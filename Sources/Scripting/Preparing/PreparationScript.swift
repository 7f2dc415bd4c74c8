import LuaRuntime

/// A preparation's file run once in a state of its own.
struct PreparationScript {
    /// What it returned: a table, keys checked as far as they are given.
    let table: LuaTable<LuaNode>
    /// The script and what it required, in the order of reading.
    let files: [ModuleLoader.File]
    let map: SourceMap
    let state: LuaState
    let context: ScriptContext

    /// - Parameter kept: the very files to run in place of those on the disk.
    /// - Throws: `ScriptingError`.
    init(
        places: RecipePlaces, budget: LuaRuntime.Budget, kept: [ModuleLoader.File]? = nil,
        print: @escaping (String) -> Void
    ) throws {
        let modules = ModuleLoader(roots: [places.recipeFolder], kept: kept)
        let file: ModuleLoader.File
        do {
            file = try modules.open(path: places.recipeFile)
        } catch let error as LuaError {
            throw ScriptingError(.badFile, error.message)
        }
        state = LuaState(budget: budget, modules: modules, print: print)
        context = ScriptContext(owner: "preparation", phase: .recipe)
        try Catalogue.register(in: state, context: context)
        let results: [LuaNode]
        do {
            results = try state.load(file.bytes, name: places.recipe).callNodes()
        } catch let error as LuaError {
            throw ScriptingError(error, path: places.recipe) {
                modules.source(of: $0, main: places.recipe)
            }
        }
        map = SourceMap(file.bytes)
        table = try Self.preparation(in: results, places, map)
        files = modules.files
    }

    private static func preparation(
        in results: [LuaNode], _ places: RecipePlaces, _ map: SourceMap
    ) throws -> LuaTable<LuaNode> {
        let advice = "end the file with return nj.data.prepare { ... }"
        guard results.count == 1, case .table(let table) = results[0],
            case .string(let kind)? = table["kind"]
        else {
            throw ScriptingError(
                .badValue, "the script returns no preparation; \(advice)", path: places.recipe)
        }
        guard kind == "prepare" else {
            throw ScriptingError(
                .badFile,
                kind == "recipe"
                    ? "this is a recipe, which trains; run it with nightjar train \(places.recipe)"
                    : "the script returns a table of kind \"\(kind)\"; \(advice)",
                path: places.recipe)
        }
        if let twice = map.repeatedKey {
            throw ScriptingError(
                .badValue,
                "this key stands twice in one table (first in line \(twice.firstLine)), so that "
                    + "one value is lost; remove one", path: places.recipe, line: twice.line,
                keyPath: twice.name)
        }
        return table
    }

    /// The functions of the steps, by the steps' numbers from 1.
    var functions: [(step: Int, name: String?, function: LuaFunction)] {
        guard case .table(let steps)? = table["steps"] else { return [] }
        return steps.array.enumerated().compactMap { index, node in
            switch node {
            case .function(let function): return (index + 1, nil, function)
            case .table(let entry):
                guard case .function(let function)? = entry["judge"] else { return nil }
                guard case .string(let name)? = entry["name"] else { return nil }
                return (index + 1, name.description, function)
            default: return nil
            }
        }
    }
}
