public import Training

extension LoadedRecipe {
    /// The recipe as its run folder keeps it.
    public var runRecipe: RunRecipe {
        RunRecipe(
            source: scripts.first?.bytes ?? [], resolved: resolved.json,
            scripts: scripts.map { RunScript(path: $0.path, bytes: $0.bytes, hash: $0.hash) })
    }
}
