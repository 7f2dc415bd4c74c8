import Foundation
import LuaRuntime
import Training

/// A script that drives runs itself: `nightjar run SCRIPT.lua`.
///
/// It belongs to one thread, the compute thread where it is to be fast. Whatever way the script
/// ends, every run that it left open is saved and its folder let go of.
public final class Program {
    /// How a script was left that did not fail.
    public enum Ending: Sendable, Hashable {
        /// It came to its end.
        case finished
        /// The user asked it to stop; everything is saved.
        case interrupted
    }

    /// The script as the user named it.
    public let path: String
    /// Ends the script from any thread: the call under way in a run is let finish.
    ///
    /// Ask again until `run` has returned.
    public let interrupt: @Sendable () -> Void
    private let state: LuaState
    private let script: LuaFunction
    private let session: ProgramSession
    private let arguments: [LuaNode]
    private let host: ProgramHost
    private let budget: LuaRuntime.Budget

    /// Reads and compiles a script; nothing of it runs yet.
    ///
    /// - Parameters:
    ///   - path: the script, relative to the working folder.
    ///   - arguments: what the script receives as `...`.
    /// - Throws: `ScriptingError`.
    public init(path: String, arguments: [String] = [], host: ProgramHost) throws {
        self.path = path
        self.host = host
        self.arguments = arguments.map { .string(LuaString($0)) }
        let places = RecipePlaces(
            recipe: path, workingFolder: host.workingFolder, checksFiles: true)
        let modules = ModuleLoader(roots: [places.recipeFolder])
        budget = LuaRuntime.Budget(seconds: .infinity, memoryBytes: host.memoryBytes)
        state = LuaState(budget: budget, modules: modules, print: host.print)
        let context = ScriptContext(
            owner: places.recipeStem, phase: .program, grants: .program, log: host.log)
        try Catalogue.register(in: state, context: context)
        do {
            let file = try modules.open(path: places.recipeFile)
            script = try state.load(file.bytes, name: path)
        } catch let error as LuaError {
            throw ScriptingError(error, path: path)
        }
        session = ProgramSession(host: host, places: places, modules: modules, state: state)
        context.program = session
        let interrupter = state.interrupter
        interrupt = { interrupter.interrupt() }
    }

    /// Runs the script to its end.
    ///
    /// - Throws: `ScriptingError` for the script's failure, whose `cause` is a run's own error
    ///   where there is one; errors of saving.
    public func run() throws -> Ending {
        do {
            let results = try script.callNodes(arguments, budget: budget)
            if case .table(let table)? = results.first, case .string("recipe")? = table["kind"] {
                throw ScriptingError(
                    .badFile,
                    "this is a recipe, and running it alone does nothing; train it with "
                        + "nightjar train \(path)", path: path)
            }
        } catch let error as LuaError {
            let failure = ScriptingError(error, path: path) {
                session.modules.source(of: $0, main: path)
            }
            guard StopSignal.isRequested || error.kind == .interrupted else {
                session.abandon(after: failure)
                throw failure
            }
            // A script in the middle of something rarely expects to be stopped; its runs are whole.
            if error.kind != .interrupted, !(error.cause is StoppedProgram) {
                host.remark("The script was stopped, and ended with: \(failure)")
            }
            try session.finish()
            return .interrupted
        }
        try session.finish()
        return StopSignal.isRequested ? .interrupted : .finished
    }
}

/// The user stopped the program, so that it begins nothing new.
struct StoppedProgram: Error, CustomStringConvertible {
    var description: String { "the program was asked to stop, so no run is opened" }
}
