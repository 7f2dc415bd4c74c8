import CLuaShim

/// A Lua function that the host keeps.
///
/// It keeps its state alive, and gives its place in the state back when it goes; that may happen on
/// any thread. Calls follow the state's rule: one thread at a time.
public final class LuaFunction {
    public let state: LuaState
    let reference: Int32

    init(state: LuaState, reference: Int32) {
        self.state = state
        self.reference = reference
    }

    deinit {
        njl_release(state.context, reference)
    }

    /// Calls the function with plain data and reads its results as plain data.
    ///
    /// Throws `LuaError`; a function or an object among the results is a type error. Without a
    /// budget the state's own applies.
    @discardableResult
    public func call(
        _ arguments: [LuaValue] = [], budget: Budget? = nil
    ) throws -> [LuaValue] {
        try state.call(self, budget: budget, keepsReferences: false) { writer in
            writer.begin(count: arguments.count)
            for argument in arguments { try writer.put(argument) }
        } read: { reader in
            reader.values()
        }
    }

    /// Calls the function and keeps the functions and objects among its results.
    @discardableResult
    public func callNodes(
        _ arguments: [LuaNode] = [], budget: Budget? = nil
    ) throws -> [LuaNode] {
        try state.call(self, budget: budget, keepsReferences: true) { writer in
            writer.begin(count: arguments.count)
            for argument in arguments { try writer.put(argument, of: self.state) }
        } read: { reader in
            reader.nodes()
        }
    }
}
