import LuaRuntime
import Naming
import Telemetry

/// Loads plugins: runs the file in a state of its own and checks what it returns.
struct PluginLoader: Sendable {
    /// Where random streams begin.
    var seed: UInt64 = 0
    /// What a call of one of its functions may spend.
    var budget = LuaRuntime.Budget(seconds: 1)
    /// What loading may spend.
    var loadingBudget = LuaRuntime.Budget.loading
    /// Whether a plugin that was not granted what it needs is refused.
    var checksNeeds = true

    /// The same, with calls that end at the same place on every machine: a self-test must not fail
    /// where the machine is busy.
    var counting: PluginLoader {
        var loader = self
        loader.budget = budget.counting
        return loader
    }

    /// A plugin that was loaded, ready to be called.
    struct Loaded {
        let unit: ScriptUnit
        let manifest: LuaTable<LuaNode>

        var summary: String { text("summary") }
        var needs: [String] { strings("needs") }
        var requires: [String] { strings("requires") }
        /// What a recipe, or a run, finds in it.
        var doorPaths: [String] {
            unit.doors.functions.map(\.path)
                + PluginChatTemplate.names(in: self).map { "\(PluginChatTemplate.group).\($0)" }
        }

        private func text(_ key: String) -> String {
            if case .string(let string)? = manifest[key] { string.description } else { "" }
        }

        private func strings(_ key: String) -> [String] {
            guard case .table(let table)? = manifest[key] else { return [] }
            return table.array.compactMap { node in
                if case .string(let string) = node { string.description } else { nil }
            }
        }
    }

    /// - Parameter files: the very bytes to run in place of those on the disk, such as a run keeps.
    /// - Throws: `ScriptingError` with file, line and key; `ShapeFault` about settings that the
    ///   plugin does not have.
    func load(
        _ use: PluginUse, clock: any ScriptClock = SystemClock(),
        files kept: [LoadedScript]? = nil, log: @escaping (ScriptLogLine) -> Void
    ) throws -> Loaded {
        let source = use.source
        let modules = ModuleLoader(
            roots: source.roots,
            kept: kept?.map { .init(name: $0.module, path: $0.path, bytes: $0.bytes) })
        let context = ScriptContext(
            owner: source.name, phase: .load, grants: use.grants, seed: seed, clock: clock,
            log: log)
        let state = LuaState(budget: loadingBudget, modules: modules) { line in
            log(ScriptLogLine(level: .info, owner: source.name, text: PrintableText.line(line)))
        }
        try Catalogue.register(in: state, context: context)
        let bytes: [UInt8]
        let results: [LuaNode]
        do {
            bytes = try kept == nil ? source.read(modules) : modules.open(path: source.path).bytes
        } catch let error as LuaError {
            throw ScriptingError(.badFile, error.message)
        }
        do {
            results = try context.during(.load, occasion: .init("load")) {
                try state.load(bytes, name: source.path).callNodes()
            }
        } catch let error as LuaError {
            throw ScriptingError(error, path: source.path) { chunk in
                chunk == source.path ? bytes : modules.source(of: chunk, main: source.path)
            }
        }
        let map = SourceMap(bytes)
        func placed(_ fault: ShapeFault) -> ScriptingError {
            ScriptingError(
                .badValue, fault.sentence, path: source.path, line: map.line(of: fault.linePath),
                keyPath: fault.place)
        }
        let manifest: LuaTable<LuaNode>
        do { manifest = try checked(results, of: source) } catch let fault as ShapeFault {
            throw placed(fault)
        }
        // What is wrong here is wrong in the recipe.
        let settings = try merged(manifest["settings"], with: use.settings, of: source.name)
        do {
            let unit = try ScriptUnit(
                name: source.name, state: state, context: context, doors: ScriptDoors(manifest),
                settings: settings, files: files(of: source, bytes, modules), budget: budget)
            let loaded = Loaded(unit: unit, manifest: manifest)
            if checksNeeds {
                try use.grants.require(
                    loaded.needs.map { (try Capability($0).resolved(in: use.folder), $0) },
                    of: source.name)
            }
            return loaded
        } catch let fault as ShapeFault {
            throw placed(fault)
        }
    }

    private func checked(
        _ results: [LuaNode], of source: PluginSource
    ) throws -> LuaTable<LuaNode> {
        guard results.count == 1, case .table = results[0] else {
            throw ShapeFault(
                path: LuaPath(),
                sentence: "the plugin returns \(results.first?.summary ?? "nothing"); end the file "
                    + "with return { name = \"\(source.name)\", api = 1, ... }")
        }
        let node = try ShapeCheck(stage: .declared).checked(
            results[0], as: .record(PluginManifest.record), at: LuaPath())
        guard case .table(let manifest) = node else {
            preconditionFailure("a record is a table")
        }
        if case .string(let name)? = manifest["name"], name.description != source.name {
            throw ShapeFault(
                path: LuaPath(["name"]),
                sentence: "the plugin calls itself \"\(name)\" and its folder is "
                    + "\"\(source.name)\"; make them equal")
        }
        return manifest
    }

    /// The plugin's settings with the recipe's in their place.
    private func merged(
        _ declared: LuaNode?, with given: LuaTable<LuaValue>, of name: String
    ) throws -> LuaTable<LuaValue> {
        let plain = try (declared ?? .table(LuaTable())).plain()
        var settings = plain.asTable ?? LuaTable()
        for field in given.fields {
            guard case .string(let key) = field.key else { continue }
            guard let index = settings.fields.firstIndex(where: { $0.key == field.key }) else {
                let known = settings.fields.map { LuaPath([$0.key]).description }
                throw ShapeFault(
                    path: LuaPath(),
                    sentence: "\(name) has no setting \"\(key)\"; "
                        + nearestNameHint(to: key.description, among: known))
            }
            let usual = settings.fields[index].value
            guard let value = PluginLoader.value(field.value, like: usual) else {
                throw ShapeFault(
                    path: LuaPath(),
                    sentence: "\(name)'s setting \"\(key)\" is \(LuaNode(usual).summary) by "
                        + "default; got \(LuaNode(field.value).summary)")
            }
            settings.fields[index].value = value
        }
        return settings
    }

    /// The value in the type of the default; nil where it has another.
    private static func value(_ value: LuaValue, like usual: LuaValue) -> LuaValue? {
        switch (usual, value) {
        case (.integer, .number(let number)): Int64(exactly: number).map(LuaValue.integer)
        case (.number, .integer(let whole)): .number(Double(whole))
        case (.integer, .integer), (.number, .number), (.boolean, .boolean), (.string, .string),
            (.table, .table):
            value
        default: nil
        }
    }

    private func files(
        of source: PluginSource, _ bytes: [UInt8], _ modules: ModuleLoader
    ) -> [LoadedScript] {
        let main = LoadedScript(path: source.path, bytes: bytes)
        let required = modules.files.filter { $0.name != nil }
        return [main]
            + required.map { LoadedScript(path: $0.path, bytes: $0.bytes, module: $0.name) }
    }
}
