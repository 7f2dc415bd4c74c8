import LuaRuntime
import Telemetry
import Training

/// The functions of a recipe as a script of its run: hooks, curriculum and schedule.
///
/// An edit of the file swaps functions only, matched by their key paths. Everything else a recipe
/// says is in force since the run began.
struct RecipeUnit: Sendable {
    /// What it is called among the scripts of a run.
    static let name = "recipe"

    let places: RecipePlaces
    let overrides: [RecipeOverride]
    var loadingBudget: LuaRuntime.Budget
    var budget: LuaRuntime.Budget
    let seed: UInt64
    /// Every value in force, functions aside.
    let resolved: ResolvedValue
    /// The phase whose run it is, of a recipe with several.
    var phase: String?

    /// - Parameter files: the very bytes to run; nil reads the disk.
    func make(
        _ files: [LoadedScript]?, log: @escaping (ScriptLogLine) -> Void
    ) throws -> ScriptUnit {
        // What is read from the disk is an edit, and the run waits for it.
        var loading = self
        if files == nil {
            loading.loadingBudget.seconds = min(
                loadingBudget.seconds, PluginLoader.patience)
        }
        let gate = PrintGate()
        let script = try loading.script(files, log: log) { line in
            guard gate.isOpen else { return }
            log(
                ScriptLogLine(
                    level: .info, owner: RecipeUnit.name, text: PrintableText.line(line)))
        }
        gate.isOpen = true
        let unit = try ScriptUnit(
            name: RecipeUnit.name, state: script.state, context: script.context,
            doors: ScriptDoors(script.table), settings: LuaTable(array: []),
            files: script.files.map {
                LoadedScript(path: $0.path, bytes: $0.bytes, module: $0.name)
            }, budget: budget)
        if let function = schedule(of: script) { unit.schedule = { function } }
        return unit
    }

    /// Asks a version's schedule as loading a recipe does, where it is a function.
    func checkSchedule(_ files: [LoadedScript]) throws {
        let script = try script(files, log: { _ in })
        try schedule(of: script)?.checkPurity {
            schedule(of: try self.script(files, log: { _ in }))
        }
    }

    /// Its schedule, where that is a function of its own.
    func schedule(of script: RecipeScript) -> ScheduleFunction? {
        guard case .function(let function)? = script.table["schedule"] else { return nil }
        return ScheduleFunction(
            function, place: script.place(of: function, at: LuaPath(["schedule"]), places),
            budget: budget, in: script.context)
    }

    /// Holds a version's plain values against those in force.
    ///
    /// - Throws: `ScriptingError` that names the first that differs, and how to change it.
    func check(_ files: [LoadedScript]) throws {
        let script = try script(files, log: { _ in })
        let table = try RecipeLoader.completed(script, overrides: overrides, places: places)
        let now = RecipeUnit.resolved(table)
        guard let path = RecipeUnit.difference(resolved, now, at: []) else { return }
        let old = RecipeUnit.value(resolved, at: path)
        let new = RecipeUnit.value(now, at: path)
        let key = path.joined(separator: ".")
        // A word stands in the place of every function.
        let word = "\"\(RecipeUnit.function)\""
        if old == "null", new.contains(word) {
            throw ScriptingError(
                .badValue,
                "a function is new here; a run keeps the functions that it began with, and an edit "
                    + "changes what they do. Take it out, or begin another run with it",
                path: places.recipe, keyPath: key)
        }
        if new == "null", old.contains(word) {
            throw ScriptingError(
                .badValue,
                "a function is gone from here; a run keeps the functions that it began with. Put "
                    + "it back; one that does nothing will do",
                path: places.recipe, keyPath: key)
        }
        let dial = Dial.of(key) != nil ? ", or set a dial with: nightjar set RUN \(key)=\(new)" : ""
        throw ScriptingError(
            .badValue,
            "it was \(old) and is \(new) in the file now; an edit swaps functions only. Put it "
                + "back\(dial)",
            path: places.recipe, keyPath: key)
    }

    private static let function = "function"

    /// Every value, with functions as a word.
    static func resolved(_ table: CompleteTable) -> ResolvedValue {
        ResolvedValue(.table(table.table)) { _, _ in RecipeUnit.function }
    }

    /// Lets through what is printed when the recipe has been read: that was printed before.
    private final class PrintGate {
        var isOpen = false
    }

    private func script(
        _ files: [LoadedScript]?, log: @escaping (ScriptLogLine) -> Void,
        print: @escaping (String) -> Void = { _ in }
    ) throws -> RecipeScript {
        try RecipeScript(
            places: places, budget: loadingBudget,
            kept: files?.map { .init(name: $0.module, path: $0.path, bytes: $0.bytes) },
            seed: seed, log: log, print: print
        ).selecting(phase, places)
    }

    private static func difference(
        _ old: ResolvedValue, _ new: ResolvedValue, at path: [String]
    ) -> [String]? {
        guard old != new else { return nil }
        guard case .record(let before) = old, case .record(let after) = new else { return path }
        let keys =
            before.map(\.key)
            + after.map(\.key).filter { key in
                !before.contains { $0.key == key }
            }
        for key in keys {
            if let found = difference(
                old[key] ?? .null, new[key] ?? .null, at: path + [key])
            {
                return found
            }
        }
        return path
    }

    private static func value(_ root: ResolvedValue, at path: [String]) -> String {
        var value = root
        for key in path { value = value[key] ?? .null }
        return value.json.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
