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
