import LuaRuntime

/// Scripts on threads of their own: the same door asked of many items side by side.
///
/// Each worker has a state of its own for each script, and keeps no memory between items: what is
/// asked must follow from the item alone. Random streams begin at the item's occasion, so that an
/// answer does not depend on which worker gave it.
final class ScriptPool: Sendable {
    private let pool: LuaWorkerPool

    /// - Parameter make: makes a script by its name, on the worker's thread.
    init(workerCount: Int, make: @escaping @Sendable (_ name: String) throws -> ScriptUnit) {
        pool = LuaWorkerPool(workerCount: workerCount) { _, name in
            try make(name).workerState()
        }
    }

    /// Asks a door once for each item.
    ///
    /// - Parameters:
    ///   - items: what `ctx` holds, `state` and `settings` included.
    ///   - occasion: names an item for its random streams.
    /// - Returns: answers and failures in the order of the items.
    func map(
        _ script: String, _ door: String, items: [LuaTable<LuaValue>],
        occasion: (Int) -> String, budget: LuaRuntime.Budget
    ) -> [Result<LuaValue, LuaError>] {
        let wrapped = items.enumerated().map { index, item in
            LuaValue.table(
                LuaTable(array: [.string(LuaString(occasion(index))), .table(item)]))
        }
        return pool.map(script, door, items: wrapped, budget: budget)
    }

    /// Lets every worker make the script anew before its next item.
    func forget(_ script: String) { pool.forget(script) }
}
