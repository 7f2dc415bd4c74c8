import Telemetry

/// The recipe as the run folder keeps it: what was asked, in every form.
public struct RunRecipe: Sendable {
    /// The recipe file's bytes, kept as `recipe.lua`.
    public var source: [UInt8]
    /// Every key with its value, defaults included: kept as `resolved.json`.
    public var resolved: String
    /// Every Lua file in force, the recipe's own among them.
    public var scripts: [RunScript]

    /// Where it was read; nil for one that was made by a program.
    public var origin: RecipeOrigin?

    public init(
        source: [UInt8] = [], resolved: String = "{}\n", scripts: [RunScript] = [],
        origin: RecipeOrigin? = nil
    ) {
        self.source = source
        self.resolved = resolved
        self.scripts = scripts
        self.origin = origin
    }
}

/// How a recipe was named, so that what belongs to its run can be found again: the journal has it
/// in every `start` and `resume`.
public struct RecipeOrigin: Sendable, Hashable {
    /// The recipe, an absolute path.
    public var file: String
    /// What was set beside it, `path=value`.
    public var overrides: [String]
    /// Where relative paths began.
    public var workingFolder: String
    /// The phase, of a recipe that has several.
    public var phase: String?

    /// A recipe at a path, with what was set beside it.
    public init(
        file: String, overrides: [String], workingFolder: String, phase: String? = nil
    ) {
        self.file = file
        self.overrides = overrides
        self.workingFolder = workingFolder
        self.phase = phase
    }

    /// What the journal of a run says last; nil where it does not say.
    public init?(run folder: String) throws {
        let events = try RunJournal.events(run: folder)
        guard
            let event = events.last(where: { $0.text("recipe") != nil }),
            let file = event.text("recipe"), let working = event.text("working_folder")
        else { return nil }
        var overrides: [String] = []
        if case .list(let values)? = event.fields["set"] {
            overrides = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        }
        self.init(
            file: file, overrides: overrides, workingFolder: working, phase: event.text("phase"))
    }

    var fields: [String: MetricValue] {
        var fields: [String: MetricValue] = [
            "recipe": .string(file), "set": .list(overrides.map(MetricValue.string)),
            "working_folder": .string(workingFolder),
        ]
        if let phase { fields["phase"] = .string(phase) }
        return fields
    }
}
