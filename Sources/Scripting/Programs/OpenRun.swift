import LuaRuntime
import Optimizers
import Telemetry
import Tokenizers
import Training
import Transformers

/// A run that a program drives.
///
/// Once it is over its model is let go of; what it was called and where it stands are still known.
final class OpenRun {
    let name: String
    let path: String
    private var trainer: Trainer?
    private var madeSteps = 0
    private var allSteps = 0
    /// Rollbacks that this program made.
    private var rollbacks = 0
    /// Whether a call into the run is under way.
    private var isBusy = false

    /// Opens data and model, takes the folder and begins.
    init(
        _ recipe: LoadedRecipe, host: ProgramHost, observer: any RunObserver, resumes: Bool
    ) throws {
        let hooks = try recipe.openScripts(log: host.log)
        let trainer = try Trainer(
            recipe.configuration, recipe: recipe.runRecipe, resumes: resumes, on: host.backend,
            cacheFolder: host.cacheFolder, observer: observer, hooks: hooks, speeds: host.speeds,
            clock: Stopwatch())
        name = recipe.configuration.name
        hooks?.use(trainer.tokenizer)
        path = trainer.path
        do { try trainer.begin() } catch {
            trainer.abandon(after: error)
            throw error
        }
        self.trainer = trainer
    }

    var isOpen: Bool { trainer != nil }

    var stepsMade: Int { trainer?.stepsMade ?? madeSteps }

    var totalSteps: Int { trainer?.totalSteps ?? allSteps }

    var isActive: Bool { trainer?.isActive ?? false }

    /// Works with the trainer, one call at a time.
    ///
    /// - Throws: `TrainingError` where the run is over, or where a function of the run's own recipe
    ///   calls back into it.
    func drive<Result>(_ body: (Trainer) throws -> Result) throws -> Result {
        guard let trainer else {
            throw TrainingError(
                .misuse, "The run \(name) is over; nj.run.read gives what it recorded.")
        }
        guard !isBusy else {
            throw TrainingError(.misuse, "The run \(name) is in the middle of another call.")
        }
        isBusy = true
        defer { isBusy = false }
        do { return try body(trainer) } catch let error as TrainingError
            where error.code == .misuse
        {
            throw TrainingError(.misuse, OpenRun.inLua(error.message))
        }
    }

    /// A sentence with the names that scripts know.
    private static func inLua(_ sentence: String) -> String {
        sentence.replacing("forwardBackward", with: "forward_backward")
            .replacing("optimStep", with: "optim_step")
    }

    /// Goes back to a checkpoint.
    ///
    /// - Parameter most: how often this program may.
    func rollback(to step: Int?, reason: String, most: Int?) throws -> RollbackReport {
        if let most, rollbacks >= most {
            throw TrainingError(
                .tooManyRollbacks,
                "The run \(name) was rolled back \(rollbacks) times; max_rollbacks is \(most).")
        }
        let report = try drive { try $0.rollback(to: step, reason: reason) }
        rollbacks += 1
        return report
    }

    /// Saves and ends the run, and lets go of its model.
    func finish() throws -> RunSummary {
        do {
            let summary = try drive { try $0.finish() }
            close()
            return summary
        } catch {
            // What could not be saved now may be saved in part; the folder is free either way.
            if !isBusy { abandon(after: error) }
            throw error
        }
    }

    func abandon(after error: any Error) {
        trainer?.abandon(after: error)
        close()
    }

    private func close() {
        madeSteps = stepsMade
        allSteps = totalSteps
        trainer = nil
    }
}
