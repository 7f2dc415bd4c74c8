import LuaRuntime

/// A plugin as a recipe asks for it: by name, with settings and grants of its own.
struct PluginUse: Sendable, Hashable {
    var source: PluginSource
    var settings = LuaTable<LuaValue>(array: [])
    var grants = Grants.none
    /// Where relative paths in what it needs begin: the recipe's folder.
    var folder = "."
}
