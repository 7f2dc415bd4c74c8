import Corpora
import Foundation
import LuaRuntime
import Naming
public import Preparation
import Telemetry

/// A preparation's script that was run, checked and completed.
public struct LoadedPreparation {
    /// What is read, done and written.
    public let plan: PreparationPlan
    /// The folder to write, absolute.
    public let folder: String
}

/// Turns a script into the plan of a preparation.
public enum PreparationLoader {
    /// Runs a script in a sandbox, applies overrides, checks every key and fills in every default.
    ///
    /// - Parameters:
    ///   - path: the script, relative to the working folder.
    ///   - overrides: `a.b=c`, applied in order.
    ///   - workingFolder: where `out` begins; nil for the process's own.
    ///   - threads: how many work.
    ///   - print: receives the lines that the script prints while it loads.
    /// - Throws: `ScriptingError`.
    public static func load(
        path: String, overrides: [String] = [], workingFolder: String? = nil, threads: Int,
        print: @escaping (String) -> Void
    ) throws -> LoadedPreparation {
        let places = RecipePlaces(
            recipe: path, workingFolder: workingFolder, checksFiles: true)
        let script = try PreparationScript(places: places, budget: .loading, print: print)
        do {
            var table = script.table
            let shape = Shape.record(PreparationDeclarations.prepare)
            for override in try overrides.map(RecipeOverride.init) {
                _ = try override.apply(to: &table, as: shape)
            }
            let node = try ShapeCheck(stage: .complete).checked(
                .table(table), as: shape, at: LuaPath())
            guard case .table(let complete) = node else {
                preconditionFailure("a record is a table")
            }
            var plan = try plan(CompleteTable(complete), script, places)
            plan.threads = threads
            return LoadedPreparation(
                plan: plan, folder: places.output(CompleteTable(complete).text("out")))
        } catch let fault as ShapeFault {
            throw ScriptingError(fault, places: places, map: script.map)
        }
    }

    private static func plan(
        _ table: CompleteTable, _ script: PreparationScript, _ places: RecipePlaces
    ) throws -> PreparationPlan {
        let from = table.inner("from")
        let path = LuaPath(["from"])
        let sources =
            from["kind"] == nil
            ? try PreparationSteps.sources(named: from, places, at: path)
            : [try PreparationSteps.source(from, name: "data", places, at: path)]
        var limits = table.inner("limits").table
        try RecipeLimits.complete(&limits)
        let functions = ScriptedFunctions(
            places: places, files: script.files, loading: .loading,
            budget: LuaRuntime.Budget(limits: CompleteTable(limits)))
        let hasher = ContentHasher()
        for file in script.files { hasher.update(file.bytes) }
        let hash = hasher.finish().hex
        let steps = try table.inner("steps").table.array.enumerated().map { index, node in
            let path = LuaPath(["steps", .integer(Int64(index + 1))])
            return try step(
                node, index + 1, at: path, script, places, functions, hash: hash)
        }
        var plan = PreparationPlan(sources: sources, steps: steps)
        plan.about = table.optionalText("description") ?? ""
        plan.keepsDropped = table.boolean("keep_dropped")
        plan.shardBytes = table.integer("shard_mb") << 20
        plan.saveSeconds = table.number("save_every_s")
        plan.baseFolder = places.recipeFolder
        return plan
    }

    private static func step(
        _ node: LuaNode, _ number: Int, at path: LuaPath, _ script: PreparationScript,
        _ places: RecipePlaces, _ functions: ScriptedFunctions, hash: String
    ) throws -> any PreparationStep {
        let table: CompleteTable? = if case .table(let entry) = node { CompleteTable(entry) } else { nil }
        if let table, table.kind != "own" {
            return try PreparationSteps.step(table, places, at: path)
        }
        let item = script.functions.first { $0.step == number }
        guard let item else {
            throw ShapeFault(path: path, sentence: "this is no function of the script any more")
        }
        let line = item.function.place.flatMap { $0.line > 0 ? $0.line : nil }
        let place = FunctionPlace(path: places.recipe, line: line)
        return ScriptedFilter(
            name: item.name ?? "function (line \(line ?? 0))", step: number, place: place,
            hash: hash, functions: functions)
    }
}
