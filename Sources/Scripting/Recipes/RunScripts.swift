import LuaRuntime
import Naming
import Training

/// The scripts of a run, checked and not yet open: plugins in the order of `use`, then the recipe's
/// own hooks and curriculum.
///
/// It holds the bytes of every file, so that what runs is what was checked and recorded, whatever
/// has happened to the files since.
public struct RunScripts: Sendable {
    /// One script.
    private struct Part: Sendable {
        let use: PluginUse?
        let files: [LoadedScript]
        /// The names of its schedules.
        var schedules: [String] = []
        /// The names of its rewards.
        var rewards: [String] = []
        /// Those of these that the run's answers are judged by.
        var wanted: Set<String> = []
        /// The names of its chat templates.
        var templates: [String] = []
        /// The one of these that the run's rows are rendered with.
        var template: PluginChatTemplate?
    }

    private var parts: [Part] = []
    /// Sentences about plugins that run from kept bytes.
    private(set) var warnings: [String] = []
    var loader: PluginLoader
    private let settings: ScriptedHooks.RunSettings
    private(set) var recipe: RecipeUnit
    private let reload: ReloadSettings

    /// Loads every plugin once and runs its self-test.
    ///
    /// - Parameter kept: what a resumed run kept of its scripts: it stands in for a plugin that
    ///   does not load.
    /// - Throws: `ShapeFault` about the recipe's keys, `ScriptingError` about a plugin.
    init(
        _ recipe: CompleteTable, script: RecipeScript, unit: RecipeUnit, places: RecipePlaces,
        budget: LuaRuntime.Budget, kept: KeptScripts?
    ) throws {
        let seed = UInt64(recipe.integer("seed"))
        loader = PluginLoader(
            seed: seed, budget: LuaRuntime.Budget(limits: recipe.inner("limits")),
            loadingBudget: budget)
        settings = .init(name: recipe.text("name"), seed: seed) { path in
            path.hasPrefix("shipped/") ? path : places.relative(path)
        }
        self.recipe = unit
        reload = ReloadSettings(recipe: recipe.inner("reload"))
        for (index, use) in try PluginUse.list(recipe, places: places, kept: kept).enumerated() {
            let path = LuaPath(["use", .integer(Int64(index + 1))])
            do {
                let loaded = try load(use, at: path, kept: kept)
                parts.append(
                    Part(
                        use: use, files: loaded.unit.files,
                        schedules: loaded.unit.doors.names(in: PluginSchedule.group),
                        rewards: loaded.unit.doors.names(in: RolloutDeclarations.group),
                        templates: PluginChatTemplate.names(in: loaded)))
            } catch let fault as ShapeFault where fault.path.keys.isEmpty {
                throw ShapeFault(path: path, sentence: fault.sentence)
            }
        }
        if script.isFile, !ScriptDoors(script.table).functions.isEmpty {
            parts.append(
                Part(
                    use: nil,
                    files: script.files.map {
                        LoadedScript(path: $0.path, bytes: $0.bytes, module: $0.name)
                    }))
        }
    }

    /// Whether the run has none.
    public var isEmpty: Bool { parts.isEmpty }

    /// The plugins' names, in order.
    public var pluginNames: [String] { parts.compactMap { $0.use?.source.name } }

    /// The schedule of a plugin in use, in a state of its own until the run is open.
    ///
    /// - Throws: `ShapeFault` for a name that none has, `ScriptingError` for a function that cannot
    ///   be used.
    func schedule(named name: String) throws -> ScriptedSchedule {
        let lookup = PluginLookup(from: recipe.places.recipeFolder)
        let schedule = try PluginSchedule(
            name,
            among: parts.compactMap { part in
                part.use.map { .init(plugin: $0.source.name, names: part.schedules) }
            }, isPlugin: { (try? lookup.find($0)) != nil })
        guard
            let part = parts.first(where: { $0.use?.source.name == schedule.plugin }),
            let use = part.use
        else { preconditionFailure("the schedule's plugin is in use") }
        return ScriptedSchedule(
            try checked(schedule, of: use, files: part.files), plugin: schedule)
    }

    /// The chat template of a plugin in use, which the run keeps to from here on.
    ///
    /// - Returns: nil where no plugin in use is named.
    /// - Throws: `ShapeFault` for a name that none has, `ScriptingError` for one that cannot be
    ///   used.
    mutating func chatTemplate(named text: String, at key: LuaPath) throws -> PluginChatTemplate? {
        let offers = parts.compactMap { part in
            part.use.map { PluginReference.Offer(plugin: $0.source.name, names: part.templates) }
        }
        guard
            let found = try PluginReference(text, kind: "chat template", at: key, among: offers),
            let index = parts.firstIndex(where: { $0.use?.source.name == found.plugin }),
            let use = parts[index].use
        else { return nil }
        func read() throws -> PluginChatTemplate {
            try PluginChatTemplate(
                found.name, of: loader.load(use, files: parts[index].files) { _ in },
                budget: loader.budget)
        }
        let template = try read()
        guard try read() == template else {
            throw ScriptingError(
                .badAnswer,
                "it gives another text each time it is asked; let it follow from the settings alone",
                path: parts[index].files.first?.path,
                keyPath: "\(PluginChatTemplate.group).\(found.name)")
        }
        parts[index].template = template
        return template
    }

