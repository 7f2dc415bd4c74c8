import LuaRuntime
import Texts

/// What the library keeps for one Lua state.
final class LibraryMemory {
    private final class Mark {}

    /// The patterns that were used last.
    let patterns: PatternCache
    /// What stands for JSON's null.
    let null = LuaObject(typeName: "JSON null", value: Mark())
    /// What stands for `{}` in JSON; an empty table is an empty array.
    let emptyObject = LuaObject(typeName: "empty JSON object", value: Mark())

    init(charge: @escaping WorkCharge) {
        patterns = PatternCache(charge: charge)
    }
}
