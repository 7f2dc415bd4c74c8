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

    /// Where the function is defined; nil for a function of the host or of the library.
    public var place: LuaPlace? {
        let place = njl_function_place(state.context, reference)
        let chunk = String(cString: place.chunk)
        guard !chunk.isEmpty else { return nil }
        return LuaPlace(chunk: chunk, line: Int(place.line), lastLine: Int(place.last_line))
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

    /// Hands the function another one, and data that is already written.
    ///
    /// - Returns: its first result, which keeps its functions and objects; `.nil` where it gives
    ///   none.
    @discardableResult
    public func call(
        handing function: LuaFunction, _ payload: LuaPayload, budget: Budget? = nil
    ) throws -> LuaNode {
        try state.call(self, budget: budget, keepsReferences: true) { writer in
            writer.begin(count: 2)
            writer.put(function, of: self.state)
            writer.put(payload)
        } read: { reader in
            reader.firstNode()
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

/// Where a function is defined in its source.
public struct LuaPlace: Sendable, Hashable {
    /// The chunk's name as it was given at loading.
    public let chunk: String
    /// The line where the function's text begins, counted from 1; 0 for a chunk as a whole.
    public let line: Int
    /// The line where it ends; 0 for a chunk as a whole.
    public let lastLine: Int

    /// A place made by hand, to compare with.
    public init(chunk: String, line: Int, lastLine: Int) {
        self.chunk = chunk
        self.line = line
        self.lastLine = lastLine
    }
}

extension LuaPlace: CustomStringConvertible {
    public var description: String { line > 0 ? "\(chunk):\(line)" : chunk }
}
