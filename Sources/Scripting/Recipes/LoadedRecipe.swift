import Naming
public import Training

/// A recipe that was run, checked and completed.
public struct LoadedRecipe: Sendable {
    public let configuration: RunConfiguration
    /// What `resolved.json` holds: every key in force, in the order of the declarations.
    public let resolved: ResolvedValue
    /// The recipe and every file it required, in the order of reading.
    public let scripts: [LoadedScript]
    /// Plugins, hooks and curriculum, to be opened when the run begins.
    public let runScripts: RunScripts
    /// The recipe as the user named it.
    public let path: String
    /// How it was named, in full.
    public let origin: RecipeOrigin
    /// The phase, of a recipe that has several.
    public var phase: String? { origin.phase }
    /// Sentences about settings that are allowed and probably not meant.
    public let warnings: [String]
}

/// A Lua file that a recipe is made of.
public struct LoadedScript: Sendable, Hashable {
    /// Relative to the recipe's folder.
    public let path: String
    public let bytes: [UInt8]
    /// XXH3-128 of the bytes, 32 hexadecimal digits.
    public let hash: String
    /// What `require` calls it; nil for a main file.
    let module: String?

    init(path: String, bytes: [UInt8], module: String? = nil) {
        self.path = path
        self.module = module
        self.bytes = bytes
        hash = ContentHash(of: bytes).hex
    }
}
