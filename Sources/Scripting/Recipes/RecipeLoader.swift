import Foundation
public import LuaRuntime
import Telemetry
import Training

/// Turns a recipe file into a run configuration.
public enum RecipeLoader {
    /// Runs a recipe in a sandbox, applies overrides, checks every key and fills in every default.
    ///
    /// A recipe whose schedule is a function is run a second time in a fresh state: the function
    /// must answer the same there, else a resumed run would differ from one never stopped.
    ///
    /// - Parameters:
    ///   - path: the recipe, relative to the working folder.
    ///   - overrides: `a.b=c`, applied in order.
    ///   - workingFolder: where `out` begins; nil for the process's own.
    ///   - budget: what running the file may spend. An override of `limits.time_s` or
    ///     `limits.memory_mb` counts here too.
    ///   - checksFiles: whether the files and folders that the recipe names must be there.
    ///   - resumes: whether the recipe's run is gone on from. The bytes that were in force then
    ///     stand in for scripts that no longer load, and a warning says so.
    ///   - phase: the one that is meant, of a recipe with several.
    ///   - print: receives the lines that the recipe prints; nil writes them to standard error.
    /// - Throws: `ScriptingError`, for a recipe with phases too where none is named.
    public static func load(
        path: String, overrides: [String] = [], workingFolder: String? = nil,
        budget: LuaRuntime.Budget = .loading, checksFiles: Bool = true,
        resumes: Bool = false, phase: String? = nil,
        print: ((String) -> Void)? = nil
    ) throws -> LoadedRecipe {
        let places = RecipePlaces(
            recipe: path, workingFolder: workingFolder, checksFiles: checksFiles)
        let overrides = try overrides.map(RecipeOverride.init)
        let budget = loadingBudget(budget, overrides)
        let (script, warnings) = try open(
            places, overrides, budget: budget, resumes: resumes, print: print)
        return try load(
            script.selecting(phase, places), path: path, overrides: overrides, places: places,
            budget: budget, resumes: resumes, warnings: warnings)
    }

    /// Runs the file, or what was kept of it where it does not run any more.
    static func open(
        _ places: RecipePlaces, _ overrides: [RecipeOverride], budget: LuaRuntime.Budget,
        resumes: Bool, print: ((String) -> Void)?
    ) throws -> (script: RecipeScript, warnings: [String]) {
        do {
            let script = try RecipeScript(
                places: places, budget: budget, print: print ?? printToStandardError)
            return (script, [])
        } catch let error as ScriptingError where resumes && error.isOfTheFile {
            guard
                let files = KeptScripts(recipe: places, overrides: overrides)?.recipeFiles(places),
                let kept = try? RecipeScript(
                    places: places, budget: budget, kept: files.map(\.moduleFile),
                    print: print ?? printToStandardError)
            else { throw error }
            let warning =
                "The recipe does not load any more, and the run goes on with the one that was in "
                + "force, kept in its folder: \(error)"
            return (kept, [warning])
        }
    }

