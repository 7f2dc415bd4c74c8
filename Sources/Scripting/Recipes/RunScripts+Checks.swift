import LuaRuntime

/// What the plugins of a run must have of one another, and of the versions before them.
extension RunScripts {
    /// Refuses a version without a function that the recipe may name, which the version in force had.
    func checkDoors(
        of loaded: PluginLoader.Loaded, _ use: PluginUse, kept: KeptScripts?
    ) throws {
        guard let files = kept?.files(of: use.source.name),
            let before = try? loader.load(use, files: files, log: { _ in })
        else { return }
        let named = [
            PluginSchedule.group, PluginChatTemplate.group, RolloutDeclarations.group,
        ].map { $0 + "." }
        let gone = before.doorPaths.filter { path in
            named.contains { path.hasPrefix($0) } && !loaded.doorPaths.contains(path)
        }
        guard let first = gone.first else { return }
        throw ScriptingError(
            .badFile, "\(first) is gone, which the run's version has",
            path: loaded.unit.files.first?.path)
    }

    /// Refuses a version without the rewards that the run's answers are judged by.
    func check(_ wanted: Set<String>, in files: [LoadedScript], of use: PluginUse) throws {
        guard !wanted.isEmpty else { return }
        let doors = try loader.load(use, files: files) { _ in }.doorPaths
        guard let gone = wanted.sorted().first(where: { !doors.contains($0) }) else { return }
        throw ScriptingError(
            .badFile, "\(gone) is gone, by which the run's answers are judged",
            path: files.first?.path, keyPath: gone)
    }

    /// Refuses an edit that requires what the run does not have before it.
    func checkRequired(by files: [LoadedScript], of use: PluginUse) throws {
        let before = pluginNames.prefix { $0 != use.source.name }
        let loaded = try loader.load(use, files: files) { _ in }
        guard let name = loaded.requires.first(where: { !before.contains($0) }) else { return }
        throw ScriptingError(
            .badFile,
            "it requires the plugin \"\(name)\" before it now, and this run has none there; begin a "
                + "new run with both", path: files.first?.path, keyPath: "requires")
    }

    func checkOrder(of loaded: PluginLoader.Loaded, at path: LuaPath) throws {
        let before = Set(pluginNames)
        for name in loaded.requires where !before.contains(name) {
            let circle = circle(from: name, to: loaded.unit.name)
            throw ShapeFault(
                path: path,
                sentence: circle.map { circle in
                    "these plugins require one another, so that none can come first: "
                        + ([loaded.unit.name] + circle).joined(separator: ", ")
                        + "; take the name out of requires in one of them"
                } ?? "\(loaded.unit.name) requires the plugin \"\(name)\" before it; put it "
                    + "into use first")
        }
    }

    /// The plugins from one to another along what each requires; nil where there is no such way.
    private func circle(from name: String, to end: String) -> [String]? {
        let lookup = PluginLookup(from: recipe.places.recipeFolder)
        var loader = loader
        loader.checksNeeds = false
        var seen: Set<String> = []
        func way(from name: String) -> [String]? {
            guard name != end else { return [end] }
            guard seen.insert(name).inserted, let source = try? lookup.find(name),
                let loaded = try? loader.load(PluginUse(source: source), log: { _ in })
            else { return nil }
            for next in loaded.requires {
                if let rest = way(from: next) { return [name] + rest }
            }
            return nil
        }
        return way(from: name)
    }
}
