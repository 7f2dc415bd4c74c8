import CLuaShim

/// The time and memory that one outermost call into Lua may spend.
///
/// Time is wall time, host functions included. Memory is all that the state holds, not only what
/// the call adds; the scratch space through which values cross is held to the same limit on its
/// own. Once a budget is spent the call ends with a `LuaError` of kind `budgetTime` or
/// `budgetMemory`, whatever the script does about errors. Calls made from inside a host function
/// share the budget of the outermost one.
public struct Budget: Sendable, Hashable {
    /// Wall time; infinity sets no deadline.
    public var seconds: Double
    /// Upper bound for what the state holds; `Int.max` sets none.
    public var memoryBytes: Int

    public init(seconds: Double = 10, memoryBytes: Int = 256 << 20) {
        precondition(seconds >= 0, "a time budget is not negative")
        precondition(memoryBytes >= 0, "a memory budget is not negative")
        self.seconds = seconds
        self.memoryBytes = memoryBytes
    }

    /// Ten seconds and 256 MiB: enough to load any honest script.
    public static let loading = Budget()
    /// No deadline and no limit, for a script that drives the run itself.
    public static let unlimited = Budget(seconds: .infinity, memoryBytes: .max)

    var wire: njl_budget {
        let nanoseconds = seconds * 1e9
        return njl_budget(
            nanoseconds: nanoseconds < 9e18 ? UInt64(nanoseconds) : UInt64.max,
            memory_bytes: memoryBytes == .max ? Int(bitPattern: UInt.max) : memoryBytes)
    }
}
