/// What one worker holds of one program: a state, and the functions in it that may be called.
public struct LuaWorkerState {
    /// The state that the functions live in; one worker's own.
    public let state: LuaState
    /// The functions by the names that `LuaWorkerPool.map` knows them by.
    public let functions: [String: LuaFunction]

    /// Names the functions of a state; all of them belong to it.
    public init(state: LuaState, functions: [String: LuaFunction]) {
        precondition(
            functions.values.allSatisfy { $0.state === state },
            "a worker's functions belong to its state")
        self.state = state
        self.functions = functions
    }
}
