/// The recipe as the run folder keeps it: what was asked, in every form.
public struct RunRecipe: Sendable {
    /// The recipe file's bytes, kept as `recipe.lua`.
    public var source: [UInt8]
    /// Every key with its value, defaults included: kept as `resolved.json`.
    public var resolved: String
    /// Every Lua file in force, the recipe's own among them.
    public var scripts: [RunScript]

    public init(source: [UInt8] = [], resolved: String = "{}\n", scripts: [RunScript] = []) {
        self.source = source
        self.resolved = resolved
        self.scripts = scripts
    }
}
