import LuaRuntime

/// A recipe file run once in a state of its own.
struct RecipeScript {
    /// What it returned: a table, keys checked as far as they are given; of a phase that was
    /// selected, that phase's.
    var table: LuaTable<LuaNode>
    /// The recipe with all its phases.
    let whole: LuaTable<LuaNode>
    /// The phase that is meant, of a recipe with several.
    var phase: RecipePhases.Phase?
    /// The recipe and what it required, in the order of reading.
    let files: [ModuleLoader.File]
    let map: SourceMap
    let state: LuaState
    let context: ScriptContext
    /// Whether it is a file of its own, which can be run again; else it stands in a program.
    var isFile = true

    /// - Parameters:
    ///   - kept: the very files to run in place of those on the disk.
    ///   - seed: where random streams begin.
    /// - Throws: `ScriptingError`.
    init(
        places: RecipePlaces, budget: LuaRuntime.Budget, kept: [ModuleLoader.File]? = nil,
        seed: UInt64 = 0, log: @escaping (ScriptLogLine) -> Void = { _ in },
        print: @escaping (String) -> Void
    ) throws {
        let modules = ModuleLoader(roots: [places.recipeFolder], kept: kept)
        let file: ModuleLoader.File
        do {
            file = try modules.open(path: places.recipeFile)
        } catch let error as LuaError {
            throw ScriptingError(.badFile, error.message)
        }
        let state = LuaState(budget: budget, modules: modules, print: print)
        let context = ScriptContext(owner: "recipe", phase: .recipe, seed: seed, log: log)
        try Catalogue.register(in: state, context: context)
        self.state = state
        self.context = context
        let results: [LuaNode]
        do {
            results = try state.load(file.bytes, name: places.recipe).callNodes()
        } catch let error as LuaError {
            throw ScriptingError(error, path: places.recipe) {
                modules.source(of: $0, main: places.recipe)
            }
        }
        map = SourceMap(file.bytes)
        whole = try Self.recipe(in: results, places: places, map: map)
        table = whole
        files = modules.files
    }

    /// The same script as one of its phases sees it; with no name, as it is.
    ///
    /// - Throws: `ScriptingError`.
    func selecting(_ name: String?, _ places: RecipePlaces) throws -> RecipeScript {
        guard let name else { return self }
        var script = self
        do {
            guard let phases = try RecipePhases(whole, places: places) else {
                throw ScriptingError(
                    .badOverride, "the recipe has no phases; leave --phase out",
                    path: places.recipe)
            }
            let phase = try phases.phase(name, places: places)
            script.phase = phase
            script.table = try phases.recipe(of: phase)
            return script
        } catch let fault as ShapeFault {
            throw ScriptingError(fault, places: places, map: map)
        }
    }

    /// A fault of a value, at its line where the source shows it.
    func error(_ fault: ShapeFault, _ places: RecipePlaces) -> ScriptingError {
        ScriptingError(phase?.located(fault) ?? fault, places: places, map: map)
    }

    /// Where a function among the recipe's values stands.
    func place(of function: LuaFunction, at path: LuaPath, _ places: RecipePlaces) -> FunctionPlace
    {
        let path = phase?.located(ShapeFault(path: path, sentence: "")).path ?? path
        return FunctionPlace(path: places.recipe, line: map.line(of: path))
    }

    private static func recipe(
        in results: [LuaNode], places: RecipePlaces, map: SourceMap
    ) throws -> LuaTable<LuaNode> {
        let advice = "end the file with return nj.recipe { ... }"
        guard let first = results.first, !first.isNil else {
            throw ScriptingError(
                .badValue, "the recipe returns nothing; \(advice)", path: places.recipe)
        }
        guard results.count == 1, case .table = first else {
            let got = results.count == 1 ? first.summary : "\(results.count) values"
            throw ScriptingError(
                .badValue, "the recipe returns \(got); \(advice)", path: places.recipe)
        }
        if case .table(let table) = first, case .string("prepare")? = table["kind"] {
            throw ScriptingError(
                .badFile,
                "this prepares data, and trains nothing; run it with nightjar data prepare "
                    + places.recipe, path: places.recipe)
        }
        if let twice = map.repeatedKey {
            throw ScriptingError(
                .badValue,
                "this key stands twice in one table (first in line \(twice.firstLine)), so that "
                    + "one value is lost; remove one", path: places.recipe, line: twice.line,
                keyPath: twice.name)
        }
        do {
            let checked = try ShapeCheck(stage: .given).checked(
                first, as: .record(RecipeDeclarations.recipe), at: LuaPath())
            guard case .table(let table) = checked else {
                preconditionFailure("a record is a table")
            }
            return table
        } catch let fault as ShapeFault {
            throw ScriptingError(fault, places: places, map: map)
        }
    }
}

extension ScriptingError {
    /// A fault of a recipe's value, at its line where the source shows it.
    init(_ fault: ShapeFault, places: RecipePlaces, map: SourceMap) {
        self.init(
            .badValue, fault.sentence, path: places.recipe, line: map.line(of: fault.linePath),
            keyPath: fault.place)
    }
}
