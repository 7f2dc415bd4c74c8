import Optimizers
public import Training

extension LoadedRecipe {
    /// The recipe as its run folder keeps it.
    public var runRecipe: RunRecipe {
        RunRecipe(
            source: scripts.first?.bytes ?? [], resolved: resolved.json,
            scripts: scripts.map { RunScript(path: $0.path, bytes: $0.bytes, hash: $0.hash) },
            origin: origin)
    }

    /// Opens the run's scripts: plugins, hooks and curriculum.
    ///
    /// - Parameters:
    ///   - isLocked: whether edits of their files are refused while the run goes on.
    ///   - takesEdited: whether a resumed run takes the files as they are on the disk, instead of
    ///     the very bytes that were in force.
    ///   - log: receives what they say, on the run's own thread.
    /// - Returns: nil where the run has none.
    /// - Throws: `ScriptingError`.
    public func openScripts(
        isLocked: Bool = false, takesEdited: Bool = false,
        log: @escaping (ScriptLogLine) -> Void
    ) throws -> ScriptedHooks? {
        var schedule: ScriptedSchedule?
        if case .custom(let custom) = configuration.schedule {
            schedule = custom as? ScriptedSchedule
        }
        return try runScripts.open(
            run: configuration.outputPath, isLocked: isLocked,
            takesEdited: takesEdited, schedule: schedule, log: log)
    }
}
