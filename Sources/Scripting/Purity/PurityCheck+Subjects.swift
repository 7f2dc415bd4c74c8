import LuaRuntime
import Telemetry

extension LoadedRecipe {
    /// Asks every plugin of the recipe, and its own hooks and curriculum, twice from the same saved
    /// memory, with made-up facts.
    ///
    /// A schedule is not asked here: loading the recipe does that.
    ///
    /// - Throws: `ScriptingError` where a script's memory cannot be saved at all.
    public func checkPurity() throws -> PurityReport { try runScripts.checkPurity() }
}

extension RunScripts {
    fileprivate func checkPurity() throws -> PurityReport {
        var report = PurityReport()
        let clock = Stopwatch()
        for script in countedScripts() {
            let check = PurityCheck(
                make: { log in try script.recipe.make(script.files, log) },
                examples: script.use.map {
                    PurityCheck.examples(of: $0, files: script.files, loader: script.loader)
                } ?? [],
                clock: clock)
            let found = try check.run()
            report.scripts += found.scripts
            report.findings += found.findings
        }
        return report
    }
}

extension PluginCatalogue {
    /// Asks a plugin twice from the same saved memory, with its examples' facts and made-up ones.
    ///
    /// It is granted nothing but the clock, which moves by a second a call here, and a network
    /// that never answers.
    ///
    /// - Parameter name: a plugin's name, its folder or its main file.
    /// - Throws: `ScriptingError` where it does not load, or its memory cannot be saved.
    public static func checkPurity(_ name: String, from folder: String) throws -> PurityReport {
        let use = PluginUse(
            source: try find(name, from: folder), grants: .faked)
        return try PurityCheck(
            make: { log in try loader.load(use, log: log).unit },
            examples: PurityCheck.examples(of: use, files: nil, loader: loader)
        ).run()
    }
}

extension PurityCheck {
    /// A plugin's examples as calls; one that cannot be read is the self-test's to report.
    fileprivate static func examples(
        of use: PluginUse, files: [LoadedScript]?, loader: PluginLoader
    ) -> [Call] {
        guard let loaded = try? loader.load(use, files: files, log: { _ in }),
            case .table(let examples)? = loaded.manifest["examples"]
        else { return [] }
        return examples.array.compactMap { node in
            guard case .table(let example) = node, case .string(let call)? = example["call"],
                loaded.unit.doors.function(call.description) != nil,
                let record = try? DoorShape.of(call.description).facts,
                let given = try? (example["with"] ?? .table(LuaTable())).plain().asTable
            else { return nil }
            return Call(door: call.description, facts: record.completed(with: given))
        }
    }
}