    /// The reward of a plugin in use, which the run keeps to from here on.
    ///
    /// - Throws: `ShapeFault` for a name that none has.
    mutating func reward(named text: String, at key: LuaPath) throws -> PluginReference {
        let offers = parts.compactMap { part in
            part.use.map { PluginReference.Offer(plugin: $0.source.name, names: part.rewards) }
        }
        guard
            let found = try PluginReference(text, kind: "reward", at: key, among: offers),
            let index = parts.firstIndex(where: { $0.use?.source.name == found.plugin })
        else {
            let name = String(text.prefix { $0 != "/" })
            let lookup = PluginLookup(from: recipe.places.recipeFolder)
            throw ShapeFault(
                path: key,
                sentence: "the recipe uses no plugin \"\(name)\"; "
                    + ((try? lookup.find(name)) != nil
                        ? "put it into use: use = { \"\(name)\" }"
                        : nearestNameHint(
                            to: name, among: offers.filter { !$0.names.isEmpty }.map(\.plugin))))
        }
        parts[index].wanted.insert("\(RolloutDeclarations.group).\(found.name)")
        return found
    }

    /// A version's schedule, asked along the run and again in a fresh state.
    @discardableResult
    private func checked(
        _ schedule: PluginSchedule, of use: PluginUse, files: [LoadedScript]
    ) throws -> ScheduleFunction {
        func load() throws -> ScheduleFunction {
            let unit = try loader.load(use, files: files) { _ in }.unit
            try schedule.check(in: unit)
            return ScheduleFunction(schedule, of: unit)
        }
        let function = try load()
        try function.checkPurity(fresh: load)
        return function
    }

    /// Opens every script in a state of its own.
    ///
    /// - Parameters:
    ///   - run: the run's folder, which keeps every version that was in force.
    ///   - isLocked: whether changes of files are refused.
    ///   - takesEdited: whether a resumed run takes files that were edited in between.
    ///   - schedule: the recipe's schedule, where Lua gives it: an edit swaps it too.
    ///   - log: receives what scripts say, and what is to be said about them; on the run's own
    ///     thread.
    /// - Returns: nil where the run has no scripts.
    /// - Throws: `ScriptingError`.
    func open(
        run: String, isLocked: Bool, takesEdited: Bool, schedule: ScriptedSchedule?,
        log: @escaping (ScriptLogLine) -> Void
    ) throws -> ScriptedHooks? {
        guard !isEmpty else { return nil }
        let slots = try parts.map { part in
            let recipe = scriptRecipe(part, schedule: schedule)
            let unit = try recipe.make(part.files, log)
            // A plugin's schedule and its hooks are one state from here on.
            if part.use != nil { recipe.ask(unit) }
            return ScriptSlot(recipe, unit)
        }
        var reload = self.reload
        reload.isLocked = isLocked
        reload.takesEdited = takesEdited
        return ScriptedHooks(
            slots, settings: settings, reload: HotReload(reload, run: run), log: log)
    }

    /// The files of the plugins, as a run records them.
    func pluginFiles() -> [LoadedScript] {
        parts.filter { $0.use != nil }.flatMap(\.files).map { file in
            LoadedScript(
                path: settings.shownPath(file.path), bytes: file.bytes, module: file.module)
        }
    }

    /// The scripts with calls that are counted, so that a check ends the same on every machine.
    func countedScripts() -> [(
        recipe: ScriptRecipe, files: [LoadedScript], use: PluginUse?, loader: PluginLoader
    )] {
        var counted = self
        counted.loader = counted.loader.counting
        counted.recipe.budget = counted.recipe.budget.counting
        return counted.parts.map { part in
            (counted.scriptRecipe(part, schedule: nil), part.files, part.use, counted.loader)
        }
    }

    private func scriptRecipe(_ part: Part, schedule: ScriptedSchedule?) -> ScriptRecipe {
        guard let use = part.use else {
            return ScriptRecipe(
                name: RecipeUnit.name,
                make: { [recipe] files, log in try recipe.make(files, log: log) },
                test: { [recipe] files in
                    try recipe.check(files)
                    try recipe.checkSchedule(files)
                }, schedule: schedule)
        }
        let own = schedule?.plugin.flatMap { $0.plugin == use.source.name ? $0 : nil }
        return ScriptRecipe(
            name: use.source.name,
            make: { [loader] files, log in
                // What is read from the disk is an edit, and the run waits for it.
                let loader = files == nil ? loader.ending(in: PluginLoader.patience) : loader
                let unit = try loader.load(use, files: files, log: log).unit
                if let own {
                    try own.check(in: unit)
                    unit.schedule = { [unowned unit] in ScheduleFunction(own, of: unit) }
                }
                return unit
            },
            test: { files in
                try checkRequired(by: files, of: use)
                _ = try PluginSelfTest(use, files: files, loader: loader.counting)
                    .run(seconds: PluginLoader.patience)
                if let own { try checked(own, of: use, files: files) }
                try check(part.wanted, in: files, of: use)
                if let template = part.template {
                    try check(template, in: files, of: use)
                }
            }, schedule: schedule)
    }