    /// The same for a script that ran.
    static func load(
        _ script: RecipeScript, path: String, overrides: [RecipeOverride], places: RecipePlaces,
        budget: LuaRuntime.Budget, resumes: Bool = false, warnings: [String] = []
    ) throws -> LoadedRecipe {
        var warnings = warnings
        do {
            let complete = try completed(
                script, overrides: overrides, places: places, warnings: &warnings)
            let callBudget = LuaRuntime.Budget(limits: complete.inner("limits"))
            let unit = RecipeUnit(
                places: places, overrides: overrides, loadingBudget: budget, budget: callBudget,
                seed: UInt64(complete.integer("seed")), resolved: RecipeUnit.resolved(complete),
                phase: script.phase?.name)
            var runScripts = try RunScripts(
                complete, script: script, unit: unit, places: places, budget: budget,
                kept: resumes
                    ? KeptScripts(run: places.output(complete.text("out"))) : nil)
            warnings += runScripts.warnings
            let configuration = try RunConfiguration(
                recipe: complete,
                schedule: { reference in
                    switch reference {
                    case .function(let function):
                        try schedule(
                            ScheduleFunction(
                                function,
                                place: script.place(
                                    of: function, at: LuaPath(["schedule"]), places),
                                budget: callBudget, in: script.context),
                            of: script, in: unit)
                    case .plugin(let name):
                        try schedule(named: name, in: runScripts, overrides: overrides)
                    }
                },
                template: { name, key in
                    try runScripts.chatTemplate(named: name, at: key).map {
                        .text($0.source, name: $0.title)
                    }
                }, reward: { name, key in try runScripts.reward(named: name, at: key) },
                follows: try predecessor(of: script, overrides, places), places: places)
            warnings += RecipeWarnings.about(configuration)
            return LoadedRecipe(
                configuration: configuration,
                resolved: ResolvedValue(.table(complete.table)) { function, path in
                    "function " + script.place(of: function, at: path, places).description
                },
                scripts: script.files.map { file in
                    LoadedScript(path: places.relative(file.path), bytes: file.bytes)
                } + runScripts.pluginFiles(),
                runScripts: runScripts, path: path,
                origin: RecipeOrigin(
                    file: places.recipeFile, overrides: overrides.map(\.text),
                    workingFolder: places.workingFolder, phase: script.phase?.name),
                warnings: warnings)
        } catch let fault as ShapeFault {
            throw script.error(fault, places)
        }
    }

    /// A schedule that is the recipe's own function.
    private static func schedule(
        _ function: ScheduleFunction, of script: RecipeScript, in unit: RecipeUnit
    ) throws -> ScriptedSchedule {
        // A program cannot be run again only to see what it answers.
        if script.isFile {
            try function.checkPurity {
                unit.schedule(
                    of: try RecipeScript(
                        places: unit.places, budget: unit.loadingBudget, kept: script.files,
                        print: { _ in }
                    ).selecting(unit.phase, unit.places))
            }
        }
        return ScriptedSchedule(function)
    }

    /// A schedule of a plugin in use.
    private static func schedule(
        named name: String, in scripts: RunScripts, overrides: [RecipeOverride]
    ) throws -> ScriptedSchedule {
        do {
            return try scripts.schedule(named: name)
        } catch let fault as ShapeFault {
            guard let override = overrides.last(where: { $0.names.first == "schedule" }) else {
                throw fault
            }
            throw ScriptingError(
                .badOverride, fault.sentence, path: "--set \(override.text)",
                keyPath: fault.place)
        }
    }

    private static func printToStandardError(_ line: String) {
        FileHandle.standardError.write(Data((PrintableText.line(line) + "\n").utf8))
    }

    /// A recipe's table with overrides and every default.
    ///
    /// - Throws: `ShapeFault`, `ScriptingError` for an override.
    static func completed(
        _ script: RecipeScript, overrides: [RecipeOverride], places: RecipePlaces,
        warnings: inout [String]
    ) throws -> CompleteTable {
        var table = script.whole
        for override in overrides { warnings += try override.apply(to: &table) }
        guard let phases = try RecipePhases(table, places: places) else {
            return try completed(table, places: places, stage: .pre)
        }
        guard let selected = script.phase else {
            throw ShapeFault(
                path: LuaPath([.string(LuaString(RecipePhases.key))]),
                sentence:
                    "the recipe has the phases \(phases.phases.map(\.name).joined(separator: ", ")), "
                    + "which nightjar train runs in order, and here one run is wanted; name a phase "
                    + "with --phase where the command has that, or use a recipe without phases")
        }
        let phase = phases.phases[selected.number - 1]
        return try completed(
            phases.recipe(of: phase), places: places, stage: phases.usualStage(of: phase))
    }

    /// The same for a version of the recipe that is only looked at.
    static func completed(
        _ script: RecipeScript, overrides: [RecipeOverride], places: RecipePlaces
    ) throws -> CompleteTable {
        var warnings: [String] = []
        do {
            return try completed(
                script, overrides: overrides, places: places, warnings: &warnings)
        } catch let fault as ShapeFault {
            throw script.error(fault, places)
        }
    }

