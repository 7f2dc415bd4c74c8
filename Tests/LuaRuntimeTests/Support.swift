import Foundation
import LuaRuntime

/// Runs a chunk and returns its results as plain data.
func evaluate(
    _ source: String, budget: Budget = .loading, state: LuaState = LuaState(print: { _ in })
) throws -> [LuaValue] {
    try state.run(source, name: "test.lua", budget: budget).map { try $0.plain() }
}

/// The error that a chunk ends with; nil where it ends well.
func failure(
    _ source: String, budget: Budget = .loading, state: LuaState = LuaState(print: { _ in })
) -> LuaError? {
    do {
        try state.run(source, name: "test.lua", budget: budget)
        return nil
    } catch {
        return error as? LuaError
    }
}

/// Whether measurements are asked for; they print, and assert nothing that a busy machine breaks.
let isMeasuring = ProcessInfo.processInfo.environment["NIGHTJAR_MEASURE"] != nil

/// The sanitizer that the tests are built with, as `Scripts/sanitize.sh` says; nil for none.
enum Sanitizer {
    private static let name = ProcessInfo.processInfo.environment["NIGHTJAR_SANITIZER"]

    /// Instrumented code is several times slower: limits of time are multiplied with this.
    static let slowness = name == nil ? 1.0 : 10.0

    /// Whether the clock can end a script. ThreadSanitizer holds signals back until the thread calls
    /// into the C library, which a looping script never does.
    static let cutsByTime = name != "thread"
}
