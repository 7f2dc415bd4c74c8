import LuaRuntime
import Training

/// The runs that a program has opened, in that order.
final class ProgramSession {
    let host: ProgramHost
    /// Where the script's paths lead.
    let places: RecipePlaces
    /// The script's own files.
    let modules: ModuleLoader
    /// The script's own interpreter; it owns the context that holds this.
    unowned let state: LuaState
    private var runs: [OpenRun] = []

    init(host: ProgramHost, places: RecipePlaces, modules: ModuleLoader, state: LuaState) {
        self.host = host
        self.places = places
        self.modules = modules
        self.state = state
    }

    /// Prepares a run and begins it.
    ///
    /// - Throws: errors of the recipe, its data, its folder; then the folder is free again.
    func open(_ recipe: LoadedRecipe, resumes: Bool, isQuiet: Bool) throws -> OpenRun {
        let name = recipe.configuration.name
        let observer = host.observer(name, isQuiet)
        recipe.warnings.forEach(observer.remark)
        let run = try OpenRun(
            recipe, host: host, observer: observer, resumes: resumes)
        runs.append(run)
        return run
    }

    /// Ends the runs that are still open, as their budgets or the user's wish to stop have it.
    ///
    /// - Throws: the first error of saving; every run is let go of.
    func finish() throws {
        var first: (any Error)?
        for run in runs where run.isOpen {
            do {
                let summary = try run.finish()
                host.remark(
                    "\(run.name) was open when the script ended; it is saved as "
                        + "\(summary.checkpoint ?? "nothing") in \(summary.folder).")
            } catch {
                first = first ?? error
            }
        }
        if let first { throw first }
    }

    /// Saves what can be saved of the runs that are still open and gives them up.
    func abandon(after error: any Error) {
        for run in runs where run.isOpen { run.abandon(after: error) }
    }
}