    /// Every default filled in, those that follow from other keys included.
    ///
    /// - Parameter stage: of a run that learns from running text.
    static func completed(
        _ table: LuaTable<LuaNode>, places: RecipePlaces, stage: Stage
    ) throws -> CompleteTable {
        let node = try ShapeCheck(stage: .complete).checked(
            .table(table), as: .record(RecipeDeclarations.recipe), at: LuaPath())
        guard case .table(var table) = node else { preconditionFailure("a record is a table") }
        // Of phases each is a recipe of its own by now.
        table.fields.removeAll { $0.key == "kind" || $0.key == "phases" }
        let name = CompleteTable(table).optionalText("name") ?? places.recipeStem
        guard !name.contains("/"), !name.hasPrefix("."), !name.utf8.contains(where: { $0 < 32 })
        else {
            throw ShapeFault(
                path: LuaPath(["name"]),
                sentence: "\"\(name)\" cannot name a folder; leave out / and a dot at the front")
        }
        table.set("name", .string(LuaString(name)))
        if let out = CompleteTable(table).optionalText("out"),
            out.isEmpty || out.utf8.contains(where: { $0 < 32 })
        {
            throw ShapeFault(
                path: LuaPath(["out"]), sentence: "\"\(PrintableText.line(out))\" names no folder")
        }
        let method: Method = CompleteTable(table).word("method")
        let learnsAnswers =
            method == .supervised || method == .preference || method == .reinforcement
            || (method == .distillation && CompleteTable(table).inner("data").hasChats)
        if CompleteTable(table)["packing"] == nil {
            // A step has as many prompts as it has rows for them.
            table.set(
                "packing", method == .reinforcement ? "pad" : learnsAnswers ? "whole" : "chunk")
        }
        if CompleteTable(table)["stage"] == nil {
            table.set("stage", .string(LuaString((learnsAnswers ? .post : stage).rawValue)))
        }
        if CompleteTable(table)["out"] == nil {
            table.set("out", .string(LuaString("runs/\(name)")))
        }
        let on = CompleteTable(table).inner("on")
        if case .table(var data)? = table["data"] {
            data.answerBadInputWithin(as: on)
            table.set("data", .table(data))
        }
        if case .table(var evaluate)? = table["evaluate"], case .table(var sets)? = evaluate["sets"]
        {
            sets.answerBadInputWithin(as: on)
            for (index, field) in sets.fields.enumerated() {
                guard case .table(var set) = field.value else { continue }
                // A validation set is held out whole.
                set.set("validation", 0.0)
                sets.fields[index].value = .table(set)
            }
            evaluate.set("sets", .table(sets))
            table.set("evaluate", .table(evaluate))
        }
        if case .table(var probes)? = table["probes"] {
            probes.answerBadInputWithin(as: on)
            table.set("probes", .table(probes))
        }
        if case .table(var limits)? = table["limits"] {
            try RecipeLimits.complete(&limits)
            table.set("limits", .table(limits))
        }
        return CompleteTable(table)
    }

    static func loadingBudget(
        _ budget: LuaRuntime.Budget, _ overrides: [RecipeOverride]
    ) -> LuaRuntime.Budget {
        var budget = budget
        for override in overrides {
            guard let value = ShapeCheck.number(LuaLiteral.value(override.raw)), value > 0,
                value < 1e9
            else { continue }
            if override.key == "limits.time_s" { budget.seconds = value }
            if override.key == "limits.memory_mb" { budget.memoryBytes = Int(value) << 20 }
        }
        return budget
    }
}

extension LuaTable<LuaNode> {
    /// What a source leaves open about bad rows and bytes is what the recipe's `on` says.
    fileprivate mutating func answerBadInputWithin(as on: CompleteTable) {
        answerBadInput(as: on)
        for (index, field) in fields.enumerated() {
            guard case .table(var inner) = field.value else { continue }
            inner.answerBadInputWithin(as: on)
            fields[index].value = .table(inner)
        }
    }

    private mutating func answerBadInput(as on: CompleteTable) {
        for key in ["bad_row", "invalid_utf8"] {
            guard let value = self[key], value.isNil else { continue }
            set(key, .string(LuaString(on.text(key))))
        }
    }
}
