import CLuaShim

/// The time, memory and instructions that one outermost call into Lua may spend.
///
/// Time is wall time, host functions included. Memory is all that the state holds, not only what
/// the call adds; the scratch space through which values cross is held to the same limit on its
/// own. Once a budget is spent the call ends with a `LuaError` of kind `budgetTime`,
/// `budgetMemory` or `budgetInstructions`, whatever the script does about errors. Calls made from
/// inside a host function share the budget of the outermost one.
///
/// A limit of instructions makes the budget exact: the same script is cut off at the same place in
/// every run. The instructions of all coroutines and the work of library functions, each charged
/// before it is done, share one counter. Counting costs about as much as running, so it is for
/// tests, checks and replays.
public struct Budget: Sendable, Hashable {
    /// Wall time; infinity sets no deadline.
    public var seconds: Double
    /// Upper bound for what the state holds; `Int.max` sets none.
    public var memoryBytes: Int
    /// Upper bound for instructions and charged work; `Int.max` counts without a bound, nil does
    /// not count.
    public var instructions: Int?

    public init(
        seconds: Double = 10, memoryBytes: Int = 256 << 20, instructions: Int? = nil
    ) {
        precondition(seconds >= 0, "a time budget is not negative")
        precondition(memoryBytes >= 0, "a memory budget is not negative")
        precondition(instructions ?? 0 >= 0, "a budget of instructions is not negative")
        self.seconds = seconds
        self.memoryBytes = memoryBytes
        self.instructions = instructions
    }

    /// Ten seconds and 256 MiB: enough to load any honest script.
    public static let loading = Budget()
    /// No deadline and no limit, for a script that drives the run itself.
    public static let unlimited = Budget(seconds: .infinity, memoryBytes: .max)

    var wire: njl_budget {
        let nanoseconds = seconds * 1e9
        return njl_budget(
            nanoseconds: nanoseconds < 9e18 ? UInt64(nanoseconds) : UInt64.max,
            memory_bytes: memoryBytes == .max ? Int(bitPattern: UInt.max) : memoryBytes,
            instructions: instructions.map(UInt64.init) ?? UInt64.max)
    }
}