    /// Refuses a version that would have the run's rows rendered otherwise: they have been.
    private func check(
        _ template: PluginChatTemplate, in files: [LoadedScript], of use: PluginUse
    ) throws {
        let loaded = try loader.load(use, files: files) { _ in }
        guard
            try PluginChatTemplate(template.name, of: loaded, budget: loader.budget) == template
        else {
            throw ScriptingError(
                .badAnswer,
                "the run's rows are rendered with this chat template, and it would change; begin a "
                    + "new run with it", path: files.first?.path,
                keyPath: "\(PluginChatTemplate.group).\(template.name)")
        }
    }

    /// A plugin from the disk, its self-test passed; else from the bytes that were in force, which
    /// passed it once.
    private mutating func load(
        _ use: PluginUse, at path: LuaPath, kept: KeptScripts?
    ) throws -> PluginLoader.Loaded {
        do {
            let loaded = try loader.load(use) { _ in }
            try checkOrder(of: loaded, at: path)
            _ = try PluginSelfTest(use, files: loaded.unit.files, loader: loader.counting).run()
            try checkDoors(of: loaded, use, kept: kept)
            return loaded
        } catch {
            let name = use.source.name
            guard let kept, let version = kept.version(of: name),
                let files = kept.files(of: name),
                let loaded = try? loader.load(use, files: files, log: { _ in })
            else { throw error }
            warnings.append(
                "The plugin \(name) does not load from the disk any more, and the run goes on "
                    + "with version \(version) that was in force: \(error)")
            return loaded
        }
    }
}

extension PluginUse {
    /// The recipe's `use`, with what `grant` says of each.
    ///
    /// - Throws: `ShapeFault`.
    static func list(
        _ recipe: CompleteTable, places: RecipePlaces, kept: KeptScripts?
    ) throws -> [PluginUse] {
        let lookup = PluginLookup(from: places.recipeFolder)
        let grants = recipe.optionalInner("grant")?.table ?? LuaTable(array: [])
        var uses: [PluginUse] = []
        for (index, node) in (recipe.optionalInner("use")?.table.array ?? []).enumerated() {
            let path = LuaPath(["use", .integer(Int64(index + 1))])
            let (name, settings) = try entry(node, at: path)
            guard !uses.contains(where: { $0.source.name == name }) else {
                throw ShapeFault(path: path, sentence: "\"\(name)\" stands here twice; remove one")
            }
            do {
                uses.append(
                    PluginUse(
                        source: try lookup.find(name), settings: settings,
                        folder: places.recipeFolder))
            } catch let fault as ShapeFault {
                if let source = kept?.source(of: name) {
                    uses.append(
                        PluginUse(
                            source: source, settings: settings, folder: places.recipeFolder))
                    continue
                }
                throw ShapeFault(path: path, sentence: fault.sentence)
            }
        }
        for field in grants.fields {
            guard case .string(let name) = field.key, case .table(let list) = field.value else {
                continue
            }
            let path = LuaPath(["grant", field.key])
            guard let index = uses.firstIndex(where: { $0.source.name == name.description }) else {
                throw ShapeFault(
                    path: path,
                    sentence: "the recipe does not use this plugin; "
                        + nearestNameHint(to: name.description, among: uses.map(\.source.name)))
            }
            uses[index].grants = Grants(
                try list.array.enumerated().map { number, node in
                    try capability(
                        node, at: path.appending(.integer(Int64(number + 1))), places: places)
                })
        }
        return uses
    }

    private static func entry(
        _ node: LuaNode, at path: LuaPath
    ) throws -> (name: String, settings: LuaTable<LuaValue>) {
        switch node {
        case .string(let name): return (name.description, LuaTable(array: []))
        case .table(let table):
            guard table.array.count == 1, case .string(let name) = table.array[0] else { break }
            let settings = LuaTable(fields: table.fields)
            guard case .table(let plain) = try LuaNode.table(settings).plain(path: path) else {
                break
            }
            return (name.description, plain)
        default: break
        }
        throw ShapeFault(
            path: path,
            sentence: "expected a plugin's name, or { \"name\", key = value }; got \(node.summary)")
    }

    /// A capability whose path is relative to the recipe, with links followed.
    private static func capability(
        _ node: LuaNode, at path: LuaPath, places: RecipePlaces
    ) throws -> Capability {
        guard case .string(let text) = node else {
            throw ShapeFault(path: path, sentence: "expected a string, got \(node.summary)")
        }
        do {
            let capability = try Capability(text.description)
            guard case .readFiles(let given) = capability else { return capability }
            return Capability.readFiles(try places.existing(given, .either, at: path))
                .resolved(in: places.recipeFolder)
        } catch let fault as ShapeFault {
            throw ShapeFault(path: path, sentence: fault.sentence)
        }
    }
}
